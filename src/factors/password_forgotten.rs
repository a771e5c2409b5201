//! "Forgot your password?": one page and one answer for every address, in words, time and work. The job behind it looks
//! people up and mails the link; the page the link opens is in `password_reset.rs`.

use axum::http::StatusCode;
use axum::response::Response;
use futures_util::future::BoxFuture;

use super::password_lanes::later;
use crate::notices::compose::{self, Letter, letter};
use crate::notices::outbox::put_job;
use crate::notices::{Actor, Event, Happening, happened};
use crate::platform::asked::{self, Asker, Load};
use crate::platform::db::Tx;
use crate::platform::email::Email;
use crate::platform::error::Result;
use crate::platform::frame::Frame;
use crate::platform::limit;
use crate::platform::network::network_of;
use crate::platform::web::{Fields, Query, Visit, go, page, page_with};
use crate::platform::when;
use crate::sign_in::person::{self, Person};
use crate::sign_in::{invitation, link};

/// What the links are for, in the table of links.
pub const PURPOSE: &str = "reset";
/// How long a link works, in seconds.
pub const SECONDS: i64 = 30 * 60;
/// Askings beyond the limits of mail are noted at most so often (seconds).
const HELD_SECONDS: i64 = 3600;
/// Askings from one network within an hour, whoever they are for; a whole clinic behind one address stays below.
const PER_NETWORK: i64 = 60;

#[derive(askama::Template)]
#[template(path = "factors/password_forgotten.html")]
struct ForgottenPage {
    frame: Frame,
    email: String,
    problem: Option<String>,
    sent: bool,
    minutes: i64,
}

/// `GET /forgot`; `?sent=1` after the button.
pub async fn ask(visit: Visit, Query(query): Query) -> Result<Response> {
    let mut forgotten = ForgottenPage::new(&visit, "", None);
    forgotten.sent = query.ticked("sent");
    page(&forgotten)
}

/// `POST /forgot`: puts one job and looks nobody up.
pub async fn answer(visit: Visit, fields: Fields) -> Result<Response> {
    let typed = fields.trimmed("email");
    let again = |status: StatusCode, problem: &str| {
        page_with(status, &ForgottenPage::new(&visit, typed, Some(visit.say(problem))))
    };
    if visit.stale {
        return again(StatusCode::UNPROCESSABLE_ENTITY, "forgot-stale");
    }
    let Ok(email) = Email::parse(typed) else {
        return again(StatusCode::UNPROCESSABLE_ENTITY, "forgot-not-an-address");
    };
    let (near, _) = network_of(visit.address);
    let lane = visit.lane("forgot", &near)?;
    let Some(load) = asked::count(&visit, Asker { network: &lane, most: PER_NETWORK }).await? else {
        let page = ForgottenPage::new(&visit, typed, Some(visit.say("forgot-network")));
        return later(StatusCode::TOO_MANY_REQUESTS, 3600, &page);
    };
    ask_for(&visit, email.canonical(), load).await?;
    Ok(go("/forgot?sent=1"))
}

/// Asks for a link to an address, silently within the limits of mail.
///
/// # Errors
/// Faults and conflicts of the database.
pub(super) async fn ask_for(visit: &Visit, key: &str, load: Load) -> Result<()> {
    let practice = &visit.practice()?.id;
    let lane = visit.lane("reset mail", key)?;
    let body = serde_json::json!({
        "browser": visit.browser().in_english(), "place": visit.place(), "language": visit.language,
        "flood": load.is_flood(),
    });
    let mut tx = visit.db()?.write().await?;
    if asked::alarm(visit, &mut tx, load).await? {
        happened(visit, &mut tx, Happening::to_nobody(Event::AskingsTooMany, Actor::Stranger)).await?;
    }
    if limit::mail_allowed_in(&mut tx, practice, &lane, visit.now).await? {
        put_job(visit, &mut tx, "password-reset", key, &body).await?;
    } else if limit::once(&mut tx, practice, &format!("held {lane}"), HELD_SECONDS, visit.now).await? {
        put_job(visit, &mut tx, "mail-held", key, &body).await?;
    }
    tx.commit().await?;
    visit.server.outbox_bell.notify_one();
    Ok(())
}

/// The job: a link for whoever has the address, the invitation again for whoever never joined, nothing for anybody else.
pub fn send<'a>(
    visit: &'a Visit,
    tx: &'a mut Tx,
    to: &'a str,
    body: &'a serde_json::Value,
) -> BoxFuture<'a, Result<()>> {
    Box::pin(async move {
        let Some(person) = person::staff_by_email_in(tx, &visit.practice()?.id, to).await? else { return Ok(()) };
        if person.closed_at.is_some() {
            return Ok(());
        }
        if person.joined_at.is_none() {
            return invitation::invite_again(visit, tx, &person).await;
        }
        let flood = body["flood"].as_bool() == Some(true) && !asked::still_goes(visit, tx).await?;
        let held = flood || person.resets_are_held(visit.now);
        let text = |name: &str| body[name].as_str().unwrap_or_default();
        let asked = Happening::of(Event::ResetAsked, &person)
            .by(Actor::Stranger)
            .result(if held { "refused" } else { "done" })
            .detail("browser", text("browser"))
            .detail("place", text("place"));
        happened(visit, tx, asked).await?;
        let waits =
            person.resets_wait_until(visit.now).filter(|_| !flood && person.address_waits_until(visit.now).is_none());
        match waits {
            Some(until) => mail_wait(visit, tx, &person, until).await,
            None if held => Ok(()),
            None => mail(visit, tx, &person, text("language")).await,
        }
    })
}

/// The job after askings that brought no mail: the asker is told nothing, the practice reads it in the record.
pub fn note_held<'a>(
    visit: &'a Visit,
    tx: &'a mut Tx,
    to: &'a str,
    body: &'a serde_json::Value,
) -> BoxFuture<'a, Result<()>> {
    Box::pin(async move {
        let Some(person) = person::staff_by_email_in(tx, &visit.practice()?.id, to).await? else { return Ok(()) };
        let text = |name: &str| body[name].as_str().unwrap_or_default();
        let held = Happening::of(Event::MailHeld, &person)
            .by(Actor::Stranger)
            .result("refused")
            .detail("browser", text("browser"))
            .detail("place", text("place"));
        happened(visit, tx, held).await
    })
}

async fn mail(visit: &Visit, tx: &mut Tx, person: &Person, asked_in: &str) -> Result<()> {
    let practice = visit.practice()?;
    let token = link::mint(visit, tx, PURPOSE, person, SECONDS, "").await?;
    let own = person.language.as_deref().unwrap_or(if asked_in.is_empty() { &practice.language } else { asked_in });
    let words = vec![
        ("name", person.name.clone()),
        ("link", format!("{}/reset/{token}", visit.server.home_of(practice))),
        ("until", when::full(visit.now + SECONDS, &practice.zone)),
    ];
    let until = Some(visit.now + SECONDS);
    let reset =
        Letter { name: "reset-link", to: &person.email, person_id: Some(&person.id), language: own, words, until };
    letter(visit, tx, &reset).await
}

/// Whoever pressed "this wasn't me" and forgot the pause would wait for a mail in vain.
async fn mail_wait(visit: &Visit, tx: &mut Tx, person: &Person, until: i64) -> Result<()> {
    let practice = visit.practice()?;
    let words = vec![
        ("name", person.name.clone()),
        ("password_from", when::full(until, &practice.zone)),
        ("url", visit.server.home_of(practice)),
        ("contact", compose::contact(visit)?),
    ];
    let language = person.language.as_deref().unwrap_or(&practice.language);
    let wait =
        Letter { name: "reset-paused", to: &person.email, person_id: Some(&person.id), language, words, until: None };
    letter(visit, tx, &wait).await
}

impl ForgottenPage {
    fn new(visit: &Visit, email: &str, problem: Option<String>) -> ForgottenPage {
        ForgottenPage {
            frame: Frame::new(visit, "forgot-title"),
            email: email.to_owned(),
            problem,
            sent: false,
            minutes: SECONDS / 60,
        }
    }
}
