//! A passkey of somebody who is signed in: it opens a locked session, and it is fresh proof all by itself.

use axum::response::Response;

use super::passkey_ceremony::Purpose;
use super::passkey_check::{self as check, Answer, Asking, Right, Worth};
use super::passkey_options::{self as options, Asked};
use super::passkey_store as store;
use super::{password_confirm, password_unlock};
use crate::platform::error::{Error, Result};
use crate::platform::web::{Fields, Visit, encode, go, safe_path};
use crate::sign_in::session::{self, Session, State};
use crate::sign_in::step::Factor;
use crate::sign_in::{self, Start, lock_off, marks};

/// Why a passkey was not taken.
pub struct Refused {
    pub words: String,
    /// One that was deleted here: the browser may forget it.
    pub gone: Option<String>,
}

/// What a page offers to the session's person; nothing to somebody without a passkey.
///
/// # Errors
/// Faults of the database.
pub async fn offer(visit: &Visit, purpose: Purpose, session: &Session) -> Result<Option<Asked>> {
    let passkeys = store::of(visit, &session.person_id).await?;
    if passkeys.is_empty() {
        return Ok(None);
    }
    options::to_get(visit, purpose, &session.id, &passkeys).map(Some)
}

/// `POST /locked/passkey`.
pub async fn unlock(visit: Visit, fields: Fields) -> Result<Response> {
    let then_path = safe_path(fields.text("then"), "/me");
    let session = match session::state(&visit).await? {
        State::Open(_) => return Ok(go(&then_path)),
        State::Nobody => return Ok(go(&format!("/sign-in?then={}", encode(&then_path)))),
        State::Locked(session) if session.is_client() => return Err(Error::NotFound),
        State::Locked(session) => session,
    };
    match judge(&visit, &fields, Purpose::Unlock, &session, &then_path).await? {
        Ok(response) => Ok(response),
        Err(refused) => password_unlock::refused_passkey(&visit, &session, then_path, refused).await,
    }
}

/// `POST /confirm/passkey`.
pub async fn confirm(visit: Visit, fields: Fields) -> Result<Response> {
    let session = match session::required(&visit).await? {
        Ok(session) => session,
        Err(response) => return Ok(response),
    };
    let then_path = safe_path(fields.text("then"), "/me");
    match judge(&visit, &fields, Purpose::Confirm, &session, &then_path).await? {
        Ok(response) => Ok(response),
        Err(refused) => password_confirm::refused_passkey(&visit, &session, then_path, refused).await,
    }
}

/// Why a right passkey does not do by itself for somebody who is inside: nobody is sent to the door.
fn not_alone_inside(visit: &Visit, right: &Right) -> String {
    if let Some(words) = right.odd_lock(true) {
        return visit.say(words);
    }
    visit.say(match right.worth() {
        _ if right.person.is_client() => "passkey-odd-client-inside",
        Worth::MayBeCopied => "passkey-odd-inside",
        _ => "passkey-needs-password-inside",
    })
}

/// Where the person goes on to, or why not.
///
/// # Errors
/// Faults and conflicts of the database.
pub async fn judge(
    visit: &Visit,
    fields: &Fields,
    purpose: Purpose,
    session: &Session,
    then_path: &str,
) -> Result<std::result::Result<Response, Refused>> {
    // read, work
    let refused = |words: &str, gone: Option<String>| Ok(Err(Refused { words: visit.say(words), gone }));
    let asking = Asking { purpose, bound: &session.id, whose: Some(&session.person_id) };
    let right = match check::judge(visit, fields, &asking).await? {
        Answer::Right(right) => *right,
        Answer::Empty => return refused("passkey-empty", None),
        Answer::Old => return refused("passkey-old", None),
        Answer::Wrong(wrong) => {
            check::refused(visit, &wrong).await?;
            return refused("passkey-step-wrong", wrong.gone);
        }
    };
    if right.worth() != Worth::Alone {
        let words = not_alone_inside(visit, &right);
        check::set_aside(visit, &right).await?;
        return Ok(Err(Refused { words, gone: None }));
    }

    // write
    let mut tx = visit.db()?.write().await?;
    if !check::accept(visit, &mut tx, &right, false).await? {
        drop(tx);
        check::replayed(visit, right).await?;
        return refused("passkey-step-wrong", None);
    }
    if session.is_client() {
        lock_off::not_forgotten(visit, &mut tx, &right.person).await?;
        marks::mark_passkey(visit, right.short_id(), session.shared != 0);
    }
    let start = Start {
        person_id: &session.person_id,
        goal: if purpose == Purpose::Unlock { "unlock" } else { "fresh" },
        session_id: Some(&session.id),
        then_path,
        ..Start::default()
    };
    let attempt = sign_in::start(visit, &mut tx, &start).await?;
    sign_in::proved(visit, &mut tx, &attempt, Factor::Passkey).await?;
    sign_in::advance(visit, tx, &attempt).await.map(Ok)
}
