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
use crate::platform::web::{Visit, go, page, page_with};
use crate::sign_in::device;
use crate::sign_in::person::{self, Person};
use crate::sign_in::session::{self, Session};

#[derive(askama::Template)]
#[template(path = "factors/two_factor_off.html")]
struct OffPage {
    frame: Frame,
    on: bool,
    /// The practice requires it and there is no passkey in its place.
    required: bool,
    passkeys: bool,
}

/// `GET /me/two-factor/off`.
pub async fn ask(visit: Visit) -> Result<Response> {
    match staff(&visit).await? {
        Ok((session, person)) => page(&OffPage::new(&visit, &session, &person)?),
        Err(response) => Ok(response),
    }
}

/// `POST /me/two-factor/off`.
pub async fn answer(visit: Visit) -> Result<Response> {
    // read
    let (session, person) = match staff(&visit).await? {
        Ok(found) => found,
        Err(response) => return Ok(response),
    };
    let off_page = OffPage::new(&visit, &session, &person)?;
    if off_page.required {
        return page_with(StatusCode::FORBIDDEN, &off_page);
    }

    // write
    let practice = &visit.practice()?.id;
    totp::forgive(&visit, &person.id).await?;
    let mut tx = visit.db()?.write().await?;
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
    }
    Ok(go("/me/two-factor/off"))
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
        let on = person.totp_secret.is_some();
        Ok(OffPage {
            frame: session::frame(visit, session, "two-factor-off-title"),
            on,
            required: on && person.passkeys == 0 && person.second_required(visit.practice()?, visit.now),
            passkeys: person.passkeys > 0,
        })
    }
}
