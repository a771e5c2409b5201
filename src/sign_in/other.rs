//! Two people at one browser, each half-way through a sign-in: what one of them left open in a tab goes on for nobody else.
//! The forms of an attempt say whose it is (docs/decisions/0005), and are held against the attempt that is under way.

use axum::http::StatusCode;
use axum::response::Response;

use super::person::{self, Person};
use super::session::{self, State};
use super::step::Step;
use super::{Attempt, path_of, way_in};
use crate::platform::email::Email;
use crate::platform::error::Result;
use crate::platform::frame::Frame;
use crate::platform::web::{Visit, page_with};

#[derive(askama::Template)]
#[template(path = "sign_in/other.html")]
struct OtherPage {
    frame: Frame,
    /// The address of whoever began since; none for clients, whose address may be private.
    email: Option<String>,
    /// The page that their sign-in waits on, and where another one begins.
    on: String,
    /// None where somebody is logged in, who has to log out first.
    anew: Option<&'static str>,
    unkept: Option<Unkept>,
}

/// A passkey that the browser made for whose page it was; it is nobody's, and the browser may forget it.
pub struct Unkept {
    pub id: String,
    /// JSON for `data-options`: whose it is for the browser.
    pub options: String,
}

/// The frame of a page of an attempt: its forms act for this person alone, and staff read whose log-in it is.
pub fn frame(visit: &Visit, person: &Person, title: &str) -> Frame {
    let mut frame = Frame::new(visit, title);
    frame.whose = Some(person.id.clone());
    frame.of = (!person.is_client()).then(|| person.email.clone());
    frame
}

/// The page for a form that stood in another person's sign-in, or in none; nothing is done with it.
pub(super) fn refused(visit: &Visit, attempt: &Attempt, step: &Step, person: &Person) -> Result<Option<Response>> {
    of_attempt(visit, attempt, (step, person), None)
}

/// The same where no attempt is under way: whose log-in it was has not ended here, somebody else's has begun and is open.
pub(super) async fn refused_inside(visit: &Visit) -> Result<Option<Response>> {
    inside(visit, None).await
}

/// Either of them once more, with word of a passkey that came with the form; none where the form is of whoever is here.
///
/// # Errors
/// Faults of the database.
pub async fn refused_with(visit: &Visit, unkept: Unkept) -> Result<Option<Response>> {
    let attempt = if visit.path.starts_with("/sign-in/") { super::current(visit).await? } else { None };
    let Some(attempt) = attempt else { return inside(visit, Some(unkept)).await };
    let (step, person) = super::whereabouts(visit, &attempt).await?;
    of_attempt(visit, &attempt, (&step, &person), Some(unkept))
}

fn of_attempt(
    visit: &Visit,
    attempt: &Attempt,
    (step, person): (&Step, &Person),
    unkept: Option<Unkept>,
) -> Result<Option<Response>> {
    // A form too old to be read was not used anyway: its page shows itself again.
    let unread = visit.stale && visit.form_of().is_none();
    if visit.posted.get().is_none() || unread || visit.form_of() == Some(person.id.as_str()) {
        return Ok(None);
    }
    let client = person.is_client();
    let mut frame = Frame::new(visit, if client { "other-title-client" } else { "other-title" });
    frame.exit = client;
    let on = match step {
        Step::Done(_) => "/sign-in/set-up/done".to_owned(),
        step => path_of(step, attempt, person),
    };
    let email = (!client).then(|| person.email.clone());
    show(OtherPage { frame, email, on, anew: Some(way_in::path(visit)), unkept })
}

async fn inside(visit: &Visit, unkept: Option<Unkept>) -> Result<Option<Response>> {
    let (session, open) = match session::glance(visit).await? {
        State::Open(session) => (session, true),
        State::Locked(session) if unkept.is_some() => (session, false),
        State::Locked(_) | State::Nobody => return Ok(None),
    };
    if visit.posted.get().is_none() || visit.form_of().is_none_or(|of| of == session.person_id) {
        return Ok(None);
    }
    let client = session.is_client();
    let title = if client { "other-title-client" } else { "other-title" };
    let person = person::by_id(visit.db()?, &visit.practice()?.id, &session.person_id).await?;
    let email = person.filter(|_| !client).map(|person| person.email);
    // Locked, it says no more of the address than the page that unlocks it.
    let email =
        if open { email } else { email.and_then(|email| Email::parse(&email).ok()).map(|email| email.masked()) };
    let mut frame = if open { session::frame(visit, &session, title) } else { Frame::new(visit, title) };
    frame.exit = client;
    show(OtherPage { frame, email, on: "/me".to_owned(), anew: None, unkept })
}

fn show(mut other: OtherPage) -> Result<Option<Response>> {
    if other.unkept.is_some() {
        other.frame = other.frame.script("passkey.js");
    }
    page_with(StatusCode::CONFLICT, &other).map(Some)
}
