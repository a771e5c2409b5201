//! Turning 2 factor authentication off: after fresh proof, on a page that says what happens; refused where the practice
//! requires a second step and nothing else would be one.

use std::sync::Arc;

use axum::http::StatusCode;
use axum::response::Response;

use crate::args;
use crate::factors::{backup_codes, totp};
use crate::notices::{Event, Happening, happened};
use crate::platform::error::{Error, Result};
use crate::platform::frame::Frame;
use crate::platform::web::{Fields, Visit, go, page, page_with};
use crate::sign_in::act;
use crate::sign_in::device;
use crate::sign_in::person::{self, Person};
use crate::sign_in::session::{self, Session};

const OFF: &str = "/me/two-factor/off";

/// What follows from turning it off.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum After {
    /// A passkey opens the account alone, or beside the password.
    Passkey,
    /// The password alone opens it.
    PasswordOnly,
    /// The practice requires a second step, and there would be none.
    Required,
}

impl After {
    fn of(visit: &Visit, person: &Person) -> Result<After> {
        Ok(if person.passkeys > 0 {
            After::Passkey
        } else if person.second_required(visit.practice()?, visit.now) {
            After::Required
        } else {
            After::PasswordOnly
        })
    }

    /// What the form carries, so that nothing is turned off but what its page told.
    const fn word(self) -> &'static str {
        match self {
            After::Passkey => "passkey",
            After::PasswordOnly => "password-only",
            After::Required => "required",
        }
    }
}

#[derive(askama::Template)]
#[template(path = "factors/two_factor_off.html")]
struct OffPage {
    frame: Frame,
    on: bool,
    after: After,
    /// It is another than the page told on which the button was pressed.
    changed: bool,
}

/// `GET /me/two-factor/off`.
pub async fn ask(visit: Visit) -> Result<Response> {
    match staff(&visit).await? {
        Ok((session, person)) => page(&OffPage::new(&visit, &session, &person)?),
        Err(response) => Ok(response),
    }
}

/// `POST /me/two-factor/off`.
pub async fn answer(visit: Visit, fields: Fields) -> Result<Response> {
    // read
    let (session, person) = match staff(&visit).await? {
        Ok(found) => found,
        Err(response) => return Ok(response),
    };
    if person.totp_secret.is_none() {
        return Ok(go(OFF));
    }

    // write
    let practice = &visit.practice()?.id;
    let mut tx = act::begin(&visit, &session).await?;
    // Here and not before: a passkey may have been deleted meanwhile.
    let person = person::by_id_in(&mut tx, practice, &person.id).await?;
    let off_page = OffPage::new(&visit, &session, &person)?;
    if off_page.is_refused() {
        drop(tx);
        return page_with(StatusCode::FORBIDDEN, &off_page);
    }
    if off_page.on && fields.text("after") != off_page.after.word() {
        drop(tx);
        return page_with(StatusCode::UNPROCESSABLE_ENTITY, &OffPage { changed: true, ..off_page });
    }
    let turned_off = tx
        .execute(
            "UPDATE person SET totp_secret = NULL, totp_since = NULL WHERE practice_id = $1 AND id = $2 AND totp_secret IS NOT NULL",
            args![practice, &person.id],
        )
        .await?;
    if turned_off == 1 {
        backup_codes::forget(&visit, &mut tx, &person.id).await?;
        tx.execute("DELETE FROM totp_setup WHERE practice_id = $1 AND person_id = $2", args![practice, &person.id])
            .await?;
        device::end_all(&visit, &mut tx, &person.id).await?;
        session::end_all(&visit, &mut tx, &person.id, Some(&session.id)).await?;
        happened(&visit, &mut tx, Happening::of(Event::TwoFactorOff, &person).session(&session.id)).await?;
        tx.commit().await?;
        visit.server.outbox_bell.notify_one();
        totp::forgive(&visit, &person.id).await?;
    }
    Ok(go(OFF))
}

async fn staff(visit: &Visit) -> Result<std::result::Result<(Arc<Session>, Person), Response>> {
    let session = match session::fresh(visit).await? {
        Ok(session) => session,
        Err(response) => return Ok(Err(response)),
    };
    let person = person::by_id(visit.db()?, &visit.practice()?.id, &session.person_id).await?;
    Ok(Ok((session, person.filter(|person| person.kind == "staff").ok_or(Error::NotFound)?)))
}

impl OffPage {
    fn new(visit: &Visit, session: &Session, person: &Person) -> Result<OffPage> {
        Ok(OffPage {
            frame: session::frame(visit, session, "two-factor-off-title"),
            on: person.totp_secret.is_some(),
            after: After::of(visit, person)?,
            changed: false,
        })
    }

    fn is_refused(&self) -> bool {
        self.on && self.after == After::Required
    }
}
