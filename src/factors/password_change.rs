//! "Change password" in My info: fresh proof and the old password typed; whatever stood on the old one ends.

use axum::http::StatusCode;
use axum::response::Response;

use super::password::hash;
use super::password_lanes::later;
use super::password_own::{self, Own};
use super::password_reset::clear_lanes;
use super::{password_forgotten, password_strength};
use crate::args;
use crate::notices::{Event, Happening, happened};
use crate::platform::error::{Error, Result};
use crate::platform::frame::Frame;
use crate::platform::web::{Fields, Query, Visit, go, page, page_with};
use crate::platform::when;
use crate::sign_in::person::{self, Person};
use crate::sign_in::session::Session;
use crate::sign_in::{act, device, link, session};

#[derive(askama::Template)]
#[template(path = "factors/password_change.html")]
struct ChangePage {
    frame: Frame,
    email: String,
    least: String,
    problems: Vec<String>,
    /// What is wrong with the current password.
    problem: Option<String>,
    /// The day on which "this wasn't me" stopped the password: there is none to type.
    stopped: Option<String>,
    done: bool,
}

/// `GET /me/password`.
pub async fn ask(visit: Visit, Query(query): Query) -> Result<Response> {
    let session = match session::fresh(&visit).await? {
        Ok(session) => session,
        Err(response) => return Ok(response),
    };
    let person = mine(&visit, &session).await?;
    let mut change = ChangePage::new(&visit, &session, &person)?;
    if query.ticked("done") {
        change.done = true;
        change.frame = change.frame.banner("success", "change-done");
    }
    page(&change)
}

/// `POST /me/password`.
pub async fn answer(visit: Visit, fields: Fields) -> Result<Response> {
    // read
    let session = match session::fresh(&visit).await? {
        Ok(session) => session,
        Err(response) => return Ok(response),
    };
    let person = mine(&visit, &session).await?;
    let mut change = ChangePage::new(&visit, &session, &person)?;
    if change.stopped.is_some() {
        return page_with(StatusCode::UNPROCESSABLE_ENTITY, &change);
    }

    // work: the rules first, so that a bad new password costs no try of the old one
    let (current, new) = (fields.text("current"), fields.text("password"));
    change.problems = password_strength::problems(&visit, &person, &person.name, new).await?;
    if change.problems.is_empty() && new == current {
        change.problems.push(visit.say("change-same"));
    }
    if current.is_empty() {
        change.problem = Some(visit.say("change-current-empty"));
    }
    if change.is_bad() {
        return page_with(StatusCode::UNPROCESSABLE_ENTITY, &change);
    }
    let person = match password_own::check(&visit, &person.id, (password_own::FRESH_LANE, &person.id), current).await? {
        Own::Right(person) => person,
        Own::Wrong => {
            change.problem = Some(visit.say("change-current-wrong"));
            return page_with(StatusCode::UNPROCESSABLE_ENTITY, &change);
        }
        Own::Held(held) => {
            change.problem = Some(held.own_words(&visit, false));
            return later(StatusCode::TOO_MANY_REQUESTS, held.seconds(visit.now), &change);
        }
    };
    let new_hash = hash(&visit, new).await?;

    // write
    let mut tx = act::begin(&visit, &session).await?;
    let changed = tx
        .execute(
            "UPDATE person SET password = $4, password_set_at = $5, password_change_by = NULL
             WHERE practice_id = $1 AND id = $2 AND password = $3",
            args![&visit.practice()?.id, &person.id, person.password.clone(), new_hash, visit.now],
        )
        .await?;
    if changed != 1 {
        return Err(Error::Bad("attempt"));
    }
    link::replace_older(&visit, &mut tx, password_forgotten::PURPOSE, &person.id).await?;
    session::end_all(&visit, &mut tx, &person.id, Some(&session.id)).await?;
    device::end_all(&visit, &mut tx, &person.id).await?;
    happened(&visit, &mut tx, Happening::of(Event::PasswordChanged, &person).session(&session.id)).await?;
    tx.commit().await?;
    visit.server.outbox_bell.notify_one();
    clear_lanes(&visit, &person).await?;
    Ok(go("/me/password?done=1"))
}

async fn mine(visit: &Visit, session: &Session) -> Result<Person> {
    person::by_id(visit.db()?, &visit.practice()?.id, &session.person_id).await?.ok_or(Error::NotFound)
}

impl ChangePage {
    fn new(visit: &Visit, session: &Session, person: &Person) -> Result<ChangePage> {
        Ok(ChangePage {
            frame: session::frame(visit, session, "change-title").script("strength.js"),
            email: person.email.clone(),
            least: password_strength::needed(visit, person)?.code_points().to_string(),
            problems: vec![],
            problem: None,
            stopped: person.password_stolen_at.map(|at| when::day(at, visit.zone())),
            done: false,
        })
    }

    fn is_bad(&self) -> bool {
        self.problem.is_some() || !self.problems.is_empty()
    }
}
