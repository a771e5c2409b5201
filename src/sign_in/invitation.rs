//! Invitations: a link, good for a day and once, mailed to the address that was invited.

use crate::args;
use crate::notices::compose::{self, Letter};
use crate::platform::db::Tx;
use crate::platform::error::Result;
use crate::platform::secret;
use crate::platform::web::Visit;
use crate::sign_in::person::Person;

/// How long an invitation stays good (seconds).
pub const INVITATION_SECONDS: i64 = 86_400;

/// Mails a fresh invitation; an older one ends.
///
/// # Errors
/// Faults and conflicts of the database.
pub async fn invite(visit: &Visit, tx: &mut Tx, person: &Person, inviter_name: &str) -> Result<()> {
    let practice = visit.practice()?;
    tx.execute(
        "UPDATE token SET replaced_at = $3 WHERE practice_id = $1 AND person_id = $2 AND purpose = 'invite' AND used_at IS NULL AND replaced_at IS NULL",
        args![&practice.id, &person.id, visit.now],
    )
    .await?;
    let token = visit.new_token();
    tx.execute(
        "INSERT INTO token (practice_id, hash, purpose, person_id, sent_to, created_at, expires_at) VALUES ($1, $2, 'invite', $3, $4, $5, $6)",
        args![&practice.id, secret::hash_token(&token), &person.id, &person.email_key, visit.now, visit.now + INVITATION_SECONDS],
    )
    .await?;
    let link = format!("{}/invitation/{token}", visit.server.origin_of(&practice.host));
    let language = person.language.clone().unwrap_or_else(|| practice.language.clone());
    let words = vec![("name", person.name.clone()), ("inviter", inviter_name.to_owned()), ("url", link)];
    let letter =
        Letter { name: "invitation", to: &person.email, person_id: Some(&person.id), language: &language, words };
    compose::letter(visit, tx, &letter).await
}
