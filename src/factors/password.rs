//! Email and password at the practice's own address. Unknown person, wrong password, closed person: one answer,
//! in words and in time.

use axum::response::Response;

use crate::notices::{Actor, Event, Happening, happened};
use crate::platform::email::Email;
use crate::platform::error::{Error, Result};
use crate::platform::frame::Frame;
use crate::platform::hashing::{PoolError, Secret, Verdict};
use crate::platform::limit::{self, Bound, Turn};
use crate::platform::web::{Fields, Query, Visit, go, page, page_with, safe_path};
use crate::platform::when;
use crate::sign_in::person::{self, Person};
use crate::sign_in::session::{self, State};
use crate::sign_in::step::Factor;
use crate::sign_in::{self, Start, device};

#[derive(askama::Template)]
#[template(path = "factors/password.html")]
struct SignInPage {
    frame: Frame,
    email: String,
    then_path: String,
    keep_days: i64,
    keep: bool,
    problem: Option<String>,
    challenge: String,
}

/// The front of a practice: in, for whoever is signed in; else the way in.
pub async fn front(visit: Visit) -> Result<Response> {
    Ok(match session::state(&visit).await? {
        State::Open(_) => go("/me"),
        State::Locked(_) => go("/locked"),
        State::Nobody => go("/sign-in"),
    })
}

/// `GET /sign-in`; whoever is signed in already goes on.
pub async fn ask(visit: Visit, Query(query): Query) -> Result<Response> {
    let then_path = safe_path(query.text("then"), "");
    match session::state(&visit).await? {
        State::Open(_) => Ok(go(&safe_path(&then_path, "/me"))),
        State::Locked(_) => Ok(go("/locked")),
        State::Nobody => {
            let mut sign_in = SignInPage::new(&visit, "", then_path)?;
            if query.text("note") == "everywhere" {
                sign_in.frame = sign_in.frame.banner("success", "mine-everywhere-done");
            }
            page(&sign_in)
        }
    }
}

/// `POST /sign-in`.
pub async fn answer(visit: Visit, fields: Fields) -> Result<Response> {
    // read
    if visit.stale {
        return again(&visit, &fields, "sign-in-stale");
    }
    let (typed, password) = (fields.trimmed("email"), fields.text("password"));
    if typed.is_empty() || password.is_empty() {
        return again(&visit, &fields, "sign-in-incomplete");
    }
    let email = Email::parse(typed).ok();
    let key = email.as_ref().map_or_else(|| typed.to_lowercase(), |email| email.canonical().to_owned());
    let person = person::staff_by_email(visit.db()?, &visit.practice()?.id, &key).await?;
    let known = match &person {
        Some(person) => device::recognise(&visit, person, &fields).await?,
        None => None,
    };
    let lanes = lanes(&visit, &key, known.as_ref())?;
    if let Some(response) = held_back(&visit, &fields, &lanes).await? {
        return Ok(response);
    }

    // work: a stranger's answer takes as long
    let usable = person.as_ref().filter(|p| p.closed_at.is_none() && p.password_stolen_at.is_none());
    let verdict =
        visit.server.hashing.verify(usable.and_then(|p| p.password.clone()), Secret::new(password.to_owned())).await;
    let verdict = verdict.map_err(pool_error)?;

    // write
    match (verdict, usable) {
        (Verdict::Right { upgrade }, Some(person)) => {
            for (lane, _) in &lanes {
                limit::clear(visit.db()?, &visit.practice()?.id, lane).await?;
            }
            let new_hash = if upgrade { Some(hash(&visit, password).await?) } else { None };
            right(&visit, &fields, person, known.as_ref(), new_hash).await
        }
        _ => wrong(&visit, &fields, person.as_ref(), &key).await,
    }
}

/// The lanes a try is counted on: a recognised browser has its own, so that strangers delay nobody there.
fn lanes(visit: &Visit, email_key: &str, known: Option<&device::Known>) -> Result<Vec<(String, Bound)>> {
    if let Some(known) = known {
        return Ok(vec![(visit.lane("password device", &known.id)?, limit::PASSWORD_NEAR)]);
    }
    let (near, _) = crate::platform::network::network_of(visit.address);
    Ok(vec![
        (visit.lane("password near", &format!("{near} {email_key}"))?, limit::PASSWORD_NEAR),
        (visit.lane("password", email_key)?, limit::PASSWORD_ALL),
    ])
}

/// Takes the try on each lane; answers the page that says when the next one is, where it is too early.
async fn held_back(visit: &Visit, fields: &Fields, lanes: &[(String, Bound)]) -> Result<Option<Response>> {
    if lanes.len() > 1 {
        visit.refuse_sprayer().await?;
    }
    for (lane, bound) in lanes {
        match limit::take(visit.db()?, &visit.practice()?.id, lane, *bound, visit.now).await? {
            Turn::Allowed(_) => {}
            Turn::Wait(until) => {
                let time = when::clock(until, visit.zone());
                return Ok(Some(refuse(
                    visit,
                    fields,
                    visit.say_with("sign-in-wait", &[("time", &time)]),
                    until - visit.now,
                )?));
            }
            Turn::Off => return Ok(Some(refuse(visit, fields, visit.say("sign-in-off"), 900)?)),
        }
    }
    Ok(None)
}

fn refuse(visit: &Visit, fields: &Fields, problem: String, seconds: i64) -> Result<Response> {
    let mut sign_in = SignInPage::filled(visit, fields)?;
    sign_in.problem = Some(problem);
    let mut response = page_with(axum::http::StatusCode::TOO_MANY_REQUESTS, &sign_in)?;
    if let Ok(value) = axum::http::HeaderValue::from_str(&seconds.max(1).to_string()) {
        response.headers_mut().insert(axum::http::header::RETRY_AFTER, value);
    }
    Ok(response)
}

async fn right(
    visit: &Visit,
    fields: &Fields,
    person: &Person,
    known: Option<&device::Known>,
    new_hash: Option<String>,
) -> Result<Response> {
    let mut tx = visit.db()?.write().await?;
    if let Some(new_hash) = new_hash {
        tx.execute(
            "UPDATE person SET password = $4 WHERE practice_id = $1 AND id = $2 AND password = $3",
            crate::args![&visit.practice()?.id, &person.id, person.password.clone(), new_hash],
        )
        .await?;
        happened(visit, &mut tx, Happening::of(Event::PasswordUpgraded, person)).await?;
    }
    let start = Start {
        person_id: &person.id,
        goal: "sign-in",
        then_path: &safe_path(fields.text("then"), "/me"),
        keep: fields.ticked("keep"),
        device: known,
        device_key: device::offered(visit, fields),
        ..Start::default()
    };
    let attempt = sign_in::start(visit, &mut tx, &start).await?;
    sign_in::proved(visit, &mut tx, &attempt, Factor::Password).await?;
    sign_in::advance(visit, tx, &attempt).await
}

/// The same page for everybody who did not get in; what it was stays in the record.
async fn wrong(visit: &Visit, fields: &Fields, person: Option<&Person>, key: &str) -> Result<Response> {
    visit.note_vain_name(key).await?;
    let mut tx = visit.db()?.write().await?;
    let happening = match person {
        Some(person) => Happening::of(Event::WrongPassword, person).by(Actor::Stranger),
        None => Happening::to_nobody(Event::WrongPassword, Actor::Stranger),
    };
    happened(visit, &mut tx, happening.result("refused")).await?;
    tx.commit().await?;
    visit.server.metrics.sign_in(crate::platform::metrics::Way::Password, crate::platform::metrics::SignIn::Wrong);
    again(visit, fields, "sign-in-wrong")
}

fn again(visit: &Visit, fields: &Fields, message: &str) -> Result<Response> {
    let mut sign_in = SignInPage::filled(visit, fields)?;
    sign_in.problem = Some(visit.say(message));
    page_with(axum::http::StatusCode::UNPROCESSABLE_ENTITY, &sign_in)
}

/// A new hash under the current scheme and cost.
///
/// # Errors
/// Busy when the pool's queue is full.
pub async fn hash(visit: &Visit, password: &str) -> Result<String> {
    let salt = crate::platform::world::random::<16>(&*visit.server.world);
    visit.server.hashing.hash(Secret::new(password.to_owned()), salt).await.map_err(pool_error)
}

/// What the pool could not do: a full queue is "come back in a moment", all else a fault.
pub fn pool_error(error: PoolError) -> Error {
    match error {
        PoolError::Full { retry_after_s } => Error::Busy { retry_after: i64::from(retry_after_s) },
        other => Error::fault("password hashing", other),
    }
}

impl SignInPage {
    fn new(visit: &Visit, email: &str, then_path: String) -> Result<SignInPage> {
        Ok(SignInPage {
            frame: Frame::new(visit, "sign-in-title").script("device.js"),
            email: email.to_owned(),
            then_path,
            keep_days: visit.practice()?.keep_days,
            keep: false,
            problem: None,
            challenge: device::challenge(visit),
        })
    }

    fn filled(visit: &Visit, fields: &Fields) -> Result<SignInPage> {
        let mut sign_in = SignInPage::new(visit, fields.trimmed("email"), safe_path(fields.text("then"), ""))?;
        sign_in.keep = fields.ticked("keep");
        Ok(sign_in)
    }
}
