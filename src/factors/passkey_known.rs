//! A client's passkeys that were made elsewhere: each browser tells of them until somebody there says that it was them.
//! Whoever reads a mailbox could make one and have a mail about it deleted; the page in the client's own browser they
//! cannot reach.

use axum::extract::Path;
use axum::response::Response;

use super::passkey_store::{self as store, Passkey};
use super::passkeys::{self, Listed};
use crate::platform::error::{Error, Result};
use crate::platform::web::{Visit, go};
use crate::sign_in::marks;
use crate::sign_in::session::{self, Session};

/// For how long a passkey is told of, in seconds: a browser new to somebody tells nothing of old times.
const TOLD_SECONDS: i64 = 90 * 86_400;

/// Whether a passkey was made lately and nobody said in this browser that they know it.
pub(super) fn is_new(visit: &Visit, passkey: &Passkey) -> bool {
    visit.now - passkey.created_at <= TOLD_SECONDS && !marks::knows_passkey(visit, &passkey.short_id)
}

/// What a client's own page begins with.
///
/// # Errors
/// Faults of the database.
pub(super) async fn news(visit: &Visit, session: &Session) -> Result<Vec<Listed>> {
    if !session.is_client() {
        return Ok(vec![]);
    }
    let mut new = store::of(visit, &session.person_id).await?;
    new.retain(|passkey| is_new(visit, passkey) && !let_in(session, passkey));
    Ok(new.into_iter().map(|passkey| passkeys::in_words(visit, passkey)).collect())
}

/// Whether the session began with that passkey, alone or beside a mail.
fn let_in(session: &Session, passkey: &Passkey) -> bool {
    session.proofs.split('+').any(|proof| proof == "passkey") && passkey.used_at == Some(session.created_at)
}

/// `POST /me/passkeys/{id}/known`: "that was me".
pub async fn answer(visit: Visit, Path(id): Path<String>) -> Result<Response> {
    let session = match session::required(&visit).await? {
        Ok(session) => session,
        Err(response) => return Ok(response),
    };
    if session.is_by_pin() {
        return Err(Error::ByPin);
    }
    let passkey = store::own(&visit, &session.person_id, &id).await?;
    marks::mark_passkey(&visit, &passkey.short_id, session.shared != 0);
    Ok(go("/me"))
}
