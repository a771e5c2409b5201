//! A password that must change before anything else: found in a blocklist, or too short for what it protects.
//! The step comes after every factor was shown and before there is a session.

use axum::http::StatusCode;
use axum::response::Response;

use super::password::hash;
use super::password_reset::{clear_lanes, put_in_place};
use super::{password_own, password_strength};
use crate::notices::{Event, Happening, happened};
use crate::platform::db::Tx;
use crate::platform::error::Result;
use crate::platform::frame::Frame;
use crate::platform::web::{Fields, Visit, go, page, page_with};
use crate::sign_in::person::Person;
use crate::sign_in::step::Step;
use crate::sign_in::{self, Attempt, Start};

#[derive(askama::Template)]
#[template(path = "factors/password_due.html")]
struct DuePage {
    frame: Frame,
    email: String,
    least: String,
    problems: Vec<String>,
}

/// `GET /sign-in/new-password`; any other step goes to its own page.
pub async fn ask(visit: Visit) -> Result<Response> {
    let (_, person) = match due(&visit).await? {
        Ok(found) => found,
        Err(response) => return Ok(response),
    };
    page(&due_page(&visit, &person, vec![])?)
}

/// `POST /sign-in/new-password`.
pub async fn answer(visit: Visit, fields: Fields) -> Result<Response> {
    // read
    let (attempt, person) = match due(&visit).await? {
        Ok(found) => found,
        Err(response) => return Ok(response),
    };

    // work
    let password = fields.text("password");
    let mut problems = password_strength::problems(&visit, &person, &person.name, password).await?;
    if problems.is_empty() && password_own::is_in_place(&visit, &person, password).await? {
        problems.push(visit.say("change-same"));
    }
    if !problems.is_empty() {
        return page_with(StatusCode::UNPROCESSABLE_ENTITY, &due_page(&visit, &person, problems)?);
    }
    let new_hash = hash(&visit, password).await?;
    clear_lanes(&visit, &person).await?;

    // write
    let mut tx = visit.db()?.write().await?;
    let proved = sign_in::proofs(&visit, &mut tx, &attempt).await?;
    // Once: the same form sent again neither sets another password nor starts a second session.
    sign_in::end(&visit, &mut tx, &attempt).await?;
    put_in_place(&visit, &mut tx, &person, &new_hash).await?;
    happened(&visit, &mut tx, Happening::of(Event::PasswordChanged, &person)).await?;
    let attempt = go_on(&visit, &mut tx, &attempt).await?;
    for factor in proved.list() {
        sign_in::proved(&visit, &mut tx, &attempt, factor).await?;
    }
    sign_in::advance(&visit, tx, &attempt).await
}

/// The new password ended every attempt and recognised device of the person: this sign-in goes on as a new one, which
/// no device shortens.
async fn go_on(visit: &Visit, tx: &mut Tx, attempt: &Attempt) -> Result<Attempt> {
    let start = Start {
        person_id: &attempt.person_id,
        goal: "sign-in",
        then_path: &attempt.then_path,
        keep: attempt.keep != 0,
        device_key: attempt.device_key.as_deref(),
        ..Start::default()
    };
    sign_in::start(visit, tx, &start).await
}

/// The attempt of this browser, where a new password is its step.
async fn due(visit: &Visit) -> Result<std::result::Result<(Attempt, Person), Response>> {
    let (attempt, step, person) = match sign_in::under_way(visit).await? {
        Ok(found) => found,
        Err(response) => return Ok(Err(response)),
    };
    match step {
        Step::NewPassword if person.closed_at.is_none() => Ok(Ok((attempt, person))),
        Step::NewPassword | Step::Done(_) => Ok(Err(go("/sign-in?again=1"))),
        step => Ok(Err(go(&sign_in::path_of(&step, &attempt, &person)))),
    }
}

fn due_page(visit: &Visit, person: &Person, problems: Vec<String>) -> Result<DuePage> {
    Ok(DuePage {
        frame: sign_in::other::frame(visit, person, "due-title").script("strength.js"),
        email: person.email.clone(),
        least: password_strength::needed(visit, person)?.code_points().to_string(),
        problems,
    })
}
