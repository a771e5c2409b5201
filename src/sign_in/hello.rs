//! Arriving from the entrance with the address filled in. The address travels as a ticket that this practice's own region
//! sealed, since what stands in a web address is kept in histories and logs.

use axum::response::Response;

use super::note;
use super::person::{self, Person};
use super::session::{self, State};
use crate::platform::email::Email;
use crate::platform::error::Result;
use crate::platform::frame::FROM_LIST;
use crate::platform::server::Server;
use crate::platform::web::{Query, Visit, go};

const COOKIE: &str = "__Host-hello";
/// How long a list may stay open before its tickets fill in nothing any more, in seconds.
const TICKET_SECONDS: i64 = 3600;
/// How long the address stays at hand in the browser, in seconds.
const COOKIE_SECONDS: i64 = 600;

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
/// practice, fills in nothing, and leads to the same door: the link says by `at` which one that is.
pub async fn arrive(visit: Visit, Query(query): Query) -> Result<Response> {
    let practice = &visit.practice()?.id;
    let read = visit.server.open("hello", &[practice], query.text("for")).ok().and_then(|text| read(&text));
    let client = read.as_ref().map_or(query.text("at") == "portal", |(_, hello)| hello.client);
    let door = if client { "/portal" } else { "/sign-in" };
    let Some((_, hello)) = read.filter(|(until, _)| *until > visit.now) else { return Ok(go(door)) };
    // Whoever comes from a list without the tick is not remembered for a tick that was set before, by them or by somebody else.
    if hello.remember.is_empty() {
        note::drop_asked(&visit);
    }
    if let Some(on) = remembered_at_once(&visit, &hello).await? {
        return Ok(go(&on));
    }
    let sealed =
        visit.server.seal("hello kept", &[practice], &format!("{}\n{}", visit.now + COOKIE_SECONDS, hello.email))?;
    visit.set_cookie(COOKIE, &sealed, None);
    visit.set_cookie(FROM_LIST, "1", None);
    if !hello.remember.is_empty()
        && let Ok(email) = Email::parse(&hello.email)
    {
        note::ask(&visit, &hello.remember, &email)?;
    }
    Ok(go(door))
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
    let same = |person: &Person| Email::parse(&hello.email).is_ok_and(|email| email.canonical() == person.email_key);
    match found.filter(same) {
        Some(person) => note::through(visit, &person, "/me", &hello.remember).map(Some),
        None => Ok(None),
    }
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
