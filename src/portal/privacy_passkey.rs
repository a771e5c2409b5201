//! A client's passkeys as the lock that the mailbox cannot open: on and off, after fresh proof, on a page that says what
//! follows and shows every passkey that would open it.

use std::sync::Arc;

use axum::http::StatusCode;
use axum::response::Response;

use super::lock;
use crate::args;
use crate::factors::passkey_new;
use crate::factors::passkeys::{self, Listed};
use crate::notices::{Event, Happening, happened};
use crate::platform::error::{Error, Result};
use crate::platform::frame::Frame;
use crate::platform::web::{Fields, Visit, go, page, page_with};
use crate::sign_in::act;
use crate::sign_in::person::{self, Person};
use crate::sign_in::session::{self, Session};

/// Whoever has no passkey makes one first.
const MAKE_FIRST: &str = "/me/passkeys/new?then=/me/privacy/passkey";

#[derive(askama::Template)]
#[template(path = "portal/privacy_passkey.html")]
struct LockPage {
    frame: Frame,
    rows: Vec<Listed>,
    person: Person,
    /// Another one may be made.
    offered: bool,
    /// Why it stays on.
    problem: Option<String>,
}

/// `GET /me/privacy/passkey`; whoever has none makes one first.
pub async fn ask(visit: Visit) -> Result<Response> {
    match enter(&visit).await? {
        Ok((_, person)) if person.passkeys == 0 && person.passkey_lock_since.is_none() => Ok(go(MAKE_FIRST)),
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
    let mut tx = act::begin(&visit, &session).await?;
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
    if changed == 0 {
        // Another tab deleted the last passkey, or did the same a moment ago.
        let now = person::by_id_in(&mut tx, &visit.practice()?.id, &person.id).await?;
        drop(tx);
        return unchanged(&visit, &session, now, on).await;
    }
    lock::end_all_but(&visit, &mut tx, &person, Some(&session.id)).await?;
    lock::count_anew(&visit, &mut tx, &person).await?;
    let event = if on { Event::LockSet } else { Event::LockRemoved };
    happened(&visit, &mut tx, Happening::of(event, &person).session(&session.id).detail("lock", "passkey")).await?;
    tx.commit().await?;
    Ok(done(on))
}

fn done(on: bool) -> Response {
    go(if on { "/me/privacy?done=passkey-on" } else { "/me/privacy?done=passkey-off" })
}

/// Where nothing changed: done only where it is as it was wanted; without a passkey that could open it there is no lock.
async fn unchanged(visit: &Visit, session: &Session, person: Person, on: bool) -> Result<Response> {
    if on == person.passkey_lock_since.is_some() {
        return Ok(done(on));
    }
    if on {
        return Ok(go(MAKE_FIRST));
    }
    let again = LockPage::new(visit, session, person, Some(visit.say("privacy-keeps-lock"))).await?;
    page_with(StatusCode::UNPROCESSABLE_ENTITY, &again)
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
            offered: passkey_new::are_offered(visit, true)?,
            person,
            problem,
        })
    }
}
