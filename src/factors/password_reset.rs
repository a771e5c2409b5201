//! The page behind the mailed link for a forgotten password. Opening it uses nothing up; setting the password never
//! signs in and never stands for the second factor.

use axum::http::StatusCode;
use axum::response::Response;

use super::password::{hash, key_of};
use super::password_forgotten::{self, PURPOSE};
use super::password_lanes::Lanes;
use super::{mine_email_waiting, password_own, password_strength};
use crate::args;
use crate::notices::{Event, Happening, happened};
use crate::platform::asked::Load;
use crate::platform::db::Tx;
use crate::platform::error::{Error, Result};
use crate::platform::frame::Frame;
use crate::platform::web::{Fields, Visit, go, page, page_with};
use crate::sign_in::flash::{self, Notice};
use crate::sign_in::link::{self, Link, Standing, Token};
use crate::sign_in::person::{self, Person};
use crate::sign_in::session::{self, Session, State};
use crate::sign_in::{device, not_me};

#[derive(askama::Template)]
#[template(path = "factors/password_reset.html")]
struct ResetPage {
    frame: Frame,
    token: String,
    least: String,
    problems: Vec<String>,
    /// Why the link opens nothing any more; then the page has no field.
    over: Option<String>,
    /// Whether a press can send a new link to where this one went.
    can_send: bool,
    /// Whose password it is; the link lay in that mailbox.
    email: String,
    /// It is done, and somebody else is logged in in this browser: what the page says of it, and the words of staying.
    here: Option<(String, String)>,
}

/// `GET /reset/{token}`, any number of times.
pub async fn ask(visit: Visit, Token(token): Token) -> Result<Response> {
    match opened(&visit, &token).await? {
        Ok(person) => page(&ResetPage::new(&visit, &token, &person, vec![]).await?),
        Err(over) => page_with(StatusCode::GONE, &over),
    }
}

/// `POST /reset/{token}`: sets the password.
pub async fn answer(visit: Visit, Token(token): Token, fields: Fields) -> Result<Response> {
    // read
    let person = match opened(&visit, &token).await? {
        Ok(person) => person,
        Err(over) => return page_with(StatusCode::GONE, &over),
    };

    // work
    let password = fields.text("password");
    let mut problems = password_strength::problems(&visit, &person, &person.name, password).await?;
    if problems.is_empty() && password_own::is_in_place(&visit, &person, password).await? {
        // It may be why the link was asked for: whoever stole the old one would be in again.
        problems.push(visit.say("change-same"));
    }
    if !problems.is_empty() {
        return page_with(StatusCode::UNPROCESSABLE_ENTITY, &ResetPage::new(&visit, &token, &person, problems).await?);
    }
    let new_hash = hash(&visit, password).await?;

    // write
    let mut tx = visit.db()?.write().await?;
    if !link::spend(&visit, &mut tx, PURPOSE, &token).await? {
        drop(tx);
        // Somebody was quicker with the same link: the page says what it is worth now.
        let (what, can_send) = over(&visit, link::look(&visit, PURPOSE, &token).await?.as_ref());
        return page_with(StatusCode::GONE, &ResetPage::over(&visit, &token, what, can_send).await?);
    }
    put_in_place(&visit, &mut tx, &person, &new_hash).await?;
    // Whoever is reclaiming their account from a stranger takes back what the stranger began.
    let stopped = mine_email_waiting::stop(&visit, &mut tx, &person).await?;
    let reset = Happening::of(Event::PasswordReset, &person);
    happened(&visit, &mut tx, reset.detail("stopped", if stopped { "yes" } else { "no" })).await?;
    tx.commit().await?;
    visit.server.outbox_bell.notify_one();
    clear_lanes(&visit, &person).await?;
    if let State::Open(session) | State::Locked(session) = session::glance(&visit).await?
        && session.person_id != person.id
    {
        return page(&ResetPage {
            here: Some(of_somebody_else(&visit, &session)),
            ..ResetPage::new(&visit, &token, &person, vec![]).await?
        });
    }
    flash::leave(&visit, Notice::PasswordReset, &person.email)?;
    Ok(go("/sign-in"))
}

/// What is said of whoever else is logged in here. Clients are named to nobody (docs/decisions/0015).
fn of_somebody_else(visit: &Visit, here: &Session) -> (String, String) {
    if here.is_client() {
        return (visit.say("reset-done-other-client"), visit.say("join-stay-client"));
    }
    let name = [("here", here.name.as_str())];
    (visit.say_with("reset-done-other", &name), visit.say_with("join-stay", &name))
}

/// `POST /reset/{token}/new`: a new link to where this one went, under the limits of every asking.
pub async fn send_new(visit: Visit, Token(token): Token) -> Result<Response> {
    if let Some(link) = link::look(&visit, PURPOSE, &token).await? {
        password_forgotten::ask_for(&visit, &link.sent_to, Load::Usual).await?;
    }
    Ok(go("/forgot?sent=1"))
}

/// Sets a new password and ends whatever stood on the old one: sessions, attempts, recognised devices, mailed links.
///
/// # Errors
/// A conflict when the password is no longer the one that the new one was compared with; faults and conflicts of the database.
pub(super) async fn put_in_place(visit: &Visit, tx: &mut Tx, person: &Person, new_hash: &str) -> Result<()> {
    let before = person.password.clone().unwrap_or_default();
    let changed = tx
        .execute(
            "UPDATE person SET password = $3, password_set_at = $4, password_stolen_at = NULL, password_change_by = NULL
             WHERE practice_id = $1 AND id = $2 AND COALESCE(password, '') = $5",
            args![&visit.practice()?.id, &person.id, new_hash, visit.now, before],
        )
        .await?;
    if changed != 1 {
        // Another browser set one meanwhile: this is judged anew, as things are now.
        return Err(Error::Conflict);
    }
    link::replace_older(visit, tx, PURPOSE, &person.id).await?;
    session::end_all(visit, tx, &person.id, None).await?;
    device::end_all(visit, tx, &person.id).await?;
    Ok(())
}

/// A new password ends the counts of wrong ones: those of the sign-in page belong to the old one anyway.
pub(super) async fn clear_lanes(visit: &Visit, person: &Person) -> Result<()> {
    Lanes::sign_in(visit, &person.email_key, Some(person), None)?.clear(visit).await?;
    Lanes::own(visit, password_own::FRESH_LANE, &person.id)?.clear(visit).await
}

/// The person whose link this is, or the page that says why it opens nothing.
async fn opened(visit: &Visit, token: &str) -> Result<std::result::Result<Person, ResetPage>> {
    let link = link::look(visit, PURPOSE, token).await?;
    if let Some(link) = link.as_ref().filter(|link| link.standing(visit.now) == Standing::Good) {
        let person =
            person::by_id(visit.db()?, &visit.practice()?.id, &link.person_id).await?.ok_or(Error::NotFound)?;
        if person.joined_at.is_none() {
            // The first password is chosen where the invitation is accepted, and nowhere else.
            return Ok(Err(ResetPage::over(visit, token, visit.say("reset-not-joined"), false).await?));
        }
        if person.email_key == key_of(&link.sent_to) && person.closed_at.is_none() {
            return Ok(Ok(person));
        }
        return Ok(Err(ResetPage::over(visit, token, visit.say("reset-moved"), false).await?));
    }
    let (what, can_send) = over(visit, link.as_ref());
    Ok(Err(ResetPage::over(visit, token, what, can_send).await?))
}

/// Which it is, and when; and whether a press can bring a new one.
fn over(visit: &Visit, link: Option<&Link>) -> (String, bool) {
    let Some(link) = link else { return (visit.say("reset-unknown"), false) };
    let said = |id: &str, at: i64| {
        let time = crate::platform::when::full(at, visit.zone());
        (visit.say_with(id, &[("time", &time)]), true)
    };
    match link.standing(visit.now) {
        Standing::Used(at) => said("reset-used", at),
        Standing::Replaced(at) => said("reset-replaced", at),
        Standing::Expired(at) => said("reset-expired", at),
        Standing::Good => (visit.say("reset-moved"), false),
    }
}

/// Whoever is logged in here as a client can leave at once.
async fn frame(visit: &Visit, title: &str) -> Result<Frame> {
    let mut frame = Frame::new(visit, title);
    frame.exit = not_me::is_clients_browser(visit).await?;
    Ok(frame)
}

impl ResetPage {
    async fn new(visit: &Visit, token: &str, person: &Person, problems: Vec<String>) -> Result<ResetPage> {
        Ok(ResetPage {
            frame: frame(visit, "reset-title").await?.script("strength.js"),
            token: token.to_owned(),
            least: password_strength::needed(visit, person)?.code_points().to_string(),
            problems,
            over: None,
            can_send: false,
            email: person.email.clone(),
            here: None,
        })
    }

    async fn over(visit: &Visit, token: &str, what: String, can_send: bool) -> Result<ResetPage> {
        Ok(ResetPage {
            frame: frame(visit, "reset-over-title").await?,
            token: token.to_owned(),
            least: String::new(),
            problems: vec![],
            over: Some(what),
            can_send,
            email: String::new(),
            here: None,
        })
    }
}
