//! Administration by a practice. Everything here is for its administrators, who never see or set a password, a code or a
//! secret of anybody. What a person does with their own sign-in is not here.

pub mod clients;
pub mod clients_act;
pub mod clients_add;
pub mod clients_contact;
pub mod clients_contact_add;
pub mod clients_email;
pub mod clients_one;
pub mod clients_passkeys;
pub mod clients_phone;
pub mod clients_pin;
pub mod clients_privacy;
pub mod clients_reference;
pub mod clients_rules;
pub mod clients_stuck;
pub mod clients_time_line;
pub mod email_link;
pub mod people;
pub mod people_acts;
pub mod people_change;
pub mod people_email;
pub mod people_invite;
mod people_mails;
pub mod people_one;
pub mod people_passkeys;
mod people_proof;
pub mod people_reset;
pub mod programs;
pub mod programs_end;
pub mod programs_new;
pub mod re_enrol;
pub mod record;
pub mod record_words;
mod rule_choices;
pub mod staff_rules;

use std::sync::Arc;

use axum::http::StatusCode;
use axum::response::Response;

use crate::notices::{Actor, Event, Happening, administrators, happened};
use crate::platform::db::Tx;
use crate::platform::error::{Error, Result};
use crate::platform::frame::Frame;
use crate::platform::names::NameProblem;
use crate::platform::web::{Visit, go, page_with};
use crate::sign_in::act;
use crate::sign_in::person::{self, Person};
use crate::sign_in::session::{self, Session};

/// The administrator who asks, or the answer that goes out instead.
pub type Allowed = std::result::Result<Arc<Session>, Response>;

#[derive(askama::Template)]
#[template(path = "practice/own_account.html")]
struct OwnAccountPage {
    frame: Frame,
    last: bool,
}

/// Lets administrators in; whoever else is signed in gets the page that says so, and it is recorded.
///
/// # Errors
/// [`Error::Forbidden`]; faults of the database.
pub async fn administrator(visit: &Visit) -> Result<Allowed> {
    judge(visit, session::required(visit).await?).await
}

/// As [`administrator`], with every factor shown within five minutes.
///
/// # Errors
/// As [`administrator`].
pub async fn fresh_administrator(visit: &Visit) -> Result<Allowed> {
    match administrator(visit).await? {
        Ok(_) => session::fresh(visit).await,
        Err(response) => Ok(Err(response)),
    }
}

/// `GET /practice`: where each member's work begins.
///
/// # Errors
/// As [`administrator`].
pub async fn front(visit: Visit) -> Result<Response> {
    Ok(match member(&visit).await? {
        Ok(session) if session.is_administrator() => go("/practice/people"),
        Ok(_) => go("/practice/clients"),
        Err(response) => response,
    })
}

/// Lets every member of the practice in: looking after clients is everybody's work there.
///
/// # Errors
/// As [`administrator`].
pub async fn member(visit: &Visit) -> Result<Allowed> {
    match session::required(visit).await? {
        Ok(session) if session.kind != "staff" => Err(Error::Forbidden),
        allowed => Ok(allowed),
    }
}

/// As [`member`], with every factor shown within five minutes.
///
/// # Errors
/// As [`administrator`].
pub async fn fresh_member(visit: &Visit) -> Result<Allowed> {
    match member(visit).await? {
        Ok(_) => session::fresh(visit).await,
        Err(response) => Ok(Err(response)),
    }
}

/// A member of the practice, freshly proved, and a client or contact whose access is on; else the page to go to.
///
/// # Errors
/// As [`administrator`]; [`Error::NotFound`].
pub async fn fresh_with_client(
    visit: &Visit,
    id: &str,
) -> Result<std::result::Result<(Arc<Session>, Person), Response>> {
    let session = match fresh_member(visit).await? {
        Ok(session) => session,
        Err(response) => return Ok(Err(response)),
    };
    let person = client(visit, id).await?;
    if person.closed_at.is_some() {
        return Ok(Err(go(&format!("/practice/clients/{id}"))));
    }
    Ok(Ok((session, person)))
}

/// A client or contact of the practice.
///
/// # Errors
/// [`Error::NotFound`].
pub async fn client(visit: &Visit, id: &str) -> Result<Person> {
    let found = person::by_id(visit.db()?, &visit.practice()?.id, checked_id(id)?).await?;
    found.filter(Person::is_client).ok_or(Error::NotFound)
}

async fn judge(visit: &Visit, allowed: Allowed) -> Result<Allowed> {
    let Ok(session) = allowed else { return Ok(allowed) };
    if session.is_administrator() {
        return Ok(Ok(session));
    }
    let mut tx = visit.db()?.write().await?;
    let refused = Happening::to_nobody(Event::Refused, actor(&session)).result("refused").session(&session.id);
    happened(visit, &mut tx, refused.detail("page", &page_of(visit))).await?;
    tx.commit().await?;
    Err(Error::Forbidden)
}

/// The page in a few characters; what follows an id may be anything.
fn page_of(visit: &Visit) -> String {
    visit.path.chars().take(80).collect()
}

/// The actor of the record.
pub fn actor(session: &Session) -> Actor {
    Actor::Person(session.person_id.clone(), session.name.clone())
}

/// Reads a colleague of the practice for a page. Clients and people of other practices are not there.
///
/// # Errors
/// [`Error::NotFound`].
pub async fn colleague(visit: &Visit, id: &str) -> Result<Person> {
    let id = checked_id(id)?;
    let found = person::by_id(visit.db()?, &visit.practice()?.id, id).await?;
    found.filter(|person| person.kind == "staff").ok_or(Error::NotFound)
}

/// What is wrong with the name of a colleague.
fn name_words(problem: NameProblem) -> &'static str {
    match problem {
        NameProblem::Empty | NameProblem::TooLong { .. } => "people-wrong-name",
        NameProblem::ControlCharacter | NameProblem::BidiControl => "name-characters",
    }
}

/// An id as we make them; anything else is nobody's.
fn checked_id(id: &str) -> Result<&str> {
    let fine = id.len() == 36 && id.bytes().all(|byte| byte.is_ascii_hexdigit() || byte == b'-');
    if fine { Ok(id) } else { Err(Error::NotFound) }
}

/// Begins the transaction of an act: the administrator still is one, and the colleague is there, both as they are now.
///
/// # Errors
/// [`Error::Conflict`] for who lost the role meanwhile, and is judged anew; [`Error::Forbidden`]; [`Error::NotFound`].
pub async fn begin(visit: &Visit, session: &Session, id: &str) -> Result<(Tx, Person)> {
    let id = checked_id(id)?;
    let mut tx = begin_alone(visit, session).await?;
    let person = person::by_id_in(&mut tx, &visit.practice()?.id, id).await?;
    if person.kind == "staff" && person.id != session.person_id { Ok((tx, person)) } else { Err(Error::NotFound) }
}

/// As [`begin`], for an act on nobody in particular.
///
/// # Errors
/// As [`begin`].
pub async fn begin_alone(visit: &Visit, session: &Session) -> Result<Tx> {
    let tx = act::begin(visit, session).await?;
    if session.is_administrator() { Ok(tx) } else { Err(Error::Forbidden) }
}

/// The answer to whoever acts on their own account here: the way to My info, and why the last administrator stays.
///
/// # Errors
/// Faults of the database.
pub async fn own_account(visit: &Visit, session: &Session) -> Result<Response> {
    let mut tx = visit.db()?.write().await?;
    let last = administrators(visit, &mut tx).await?.len() < 2;
    let me = person::by_id_in(&mut tx, &visit.practice()?.id, &session.person_id).await?;
    let refused = Happening::of(Event::Refused, &me).result("refused").session(&session.id);
    happened(visit, &mut tx, refused.detail("page", &page_of(visit))).await?;
    tx.commit().await?;
    let frame = session::frame(visit, session, "people-own-title");
    page_with(StatusCode::FORBIDDEN, &OwnAccountPage { frame, last })
}
