//! A client's session that locked after its idle limit: a passkey, the lock of their own or one press for a mail, and back
//! to where the person was.

use axum::http::StatusCode;
use axum::response::Response;

use super::ask;
use crate::factors::passkey_ceremony::Purpose;
use crate::factors::passkey_options::Asked;
use crate::factors::passkey_own::{self, Refused};
use crate::platform::email::Email;
use crate::platform::error::Result;
use crate::platform::frame::Frame;
use crate::platform::web::{Fields, Query, Visit, encode, go, page, page_with, safe_path};
use crate::sign_in::person;
use crate::sign_in::session::{self, Session, State};
use crate::sign_in::step::Factor;
use crate::sign_in::{self, Start};

#[derive(askama::Template)]
#[template(path = "portal/locked.html")]
struct LockedPage {
    frame: Frame,
    masked: String,
    then_path: String,
    problem: Option<String>,
    passkey: Option<Asked>,
    /// The problem is a passkey's.
    by_passkey: bool,
    /// One that the browser may forget.
    unknown: Option<String>,
    /// The client's own lock, which is what opens the session then.
    lock: Option<Factor>,
    /// No mail goes to this client, so that none can open it.
    no_mail: bool,
    /// The practice can let them in with a PIN.
    pins: bool,
    contact: String,
    keeps_passwords: bool,
    /// No mail of the practice has a link.
    code_only: bool,
}

/// To the locked page, and from there to where the person was.
pub(super) fn lead(then_path: &str) -> Result<Response> {
    Ok(go(&format!("/portal/locked?then={}", encode(&safe_path(then_path, "/me")))))
}

/// `GET /portal/locked?then=`.
pub async fn ask(visit: Visit, Query(query): Query) -> Result<Response> {
    let then_path = safe_path(query.text("then"), "/me");
    match session::state(&visit).await? {
        State::Open(_) => Ok(go(&then_path)),
        State::Locked(session) if session.is_client() => {
            page(&LockedPage::new(&visit, &session, then_path, None).await?)
        }
        _ => Ok(go(&format!("/portal?then={}", encode(&then_path)))),
    }
}

/// `POST /portal/locked`: a mail to the address of the session.
pub async fn answer(visit: Visit, fields: Fields) -> Result<Response> {
    let then_path = safe_path(fields.text("then"), "/me");
    let session = match session::state(&visit).await? {
        State::Open(_) => return Ok(go(&then_path)),
        State::Locked(session) if session.is_client() => session,
        _ => return Ok(go(&format!("/portal?then={}", encode(&then_path)))),
    };
    if fields.text("do") == "lock" {
        return begin_with_lock(&visit, &session, &then_path).await;
    }
    let again = LockedPage::new(&visit, &session, then_path.clone(), None).await?;
    if again.no_mail {
        return page_with(StatusCode::UNPROCESSABLE_ENTITY, &again);
    }
    match ask::put_for(&visit, &session, &then_path).await? {
        Ok(response) => Ok(response),
        Err(problem) => {
            let again = LockedPage { problem: Some(problem), ..again };
            page_with(StatusCode::UNPROCESSABLE_ENTITY, &again)
        }
    }
}

/// `POST /portal/locked/passkey`.
pub async fn passkey(visit: Visit, fields: Fields) -> Result<Response> {
    let then_path = safe_path(fields.text("then"), "/me");
    let session = match session::state(&visit).await? {
        State::Open(_) => return Ok(go(&then_path)),
        State::Locked(session) if session.is_client() => session,
        _ => return Ok(go(&format!("/portal?then={}", encode(&then_path)))),
    };
    match passkey_own::judge(&visit, &fields, Purpose::Unlock, &session, &then_path).await? {
        Ok(response) => Ok(response),
        Err(Refused { words, gone }) => {
            let again = LockedPage::new(&visit, &session, then_path, Some(words)).await?;
            page_with(StatusCode::UNPROCESSABLE_ENTITY, &LockedPage { by_passkey: true, unknown: gone, ..again })
        }
    }
}

/// A client with a lock of their own opens the session with it; the attempt's own page asks for it.
async fn begin_with_lock(visit: &Visit, session: &Session, then_path: &str) -> Result<Response> {
    let mut tx = visit.db()?.write().await?;
    let start = Start {
        person_id: &session.person_id,
        goal: "unlock",
        session_id: Some(&session.id),
        then_path,
        shared: session.shared != 0,
        ..Start::default()
    };
    let attempt = sign_in::start(visit, &mut tx, &start).await?;
    sign_in::advance(visit, tx, &attempt).await
}

impl LockedPage {
    async fn new(visit: &Visit, session: &Session, then_path: String, problem: Option<String>) -> Result<LockedPage> {
        let passkey = passkey_own::offer(visit, Purpose::Unlock, session).await?;
        let person = person::by_id(visit.db()?, &visit.practice()?.id, &session.person_id).await?;
        let mut frame = Frame::new(visit, "locked-title");
        frame.whose = Some(session.person_id.clone());
        if passkey.is_some() {
            frame = frame.script("passkey.js");
        }
        frame.exit = true;
        Ok(LockedPage {
            frame,
            masked: Email::parse(&session.email).map(|email| email.masked()).unwrap_or_default(),
            then_path,
            problem,
            by_passkey: false,
            unknown: None,
            passkey,
            code_only: super::sent::has_no_links(visit),
            no_mail: person.as_ref().is_some_and(|person| person.mail_form == "none" && person.lock().is_none()),
            pins: visit.practice()?.pin_by != "nobody",
            lock: person.and_then(|person| person.lock()),
            keeps_passwords: visit.practice()?.client_passwords != 0,
            contact: crate::notices::compose::contact(visit)?,
        })
    }
}
