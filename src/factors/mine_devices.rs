//! "Recognised devices": the browsers in which a person is not asked for the code; named, and forgotten at will.

use axum::extract::Path;
use axum::http::StatusCode;
use axum::response::Response;

use super::mine;
use crate::args;
use crate::notices::{Event, Happening, happened};
use crate::platform::error::{Error, Result};
use crate::platform::frame::{Frame, near};
use crate::platform::names;
use crate::platform::web::{Fields, Visit, go, page, page_with};
use crate::sign_in::act;
use crate::sign_in::device;
use crate::sign_in::session::{self, Session};

/// Longest name of a device, in characters.
const MOST_NAME: usize = 40;

/// One recognised device as its person reads it. Times are unix seconds.
pub(super) struct Listed {
    pub id: String,
    pub name: String,
    pub browser: String,
    pub place: String,
    /// Since when, and last use, in words.
    pub times: String,
    pub trusted_until: i64,
    pub is_trusted: bool,
    pub by_key: bool,
    pub is_this: bool,
}

#[derive(sqlx::FromRow)]
struct Row {
    id: String,
    name: String,
    browser: String,
    place: String,
    created_at: i64,
    seen_at: i64,
    trusted_until: i64,
    public_key: Option<String>,
}

#[derive(askama::Template)]
#[template(path = "factors/mine_devices.html")]
struct NamePage {
    frame: Frame,
    id: String,
    name: String,
    problem: Option<String>,
}

/// The person's recognised devices, the last used first.
pub(super) async fn list(visit: &Visit, session: &Session) -> Result<Vec<Listed>> {
    let rows: Vec<Row> = visit
        .db()?
        .all(
            "SELECT id, name, browser, place, created_at, seen_at, trusted_until, public_key FROM device
             WHERE practice_id = $1 AND person_id = $2 AND ended_at IS NULL ORDER BY seen_at DESC, id DESC",
            args![&visit.practice()?.id, &session.person_id],
        )
        .await?;
    let here = device::carried_ids(visit);
    Ok(rows.into_iter().map(|row| in_words(visit, &here, row)).collect())
}

fn in_words(visit: &Visit, here: &[String], row: Row) -> Listed {
    let (first, last) = (near(visit, row.created_at), near(visit, row.seen_at));
    Listed {
        name: row.name,
        browser: mine::browser_words(visit, &row.browser),
        place: mine::place_words(visit, &row.place),
        times: visit.say_with("mine-device-times", &[("first", &first), ("last", &last)]),
        trusted_until: row.trusted_until,
        is_trusted: row.trusted_until > visit.now,
        by_key: row.public_key.is_some(),
        is_this: here.contains(&row.id),
        id: row.id,
    }
}

/// `GET /me/devices/{id}`: its name, to change.
pub async fn ask(visit: Visit, Path(id): Path<String>) -> Result<Response> {
    let session = match session::required(&visit).await? {
        Ok(session) => session,
        Err(response) => return Ok(response),
    };
    let name = name_of(&visit, &session, &id).await?;
    page(&NamePage { frame: session::frame(&visit, &session, "mine-device-title"), id, name, problem: None })
}

/// `POST /me/devices/{id}`.
pub async fn rename(visit: Visit, Path(id): Path<String>, fields: Fields) -> Result<Response> {
    // read
    let session = match session::required(&visit).await? {
        Ok(session) => session,
        Err(response) => return Ok(response),
    };
    name_of(&visit, &session, &id).await?;
    let person = mine::myself(&visit, &session).await?;
    let name = match names::clean_name(fields.text("name"), MOST_NAME) {
        Ok(name) => name,
        Err(problem) => {
            let again = NamePage {
                frame: session::frame(&visit, &session, "mine-device-title"),
                id,
                name: fields.text("name").to_owned(),
                problem: Some(name_problem(&visit, problem)),
            };
            return page_with(StatusCode::UNPROCESSABLE_ENTITY, &again);
        }
    };

    // write
    let mut tx = act::begin(&visit, &session).await?;
    let renamed = tx
        .execute(
            "UPDATE device SET name = $4 WHERE practice_id = $1 AND person_id = $2 AND id = $3 AND ended_at IS NULL",
            args![&visit.practice()?.id, &person.id, &id, &name],
        )
        .await?;
    if renamed != 1 {
        return Err(Error::NotFound);
    }
    let happening = Happening::of(Event::DeviceRenamed, &person).session(&session.id).detail("device", &name);
    happened(&visit, &mut tx, happening).await?;
    tx.commit().await?;
    Ok(go("/me?done=device-renamed#devices"))
}

/// `POST /me/devices/{id}/forget`.
pub async fn forget(visit: Visit, Path(id): Path<String>) -> Result<Response> {
    let session = match session::required(&visit).await? {
        Ok(session) => session,
        Err(response) => return Ok(response),
    };
    let Some((name, ended)) = found(&visit, &session, &id).await? else { return Err(Error::NotFound) };
    if ended {
        // Forgotten already, here or elsewhere: that is what was wanted.
        return Ok(go("/me?done=device-forgotten#devices"));
    }
    let person = mine::myself(&visit, &session).await?;
    let mut tx = act::begin(&visit, &session).await?;
    if !device::end(&visit, &mut tx, &person.id, &id).await? {
        return Err(Error::NotFound);
    }
    let happening = Happening::of(Event::DeviceForgotten, &person).session(&session.id).detail("device", &name);
    happened(&visit, &mut tx, happening).await?;
    tx.commit().await?;
    Ok(go("/me?done=device-forgotten#devices"))
}

/// Another person's device looks like none, and one that was forgotten has no name to change.
async fn name_of(visit: &Visit, session: &Session, id: &str) -> Result<String> {
    let living = found(visit, session, id).await?.filter(|(_, ended)| !ended);
    living.map(|(name, _)| name).ok_or(Error::NotFound)
}

/// The name of a device of the person, and whether it was ended.
async fn found(visit: &Visit, session: &Session, id: &str) -> Result<Option<(String, bool)>> {
    let row: Option<(String, Option<i64>)> = visit
        .db()?
        .optional(
            "SELECT name, ended_at FROM device WHERE practice_id = $1 AND person_id = $2 AND id = $3",
            args![&visit.practice()?.id, &session.person_id, id],
        )
        .await?;
    Ok(row.map(|(name, ended)| (name, ended.is_some())))
}

/// What is wrong with a typed name, in words.
pub(super) fn name_problem(visit: &Visit, problem: names::NameProblem) -> String {
    match problem {
        names::NameProblem::Empty => visit.say("mine-name-empty"),
        names::NameProblem::TooLong { max } => visit.say_with("mine-name-too-long", &[("max", &max.to_string())]),
        names::NameProblem::ControlCharacter | names::NameProblem::BidiControl => visit.say("mine-name-hidden"),
    }
}
