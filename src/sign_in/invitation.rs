//! Invitations: the mail that lets a colleague in for the first time. The page it opens is `factors/password_join.rs`.

use futures_util::future::BoxFuture;

use super::link;
use super::person::{self, Person};
use crate::args;
use crate::notices::compose::{Letter, letter};
use crate::notices::{Event, Happening, happened};
use crate::platform::db::Tx;
use crate::platform::error::{Error, Result};
use crate::platform::web::Visit;

/// What the links are for, in the table of links.
pub const PURPOSE: &str = "invite";
/// How long an invitation can be accepted, in seconds.
pub const SECONDS: i64 = 24 * 3600;

/// Mails an invitation to the person's own address; older ones stop working. `inviter` is the name the mail gives.
/// The line of the record is the caller's ([`Event::Invited`] or [`Event::InvitedAgain`]).
///
/// # Errors
/// Faults and conflicts of the database.
pub async fn invite(visit: &Visit, tx: &mut Tx, person: &Person, inviter: &str) -> Result<()> {
    let practice = visit.practice()?;
    let sealed = visit.server.seal("inviter", &[&practice.id, &person.id], inviter)?;
    let token = link::mint(visit, tx, PURPOSE, person, SECONDS, &sealed).await?;
    tx.execute(
        "UPDATE person SET invited_at = $3 WHERE practice_id = $1 AND id = $2",
        args![&practice.id, &person.id, visit.now],
    )
    .await?;
    let language = person.language.clone().unwrap_or_else(|| practice.language.clone());
    let words = vec![
        ("name", person.name.clone()),
        ("inviter", inviter.to_owned()),
        ("link", format!("{}/join/{token}", visit.server.home_of(practice))),
        ("until", crate::platform::when::full(visit.now + SECONDS, &practice.zone)),
        ("url", format!("{}/sign-in", visit.server.home_of(practice))),
    ];
    let (to, until) = (&person.email, Some(visit.now + SECONDS));
    let invitation = Letter { name: "invitation", to, person_id: Some(&person.id), language: &language, words, until };
    letter(visit, tx, &invitation).await
}

/// The name in the last invitation; the practice's own where there was none.
///
/// # Errors
/// Faults of the database, and a name that does not open.
pub async fn last_inviter(visit: &Visit, tx: &mut Tx, person: &str) -> Result<String> {
    let practice = visit.practice()?;
    let last: Option<(String,)> = tx
        .optional(
            "SELECT data FROM token WHERE practice_id = $1 AND person_id = $2 AND purpose = 'invite' ORDER BY created_at DESC LIMIT 1",
            args![&practice.id, person],
        )
        .await?;
    match last {
        Some((sealed,)) if !sealed.is_empty() => visit.server.open("inviter", &[&practice.id, person], &sealed),
        _ => Ok(practice.name.clone()),
    }
}

/// The job behind "Send me a new invitation", for the person whose id stands in its body and who never joined.
pub fn again<'a>(
    visit: &'a Visit,
    tx: &'a mut Tx,
    to: &'a str,
    body: &'a serde_json::Value,
) -> BoxFuture<'a, Result<()>> {
    Box::pin(async move {
        let id = body["person"].as_str().unwrap_or_default();
        let person = match person::by_id_in(tx, &visit.practice()?.id, id).await {
            Err(Error::NotFound) => return Ok(()),
            found => found?,
        };
        // The address may have been corrected since: then the old mailbox gets nothing.
        if person.email_key == to {
            invite_again(visit, tx, &person).await?;
        }
        Ok(())
    })
}

/// The invitation once more, where the person was invited and never joined; else nothing.
///
/// # Errors
/// Faults and conflicts of the database.
pub async fn invite_again(visit: &Visit, tx: &mut Tx, person: &Person) -> Result<()> {
    if person.joined_at.is_some() || person.invited_at.is_none() || person.closed_at.is_some() {
        return Ok(());
    }
    let inviter = last_inviter(visit, tx, &person.id).await?;
    invite(visit, tx, person, &inviter).await?;
    happened(visit, tx, Happening::of(Event::InvitedAgain, person)).await
}
