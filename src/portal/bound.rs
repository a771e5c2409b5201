//! What makes a browser the one that asked: a secret in a cookie, whose hash stands with each of its askings.

use super::ask::Wanted;
use super::{BOUND_SECONDS, bind, binding};
use crate::args;
use crate::platform::error::Result;
use crate::platform::secret::hash_token;
use crate::platform::web::Visit;
use crate::sign_in::marks::LINK_COOKIE;

/// Makes this browser the one that asks; answers the hash of its secret. The asking of somebody else who said that others use
/// the device goes when it is closed, so that who asks next without that tick begins with a secret of their own.
///
/// # Errors
/// Faults of the database.
pub(super) async fn to_ask(visit: &Visit, wanted: &Wanted<'_>) -> Result<String> {
    let key = wanted.email.canonical();
    let Some(before) = binding(visit).filter(|_| !wanted.shared) else {
        return Ok(bind(visit, lifetime(wanted), || visit.first_secret(key)));
    };
    let shared: Option<(String,)> = visit
        .db()?
        .optional(
            "SELECT id FROM link_ask WHERE practice_id = $1 AND asked_at > $2 AND bound_to = $3 AND shared = 1 AND email_key <> $4 LIMIT 1",
            args![&visit.practice()?.id, visit.now - BOUND_SECONDS, &before, key],
        )
        .await?;
    if shared.is_none() {
        return Ok(bind(visit, lifetime(wanted), || visit.first_secret(key)));
    }
    let own = visit.first_secret(&format!("{key} {before}"));
    visit.set_cookie(LINK_COOKIE, &own, lifetime(wanted));
    Ok(hash_token(&own))
}

/// How long the browser stays the one that asked, in seconds; where others use it too, until it is closed.
fn lifetime(wanted: &Wanted<'_>) -> Option<i64> {
    (!wanted.shared).then_some(BOUND_SECONDS)
}
