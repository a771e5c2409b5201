//! A person's own name, as colleagues and mails show it.

use axum::http::StatusCode;
use axum::response::Response;

use super::{mine, mine_devices};
use crate::args;
use crate::notices::{Event, Happening, happened};
use crate::platform::error::{Error, Result};
use crate::platform::frame::Frame;
use crate::platform::names;
use crate::platform::web::{Fields, Visit, go, page, page_with};
use crate::sign_in::act;
use crate::sign_in::flash;
use crate::sign_in::session;

/// Longest name of a person, in characters.
const MOST_NAME: usize = 100;

#[derive(askama::Template)]
#[template(path = "factors/mine_name.html")]
struct NamePage {
    frame: Frame,
    name: String,
    problem: Option<String>,
}

/// `GET /me/name`.
pub async fn ask(visit: Visit) -> Result<Response> {
    let session = match session::required(&visit).await? {
        Ok(session) => session,
        Err(response) => return Ok(response),
    };
    let person = mine::myself(&visit, &session).await?;
    if person.kind != "staff" {
        return Err(Error::NotFound);
    }
    page(&NamePage { frame: session::frame(&visit, &session, "mine-name-title"), name: person.name, problem: None })
}

/// `POST /me/name`.
pub async fn answer(visit: Visit, fields: Fields) -> Result<Response> {
    // read
    let session = match session::required(&visit).await? {
        Ok(session) => session,
        Err(response) => return Ok(response),
    };
    let mut person = mine::myself(&visit, &session).await?;
    if person.kind != "staff" {
        return Err(Error::NotFound);
    }
    let name = match names::clean_name(fields.text("name"), MOST_NAME) {
        Ok(name) => name,
        Err(problem) => {
            let again = NamePage {
                frame: session::frame(&visit, &session, "mine-name-title"),
                name: fields.text("name").to_owned(),
                problem: Some(mine_devices::name_problem(&visit, problem)),
            };
            return page_with(StatusCode::UNPROCESSABLE_ENTITY, &again);
        }
    };

    // write
    let mut tx = act::begin(&visit, &session).await?;
    tx.execute(
        "UPDATE person SET name = $3 WHERE practice_id = $1 AND id = $2",
        args![&visit.practice()?.id, &person.id, &name],
    )
    .await?;
    session::look_again(&visit, &person.id)?;
    let before = std::mem::replace(&mut person.name, name);
    let happening = Happening::of(Event::NameChanged, &person).session(&session.id).detail("before", &before);
    happened(&visit, &mut tx, happening).await?;
    tx.commit().await?;
    flash::signal(&visit);
    Ok(go("/me?done=name-changed"))
}
