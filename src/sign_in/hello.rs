//! Arriving from the entrance with the address filled in. The address travels as a ticket that this practice's own region
//! sealed, since what stands in a web address is kept in histories and logs.

use std::sync::Arc;

use axum::response::Response;

use super::person::{self, Person};
use super::session::{self, Session, State};
use super::{log_out, note, way_in};
use crate::platform::email::Email;
use crate::platform::error::Result;
use crate::platform::frame::{FROM_LIST, Frame};
use crate::platform::server::Server;
use crate::platform::web::{Fields, Query, Visit, go, page};

const COOKIE: &str = "__Host-hello";
/// How long a list may stay open before its tickets fill in nothing any more, in seconds.
const TICKET_SECONDS: i64 = 3600;
/// How long the address stays at hand in the browser, in seconds.
const COOKIE_SECONDS: i64 = 600;

#[derive(askama::Template)]
#[template(path = "sign_in/hello.html")]
struct HelloPage {
    frame: Frame,
    /// The address of whoever is in; none for clients, whose address may be private.
    email: Option<String>,
    /// Where that person goes on.
    on: &'static str,
    ticket: String,
}

/// Who arrives, as the ticket tells it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Hello {
    pub email: String,
    /// Goes to the client portal rather than to the staff's sign-in.
    pub client: bool,
    /// What the browser that ticked "Remember my practices on this device" is known by; empty when it did not.
    pub remember: String,
}

/// The ticket for one practice, for an hour. It opens nothing: it fills in a field.
///
/// # Errors
/// A fault when the current key cannot seal.
pub fn ticket(server: &Server, practice: &str, hello: &Hello, now: i64) -> Result<String> {
    let kind = if hello.client { "client" } else { "staff" };
    let Hello { email, remember, .. } = hello;
    server.seal("hello", &[practice], &format!("{}\n{kind}\n{remember}\n{email}", now + TICKET_SECONDS))
}

/// `GET /hello?for=<ticket>`: leaves the address for the next page and goes there. A ticket that is old, or of another
/// practice, fills in nothing, and leads to the same door: the link says by `at` which one that is. Where somebody else is in
/// at that door, whoever arrives is asked who they are, and nothing is left for them yet.
pub async fn arrive(visit: Visit, Query(query): Query) -> Result<Response> {
    let ticket = query.text("for");
    let read = opened(&visit, ticket);
    if let Some((_, hello)) = &read
        && let Some(other) = somebody_else(&visit, hello).await?
    {
        visit.set_cookie(FROM_LIST, "1", None);
        return in_between(&visit, &other, ticket);
    }
    go_on(&visit, read, query.text("at") == "portal").await
}

/// `POST /hello`: whoever arrives is not who is in, so that session ends here and they go on to their own sign-in. A page that was
/// open for days does the same, as leaving is never refused; whoever has come in as the one who arrives stays.
pub async fn answer(visit: Visit, fields: Fields) -> Result<Response> {
    let read = opened(&visit, fields.text("for"));
    if let Some(read) = &read
        && let Some(Other { session, .. }) = somebody_else(&visit, &read.1).await?
    {
        log_out::make_room(&visit, &session).await?;
        return Ok(log_out::cleared(&visit, welcome(&visit, read.clone())?));
    }
    go_on(&visit, read, false).await
}

/// To the sign-in, or on where somebody is in as who they are on the list.
async fn go_on(visit: &Visit, read: Option<(i64, Hello)>, at_portal: bool) -> Result<Response> {
    let Some((until, hello)) = read else { return Ok(go(door_of(at_portal))) };
    if until > visit.now
        && let Some(on) = remembered_at_once(visit, &hello).await?
    {
        return Ok(go(&on));
    }
    welcome(visit, (until, hello))
}

/// Leaves what the ticket holds for the sign-in, while it is young.
fn welcome(visit: &Visit, (until, hello): (i64, Hello)) -> Result<Response> {
    let door = door_of(hello.client);
    if until <= visit.now {
        return Ok(go(door));
    }
    // Whoever comes from a list without the tick is not remembered for a tick that was set before, by them or by somebody else.
    if hello.remember.is_empty() {
        note::drop_asked(visit);
    }
    let kept = format!("{}\n{}", visit.now + COOKIE_SECONDS, hello.email);
    let sealed = visit.server.seal("hello kept", &[&visit.practice()?.id], &kept)?;
    visit.set_cookie(COOKIE, &sealed, None);
    visit.set_cookie(FROM_LIST, "1", None);
    if !hello.remember.is_empty()
        && let Ok(email) = Email::parse(&hello.email)
    {
        note::ask(visit, &hello.remember, &email)?;
    }
    Ok(go(door))
}

fn door_of(client: bool) -> &'static str {
    if client { "/portal" } else { "/sign-in" }
}

/// Who is in at a door, where that is not who arrives.
struct Other {
    session: Arc<Session>,
    is_locked: bool,
}

/// Who is in at the door of that ticket, open or locked, where that is not whom the ticket is for.
async fn somebody_else(visit: &Visit, hello: &Hello) -> Result<Option<Other>> {
    let (session, is_locked) = match session::glance(visit).await? {
        State::Open(session) => (session, false),
        State::Locked(session) => (session, true),
        State::Nobody => return Ok(None),
    };
    let same_door = session.is_client() == hello.client;
    Ok((same_door && !is_of(visit, &session, hello).await?).then_some(Other { session, is_locked }))
}

/// Whether the ticket is for whom the session is.
async fn is_of(visit: &Visit, session: &Session, hello: &Hello) -> Result<bool> {
    let person = person::by_id(visit.db()?, &visit.practice()?.id, &session.person_id).await?;
    Ok(person.is_some_and(|person| is_for(hello, &person)))
}

/// The page that asks who is here; clients are not named on it, nor is who arrives. Of a locked session it says no more than the
/// page that unlocks it.
fn in_between(visit: &Visit, Other { session, is_locked }: &Other, ticket: &str) -> Result<Response> {
    let client = session.is_client();
    let mut frame = Frame::new(visit, if client { "hello-title-client" } else { "hello-title" });
    frame.whose = Some(session.person_id.clone());
    frame.exit = client;
    let masked = || Email::parse(&session.email).map(|email| email.masked()).unwrap_or_default();
    let email = (!client).then(|| if *is_locked { masked() } else { session.email.clone() });
    let on = if *is_locked { way_in::locked(session) } else { "/me" };
    page(&HelloPage { frame, email, on, ticket: ticket.to_owned() })
}

fn opened(visit: &Visit, ticket: &str) -> Option<(i64, Hello)> {
    let practice = &visit.practice().ok()?.id;
    visit.server.open("hello", &[practice], ticket).ok().and_then(|text| read(&text))
}

/// Whoever is signed in here already, as who they are on the list, meets no sign-in that would have them remembered.
async fn remembered_at_once(visit: &Visit, hello: &Hello) -> Result<Option<String>> {
    if hello.remember.is_empty() {
        return Ok(None);
    }
    let State::Open(session) = session::glance(visit).await? else { return Ok(None) };
    if session.is_client() != hello.client || session.shared != 0 {
        return Ok(None);
    }
    let found = person::by_id(visit.db()?, &visit.practice()?.id, &session.person_id).await?;
    match found.filter(|person| is_for(hello, person)) {
        Some(person) => note::through(visit, &person, "/me", &hello.remember).map(Some),
        None => Ok(None),
    }
}

fn is_for(hello: &Hello, person: &Person) -> bool {
    Email::parse(&hello.email).is_ok_and(|email| email.canonical() == person.email_key)
}

/// The address of whoever arrived in this browser a moment ago.
pub fn email(visit: &Visit) -> Option<String> {
    let practice = &visit.practice().ok()?.id;
    let text = visit.server.open("hello kept", &[practice], visit.cookie(COOKIE)?).ok()?;
    let (until, email) = text.split_once('\n')?;
    (until.parse::<i64>().ok()? > visit.now).then(|| email.to_owned())
}

/// Forgets the address: whoever it was for is in, or has left.
pub(super) fn forget(visit: &Visit) {
    if visit.cookie(COOKIE).is_some() {
        visit.drop_cookie(COOKIE);
    }
}

/// Until when a ticket fills in what it holds (unix seconds), and that.
fn read(text: &str) -> Option<(i64, Hello)> {
    let mut lines = text.splitn(4, '\n');
    let until: i64 = lines.next()?.parse().ok()?;
    let client = lines.next()? == "client";
    let remember = lines.next()?.to_owned();
    let email = lines.next()?.to_owned();
    Some((until, Hello { email, client, remember }))
}
