//! Fresh proof of a client before something sensitive: a passkey where there is one, else a new mail, and the passphrase
//! after it where that is the lock. Then back to what the client was about to do.

use std::sync::Arc;

use axum::http::StatusCode;
use axum::response::Response;

use super::ask;
use crate::factors::passkey_ceremony::Purpose;
use crate::factors::passkey_options::Asked;
use crate::factors::passkey_own::{self, Refused};
use crate::platform::email::Email;
use crate::platform::error::{Error, Result};
use crate::platform::frame::Frame;
use crate::platform::web::{Fields, Query, Visit, go, page, page_with, safe_path};
use crate::sign_in::person;
use crate::sign_in::session::{self, Session};
use crate::sign_in::step::Factor;

#[derive(askama::Template)]
#[template(path = "portal/confirm.html")]
struct ConfirmPage {
    frame: Frame,
    masked: String,
    then_path: String,
    problem: Option<String>,
    passkey: Option<Asked>,
    /// The problem is a passkey's.
    by_passkey: bool,
    /// One that the browser may forget.
    unknown: Option<String>,
    /// A mail does, with the passphrase after it where there is one.
    by_mail: bool,
    passphrase: bool,
    /// No mail of the practice has a link.
    code_only: bool,
    /// No mail goes to this client, so that none can be the proof.
    no_mail: bool,
    contact: String,
}

/// `GET /portal/confirm?then=`; goes straight on where the proof is fresh enough.
pub async fn ask(visit: Visit, Query(query): Query) -> Result<Response> {
    let then_path = safe_path(query.text("then"), "/me");
    match enter(&visit).await? {
        Ok(session) if session.is_fresh(visit.now) => Ok(go(&then_path)),
        Ok(session) => {
            let mut confirm = ConfirmPage::new(&visit, &session, then_path, None).await?;
            if query.text("note") == "old-mail" {
                confirm.frame = confirm.frame.banner("info", "portal-confirm-old-mail");
            }
            page(&confirm)
        }
        Err(response) => Ok(response),
    }
}

/// `POST /portal/confirm`: a mail to the address of the session.
pub async fn answer(visit: Visit, fields: Fields) -> Result<Response> {
    let session = match enter(&visit).await? {
        Ok(session) => session,
        Err(response) => return Ok(response),
    };
    let then_path = safe_path(fields.text("then"), "/me");
    let again = ConfirmPage::new(&visit, &session, then_path.clone(), None).await?;
    if again.no_mail {
        return page_with(StatusCode::UNPROCESSABLE_ENTITY, &again);
    }
    match ask::put_for(&visit, &session, &then_path).await? {
        Ok(response) => Ok(response),
        Err(problem) => {
            let again = ConfirmPage { problem: Some(problem), ..again };
            page_with(StatusCode::UNPROCESSABLE_ENTITY, &again)
        }
    }
}

/// `POST /portal/confirm/passkey`.
pub async fn passkey(visit: Visit, fields: Fields) -> Result<Response> {
    let session = match enter(&visit).await? {
        Ok(session) => session,
        Err(response) => return Ok(response),
    };
    let then_path = safe_path(fields.text("then"), "/me");
    match passkey_own::judge(&visit, &fields, Purpose::Confirm, &session, &then_path).await? {
        Ok(response) => Ok(response),
        Err(Refused { words, gone }) => {
            let again = ConfirmPage::new(&visit, &session, then_path, Some(words)).await?;
            page_with(StatusCode::UNPROCESSABLE_ENTITY, &ConfirmPage { by_passkey: true, unknown: gone, ..again })
        }
    }
}

/// A client's open session that did not begin with a PIN: what follows is not for those.
async fn enter(visit: &Visit) -> Result<std::result::Result<Arc<Session>, Response>> {
    match session::required(visit).await? {
        Ok(session) if !session.is_client() => Err(Error::NotFound),
        Ok(session) if session.is_by_pin() => Err(Error::ByPin),
        entered => Ok(entered),
    }
}

impl ConfirmPage {
    async fn new(visit: &Visit, session: &Session, then_path: String, problem: Option<String>) -> Result<ConfirmPage> {
        let person = person::by_id(visit.db()?, &visit.practice()?.id, &session.person_id).await?;
        let person = person.ok_or(Error::NotFound)?;
        let passkey = passkey_own::offer(visit, Purpose::Confirm, session).await?;
        let no_mail = person.mail_form == "none";
        let passphrase = person.lock() == Some(Factor::Passphrase);
        Ok(ConfirmPage {
            frame: session::frame(visit, session, "portal-confirm-title").script("passkey.js"),
            masked: Email::parse(&session.email).map(|email| email.masked()).unwrap_or_default(),
            then_path,
            problem,
            by_passkey: false,
            code_only: super::sent::has_no_links(visit),
            unknown: None,
            no_mail,
            by_mail: !no_mail && (passphrase || passkey.is_none() && person.lock().is_none()),
            passphrase,
            passkey,
            contact: crate::notices::compose::contact(visit)?,
        })
    }
}
