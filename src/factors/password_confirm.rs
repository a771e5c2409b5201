//! Fresh proof before something sensitive: the password first, then what the rule still asks for, then back.

use axum::http::StatusCode;
use axum::response::Response;

use super::passkey_ceremony::Purpose;
use super::passkey_options::Asked;
use super::passkey_own::{self, Refused};
use super::password_lanes::later;
use super::password_own::{self, Own};
use crate::platform::error::{Error, Result};
use crate::platform::frame::Frame;
use crate::platform::web::{Fields, Query, Visit, go, page, page_with, safe_path};
use crate::platform::when;
use crate::sign_in::person;
use crate::sign_in::session::{self, Session};
use crate::sign_in::step::Factor;
use crate::sign_in::{self, Start};

#[derive(askama::Template)]
#[template(path = "factors/password_confirm.html")]
struct ConfirmPage {
    frame: Frame,
    then_path: String,
    email: String,
    problem: Option<String>,
    passkey: Option<Asked>,
    /// The problem is a passkey's.
    by_passkey: bool,
    /// One that the browser may forget.
    unknown: Option<String>,
    /// When the password was stopped: then it isn't wrong, it opens nothing.
    stopped: Option<String>,
}

/// `GET /confirm?then=`; goes straight on where the proof is fresh enough.
pub async fn ask(visit: Visit, Query(query): Query) -> Result<Response> {
    let session = match session::required(&visit).await? {
        Ok(session) => session,
        Err(response) => return Ok(response),
    };
    let then_path = safe_path(query.text("then"), "/me");
    if session.is_fresh(visit.now) {
        return Ok(go(&then_path));
    }
    page(&confirm_page(&visit, &session, then_path, None).await?)
}

/// `POST /confirm`.
pub async fn answer(visit: Visit, fields: Fields) -> Result<Response> {
    // read
    let session = match session::required(&visit).await? {
        Ok(session) => session,
        Err(response) => return Ok(response),
    };
    let then_path = safe_path(fields.text("then"), "/me");
    let again = |words: &str| {
        refused(&visit, &session, then_path.clone(), (StatusCode::UNPROCESSABLE_ENTITY, visit.say(words)))
    };
    let typed = fields.text("password");
    if visit.stale || typed.is_empty() {
        return again(if visit.stale { "confirm-stale" } else { "confirm-empty" }).await;
    }

    // work
    let lane = (password_own::FRESH_LANE, session.person_id.as_str());
    match password_own::check(&visit, &session.person_id, lane, typed).await? {
        Own::Wrong => again("confirm-wrong").await,
        Own::Held(held) => {
            let mut page = confirm_page(&visit, &session, then_path, None).await?;
            page.problem = Some(held.own_words(&visit, page.passkey.is_some()));
            later(StatusCode::TOO_MANY_REQUESTS, held.seconds(visit.now), &page)
        }
        // write
        Own::Right(_) => {
            let mut tx = visit.db()?.write().await?;
            let start = Start {
                person_id: &session.person_id,
                goal: "fresh",
                session_id: Some(&session.id),
                then_path: &then_path,
                ..Start::default()
            };
            let attempt = sign_in::start(&visit, &mut tx, &start).await?;
            sign_in::proved(&visit, &mut tx, &attempt, Factor::Password).await?;
            sign_in::advance(&visit, tx, &attempt).await
        }
    }
}

/// The page again, with what was wrong.
async fn refused(
    visit: &Visit,
    session: &Session,
    then_path: String,
    (status, problem): (StatusCode, String),
) -> Result<Response> {
    page_with(status, &confirm_page(visit, session, then_path, Some(problem)).await?)
}

/// As [`refused`], after a passkey that was not taken.
pub(super) async fn refused_passkey(
    visit: &Visit,
    session: &Session,
    then_path: String,
    Refused { words, gone }: Refused,
) -> Result<Response> {
    let again = confirm_page(visit, session, then_path, Some(words)).await?;
    page_with(StatusCode::UNPROCESSABLE_ENTITY, &ConfirmPage { by_passkey: true, unknown: gone, ..again })
}

async fn confirm_page(
    visit: &Visit,
    session: &Session,
    then_path: String,
    problem: Option<String>,
) -> Result<ConfirmPage> {
    let passkey = passkey_own::offer(visit, Purpose::Confirm, session).await?;
    let frame = session::frame(visit, session, "confirm-title");
    let person = person::by_id(visit.db()?, &visit.practice()?.id, &session.person_id).await?.ok_or(Error::NotFound)?;
    let stopped = person.password_stolen_at.filter(|_| person.password.is_some() && !person.is_client());
    Ok(ConfirmPage {
        frame: if passkey.is_some() { frame.script("passkey.js") } else { frame },
        then_path,
        email: session.email.clone(),
        problem,
        passkey,
        by_passkey: false,
        unknown: None,
        stopped: stopped.map(|at| when::day(at, visit.zone())),
    })
}
