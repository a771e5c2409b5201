//! A session that locked after its idle limit: who it is, one password, and back to where the person was.

use axum::http::StatusCode;
use axum::response::Response;

use super::passkey_ceremony::Purpose;
use super::passkey_options::Asked;
use super::passkey_own::{self, Refused};
use super::password_lanes::later;
use super::password_own::{self, Own};
use crate::platform::email::Email;
use crate::platform::error::Result;
use crate::platform::frame::Frame;
use crate::platform::web::{Fields, Query, Visit, encode, go, page, page_with, safe_path};
use crate::sign_in::session::{self, Session, State};
use crate::sign_in::step::Factor;
use crate::sign_in::{self, Start, way_in};

#[derive(askama::Template)]
#[template(path = "factors/password_unlock.html")]
struct UnlockPage {
    frame: Frame,
    then_path: String,
    name: String,
    email: String,
    problem: Option<String>,
    passkey: Option<Asked>,
    /// The problem is a passkey's.
    by_passkey: bool,
    /// One that the browser may forget.
    unknown: Option<String>,
}

/// `GET /locked?then=`; a session that is in fact open goes straight back.
pub async fn ask(visit: Visit, Query(query): Query) -> Result<Response> {
    let then_path = safe_path(query.text("then"), "/me");
    match session::state(&visit).await? {
        State::Open(_) => Ok(go(&then_path)),
        State::Nobody => Ok(to_sign_in(&visit, &then_path)),
        State::Locked(session) if session.is_client() => {
            Ok(go(&format!("{}?then={}", way_in::locked(&session), encode(&then_path))))
        }
        State::Locked(session) => page(&unlock_page(&visit, &session, then_path, None).await?),
    }
}

/// `POST /locked`.
pub async fn answer(visit: Visit, fields: Fields) -> Result<Response> {
    // read
    let then_path = safe_path(fields.text("then"), "/me");
    let session = match session::state(&visit).await? {
        State::Open(_) => return Ok(go(&then_path)),
        State::Nobody => return Ok(to_sign_in(&visit, &then_path)),
        State::Locked(session) => session,
    };
    let again = |words: &str| {
        refused(&visit, &session, then_path.clone(), (StatusCode::UNPROCESSABLE_ENTITY, visit.say(words)))
    };
    let typed = fields.text("password");
    if visit.stale || typed.is_empty() {
        return again(if visit.stale { "confirm-stale" } else { "confirm-empty" }).await;
    }

    // work
    let lane = (password_own::UNLOCK_LANE, session.id.as_str());
    match password_own::check(&visit, &session.person_id, lane, typed).await? {
        Own::Wrong => again("confirm-wrong").await,
        Own::Held(held) => {
            let mut page = unlock_page(&visit, &session, then_path, None).await?;
            page.problem = Some(held.own_words(&visit, page.passkey.is_some()));
            later(StatusCode::TOO_MANY_REQUESTS, held.seconds(visit.now), &page)
        }
        // write
        Own::Right(_) => {
            let mut tx = visit.db()?.write().await?;
            let start = Start {
                person_id: &session.person_id,
                goal: "unlock",
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

fn to_sign_in(visit: &Visit, then_path: &str) -> Response {
    go(&format!("{}?then={}", way_in::path(visit), encode(then_path)))
}

/// The page again, with what was wrong.
async fn refused(
    visit: &Visit,
    session: &Session,
    then_path: String,
    (status, problem): (StatusCode, String),
) -> Result<Response> {
    page_with(status, &unlock_page(visit, session, then_path, Some(problem)).await?)
}

/// As [`refused`], after a passkey that was not taken.
pub(super) async fn refused_passkey(
    visit: &Visit,
    session: &Session,
    then_path: String,
    Refused { words, gone }: Refused,
) -> Result<Response> {
    let again = unlock_page(visit, session, then_path, Some(words)).await?;
    page_with(StatusCode::UNPROCESSABLE_ENTITY, &UnlockPage { by_passkey: true, unknown: gone, ..again })
}

async fn unlock_page(
    visit: &Visit,
    session: &Session,
    then_path: String,
    problem: Option<String>,
) -> Result<UnlockPage> {
    let passkey = passkey_own::offer(visit, Purpose::Unlock, session).await?;
    let mut frame = Frame::new(visit, "locked-title");
    frame.whose = Some(session.person_id.clone());
    Ok(UnlockPage {
        frame: if passkey.is_some() { frame.script("passkey.js") } else { frame },
        then_path,
        name: session.name.clone(),
        email: Email::parse(&session.email).map(|email| email.masked()).unwrap_or_default(),
        problem,
        passkey,
        by_passkey: false,
        unknown: None,
    })
}
