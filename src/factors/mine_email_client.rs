//! A client changes their own address: the code mailed to the new one is typed here, signed in. A session from a PIN
//! cannot (AC-085), and a change that the practice began can be stopped from any session.

use axum::http::StatusCode;
use axum::response::Response;

use super::client_email::{self, Change, Typed};
use super::password_lanes::later;
use super::totp_code::normalise_typed;
use super::{mine, mine_email_waiting};
use crate::platform::asked;
use crate::platform::email::Email;
use crate::platform::error::{Error, Result};
use crate::platform::frame::{Frame, near};
use crate::platform::limit;
use crate::platform::web::{Fields, Visit, go, page, page_with};
use crate::sign_in::act;
use crate::sign_in::person::Person;
use crate::sign_in::session::{self, Session};

#[derive(askama::Template)]
#[template(path = "factors/mine_email_client.html")]
struct EmailPage {
    frame: Frame,
    now: String,
    email: String,
    problem: Option<String>,
}

#[derive(askama::Template)]
#[template(path = "factors/mine_email_client_code.html")]
struct CodePage {
    frame: Frame,
    email: String,
    takes_codes: bool,
    problem: Option<String>,
}

/// `GET /me/email`, with fresh proof.
pub(super) fn ask(visit: &Visit, session: &Session, person: &Person) -> Result<Response> {
    page(&EmailPage::new(visit, session, person))
}

/// `POST /me/email`.
pub(super) async fn answer(visit: &Visit, session: &Session, person: &Person, fields: &Fields) -> Result<Response> {
    // read
    let typed = fields.trimmed("email");
    let mut again = EmailPage::new(visit, session, person);
    typed.clone_into(&mut again.email);
    let email = match Email::parse(typed) {
        Ok(email) if email.canonical() != person.email_key => email,
        refused => {
            again.problem = Some(visit.say(if refused.is_ok() { "mine-email-same" } else { "mine-email-wrong" }));
            return page_with(StatusCode::UNPROCESSABLE_ENTITY, &again);
        }
    };

    // write
    let (db, practice) = (visit.db()?, &visit.practice()?.id);
    let lanes = [visit.lane("email change", &person.id)?, visit.lane("mail", email.canonical())?];
    let mut tx = act::begin(visit, session).await?;
    for lane in &lanes {
        if !limit::mail_allowed_in(&mut tx, practice, lane, visit.now).await? {
            // Left without a commit, neither is counted. What somebody asked for a moment ago is no secret to them.
            drop(tx);
            let under_way = own_change(visit, session).await?;
            if under_way.is_some_and(|change| change.was_just_asked(&email, session, visit.now)) {
                return Ok(go("/me/email/sent"));
            }
            let until = asked::mail_waits_until(db, practice, lane, visit.now).await?;
            again.problem = Some(visit.say_with("mine-email-wait", &[("time", &near(visit, until))]));
            return later(StatusCode::TOO_MANY_REQUESTS, until - visit.now, &again);
        }
    }
    client_email::ask(visit, &mut tx, person, &email, session).await?;
    tx.commit().await?;
    visit.server.outbox_bell.notify_one();
    Ok(go("/me/email/sent"))
}

/// `GET /me/email/sent`.
pub(super) async fn sent(visit: &Visit, session: &Session) -> Result<Response> {
    refuse_pin(session)?;
    match own_change(visit, session).await? {
        Some(change) => page(&CodePage::new(visit, session, &change, None)),
        None => Ok(go("/me/email")),
    }
}

/// `POST /me/email/code`.
pub async fn code(visit: Visit, fields: Fields) -> Result<Response> {
    // read
    let (session, before) = match enter(&visit).await? {
        Ok(found) => found,
        Err(response) => return Ok(response),
    };
    refuse_pin(&session)?;
    let Some(change) = own_change(&visit, &session).await? else { return after_code(&visit, &session).await };
    let refused = |problem: String| {
        page_with(StatusCode::UNPROCESSABLE_ENTITY, &CodePage::new(&visit, &session, &change, Some(problem)))
    };
    let Some(code) = normalise_typed(fields.text("code")) else { return refused(visit.say("address-code-six")) };

    // write
    let mut tx = act::begin(&visit, &session).await?;
    let typed = client_email::try_code(&visit, &mut tx, &change, &code, Some(&session)).await?;
    tx.commit().await?;
    visit.server.outbox_bell.notify_one();
    match typed {
        Typed::Done | Typed::Held(_) => {
            let now = mine::myself(&visit, &session).await?;
            let also = if now.mail_form == before.mail_form { "" } else { "&also=discreet" };
            Ok(go(&format!("/me?done=email-changed{also}")))
        }
        Typed::Wrong(left) => refused(visit.say_with("address-code-wrong", &[("left", &left.to_string())])),
        // Two presses at once: the other one did it.
        Typed::Over if own_change(&visit, &session).await?.is_none() => after_code(&visit, &session).await,
        Typed::Over => refused(visit.say("address-code-over")),
    }
}

/// Nothing waits for a code: the one that was typed has done it a moment ago, or it is asked for anew.
async fn after_code(visit: &Visit, session: &Session) -> Result<Response> {
    let newest = client_email::newest(visit.db()?, &visit.practice()?.id, &session.person_id).await?;
    let done = newest.is_some_and(|change| change.is_done() && change.is_asked_by(&session.person_id));
    Ok(go(if done { "/me?done=email-changed" } else { "/me/email" }))
}

/// `POST /me/email/stop`: whoever is signed in stops a change of the address, whoever began it. Where two of a colleague's wait,
/// the form says which (`which`).
pub async fn stop(visit: Visit, fields: Fields) -> Result<Response> {
    let session = match session::required(&visit).await? {
        Ok(session) => session,
        Err(response) => return Ok(response),
    };
    let person = mine::myself(&visit, &session).await?;
    let mut tx = act::begin(&visit, &session).await?;
    let stopped = if person.is_client() {
        client_email::stop(&visit, &mut tx, &person, &session).await?
    } else {
        let which = [mine_email_waiting::OWN, mine_email_waiting::BY_ADMINISTRATOR];
        match which.into_iter().find(|purpose| *purpose == fields.text("which")) {
            Some(purpose) => mine_email_waiting::stop_one(&visit, &mut tx, &person, purpose).await?,
            None => mine_email_waiting::stop(&visit, &mut tx, &person).await?,
        }
    };
    tx.commit().await?;
    visit.server.outbox_bell.notify_one();
    // Pressed in a tab that stood open while the address changed in another, it stopped nothing.
    Ok(go(if stopped { "/me?done=email-stopped" } else { "/me?done=email-not-stopped" }))
}

/// The change that this client began; one of the practice's is confirmed elsewhere.
async fn own_change(visit: &Visit, session: &Session) -> Result<Option<Change>> {
    let db = visit.db()?;
    let change = client_email::under_way(db, &visit.practice()?.id, &session.person_id, visit.now).await?;
    Ok(change.filter(|change| change.is_asked_by(&session.person_id)))
}

/// What was opened by somebody on the phone changes nothing that decides who gets in.
fn refuse_pin(session: &Session) -> Result<()> {
    if session.is_by_pin() { Err(Error::ByPin) } else { Ok(()) }
}

async fn enter(visit: &Visit) -> Result<std::result::Result<(std::sync::Arc<Session>, Person), Response>> {
    let session = match session::required(visit).await? {
        Ok(session) => session,
        Err(response) => return Ok(Err(response)),
    };
    let person = mine::myself(visit, &session).await?;
    if person.is_client() { Ok(Ok((session, person))) } else { Err(Error::NotFound) }
}

impl EmailPage {
    fn new(visit: &Visit, session: &Session, person: &Person) -> EmailPage {
        EmailPage {
            frame: session::frame(visit, session, "mine-email-title"),
            now: person.email.clone(),
            email: String::new(),
            problem: None,
        }
    }
}

impl CodePage {
    fn new(visit: &Visit, session: &Session, change: &Change, problem: Option<String>) -> CodePage {
        CodePage {
            frame: session::frame(visit, session, "mine-email-sent-title"),
            email: change.email.clone(),
            takes_codes: change.takes_codes(visit.now),
            problem,
        }
    }
}
