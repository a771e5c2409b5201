//! A client's passkeys as the lock that the mailbox cannot open: on and off, after fresh proof, on a page that says what
//! follows and shows every passkey that would open it.

use std::sync::Arc;

use axum::http::StatusCode;
use axum::response::Response;

use super::lock;
use crate::args;
use crate::factors::passkeys::{self, Listed};
use crate::notices::{Event, Happening, happened};
use crate::platform::db::Tx;
use crate::platform::error::{Error, Result};
use crate::platform::frame::Frame;
use crate::platform::web::{Fields, Visit, go, page, page_with};
use crate::sign_in::person::{self, Person};
use crate::sign_in::session::{self, Session};

#[derive(askama::Template)]
#[template(path = "portal/privacy_passkey.html")]
struct LockPage {
    frame: Frame,
    rows: Vec<Listed>,
    person: Person,
    /// Why it stays on.
    problem: Option<String>,
}

/// `GET /me/privacy/passkey`; whoever has none makes one first.
pub async fn ask(visit: Visit) -> Result<Response> {
    match enter(&visit).await? {
        Ok((_, person)) if person.passkeys == 0 && person.passkey_lock_since.is_none() => {
            Ok(go("/me/passkeys/new?then=/me/privacy/passkey"))
        }
        Ok((session, person)) => page(&LockPage::new(&visit, &session, person, None).await?),
        Err(response) => Ok(response),
    }
}

/// `POST /me/privacy/passkey`.
pub async fn answer(visit: Visit, fields: Fields) -> Result<Response> {
    // read
    let (session, person) = match enter(&visit).await? {
        Ok(found) => found,
        Err(response) => return Ok(response),
    };
    let on = fields.text("do") != "off";
    if !on && person.is_private() && person.passphrase.is_none() {
        let again = LockPage::new(&visit, &session, person, Some(visit.say("privacy-keeps-lock"))).await?;
        return page_with(StatusCode::UNPROCESSABLE_ENTITY, &again);
    }

    // write
    let mut tx = visit.db()?.write().await?;
    let changed = if on {
        tx.execute(
            "UPDATE person SET passkey_lock_since = $3, lock_off_from = NULL WHERE practice_id = $1 AND id = $2 AND passkey_lock_since IS NULL
                AND EXISTS (SELECT 1 FROM passkey k WHERE k.practice_id = $1 AND k.person_id = $2 AND k.verified_at IS NOT NULL)",
            args![&visit.practice()?.id, &person.id, visit.now],
        )
        .await?
    } else {
        tx.execute(
            "UPDATE person SET passkey_lock_since = NULL, lock_off_from = NULL WHERE practice_id = $1 AND id = $2
                AND passkey_lock_since IS NOT NULL AND (private_since IS NULL OR passphrase IS NOT NULL)",
            args![&visit.practice()?.id, &person.id],
        )
        .await?
    };
    if changed == 0 && !on && keeps_passkeys(&visit, &mut tx, &person.id).await? {
        // The passphrase went meanwhile: judged anew, the page says why these stay.
        return Err(Error::Conflict);
    }
    if changed == 1 {
        lock::end_all_but(&visit, &mut tx, &person, Some(&session.id)).await?;
        lock::count_anew(&visit, &mut tx, &person).await?;
        let event = if on { Event::LockSet } else { Event::LockRemoved };
        happened(&visit, &mut tx, Happening::of(event, &person).session(&session.id).detail("lock", "passkey")).await?;
    }
    tx.commit().await?;
    Ok(go(if on { "/me/privacy?done=passkey-on" } else { "/me/privacy?done=passkey-off" }))
}

/// Whether private sign-in stands on the passkeys, as things are now.
async fn keeps_passkeys(visit: &Visit, tx: &mut Tx, person: &str) -> Result<bool> {
    let now = person::by_id_in(tx, &visit.practice()?.id, person).await?;
    Ok(now.is_private() && now.passphrase.is_none() && now.passkey_lock_since.is_some())
}

async fn enter(visit: &Visit) -> Result<std::result::Result<(Arc<Session>, Person), Response>> {
    let session = match session::fresh(visit).await? {
        Ok(session) => session,
        Err(response) => return Ok(Err(response)),
    };
    let person = person::by_id(visit.db()?, &visit.practice()?.id, &session.person_id).await?;
    Ok(Ok((session, person.filter(Person::is_client).ok_or(Error::NotFound)?)))
}

impl LockPage {
    async fn new(visit: &Visit, session: &Session, person: Person, problem: Option<String>) -> Result<LockPage> {
        let on = person.passkey_lock_since.is_some();
        let title = if on { "privacy-passkey-off-title" } else { "privacy-passkey-title" };
        Ok(LockPage {
            frame: session::frame(visit, session, title),
            rows: passkeys::list(visit, &person.id).await?,
            person,
            problem,
        })
    }
}
