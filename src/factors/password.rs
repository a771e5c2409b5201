//! Email and password at the practice's own address. Unknown person, wrong password, closed person: one answer,
//! in words and in time.

use axum::http::StatusCode;
use axum::response::Response;

use super::passkey_options::{self, Asked};
use super::password_lanes::{self, Held, Lanes, later};
use super::{passkey_dropped, passkey_offer, password_stand_in, password_strength, password_stuffing};
use crate::args;
use crate::notices::{Event, Happening, happened};
use crate::platform::email::Email;
use crate::platform::error::{Error, Result};
use crate::platform::frame::Frame;
use crate::platform::hashing::{PoolError, Secret, Verdict};
use crate::platform::web::{Fields, Query, Visit, encode, go, page, page_with, safe_path};
use crate::sign_in::person::{self, Person};
use crate::sign_in::session::{self, State};
use crate::sign_in::step::Factor;
use crate::sign_in::{self, Start, device, flash, hello, way_in};

#[derive(askama::Template)]
#[template(path = "factors/password.html")]
struct SignInPage {
    frame: Frame,
    email: String,
    then_path: String,
    keep_days: i64,
    keep: bool,
    problem: Option<String>,
    /// The problem is a passkey's.
    by_passkey: bool,
    challenge: String,
    passkey: Asked,
    /// A passkey that the browser may forget.
    unknown: Option<String>,
    /// It was made a moment ago, and not kept.
    not_kept: bool,
}

/// The front of a practice: in, for whoever is signed in; else the way in.
pub async fn front(visit: Visit) -> Result<Response> {
    Ok(match session::state(&visit).await? {
        State::Open(_) => go("/me"),
        State::Locked(session) => go(way_in::locked(&session)),
        State::Nobody => go(way_in::path(&visit)),
    })
}

/// `GET /sign-in`; staff who are signed in already go on. A client's session in the same browser keeps no colleague from
/// their own door. `?again=1` comes from a step whose attempt is over.
pub async fn ask(visit: Visit, Query(query): Query) -> Result<Response> {
    let then_path = safe_path(query.text("then"), "");
    match session::state(&visit).await? {
        State::Open(session) if !session.is_client() => Ok(go(&safe_path(&then_path, "/me"))),
        State::Locked(session) if !session.is_client() => {
            Ok(go(&format!("{}?then={}", way_in::locked(&session), encode(&safe_path(&then_path, "/me")))))
        }
        State::Open(_) | State::Locked(_) | State::Nobody => {
            let arrived = || hello::email(&visit).unwrap_or_default();
            let (notice, email) =
                flash::take(&visit).map_or_else(|| (None, arrived()), |left| (Some(left.notice), left.email));
            let mut sign_in = SignInPage::new(&visit, &email, then_path)?;
            if let Some(notice) = notice {
                sign_in.frame = sign_in.frame.banner(notice.kind(), notice.sentence());
            } else if query.text("note") == "everywhere" {
                sign_in.frame = sign_in.frame.banner("success", "mine-everywhere-done");
            } else if query.ticked("again") {
                sign_in.frame = sign_in.frame.banner("info", "sign-in-again");
            } else if session::reached_its_end(&visit).await? {
                sign_in.frame = sign_in.frame.banner("info", "sign-in-total-end");
            } else if session::lives_elsewhere(&visit).await? {
                sign_in.frame = sign_in.frame.banner("info", "sign-in-elsewhere");
            } else if session::was_ended(&visit, true).await? {
                sign_in.frame = sign_in.frame.banner("info", "sign-in-ended");
            }
            sign_in.unknown = passkey_dropped::take_at_the_door(&visit).await?;
            sign_in.not_kept = sign_in.unknown.is_some();
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
    let key = key_of(typed);
    let other = password_stand_in::somebody(&visit, "staff").await?;
    let person = person::staff_or_other(visit.db()?, &visit.practice()?.id, &key, other.as_deref()).await?;
    let known = match (&person, &other) {
        (Some(person), _) => device::recognise(&visit, person, &fields).await?,
        (None, Some(other)) => device::recognise_nobody(&visit, other).await.map(|()| None)?,
        (None, None) => None,
    };
    let lanes = Lanes::sign_in(&visit, &key, person.as_ref(), known.as_ref())?;
    let taken = match lanes.take(&visit, &key).await? {
        Ok(taken) => taken,
        Err(held) => {
            lanes.note_held(&visit, person.as_ref()).await?;
            return held_back(&visit, &fields, &held);
        }
    };

    // work: a stranger's answer takes as long
    let may = |p: &&Person| p.closed_at.is_none() && p.password_stolen_at.is_none() && p.password.is_some();
    let usable = person.as_ref().filter(may);
    let stored = match usable {
        Some(person) => person.password.clone(),
        None => password_stand_in::stand_in(&visit, "staff", &key).await?,
    };
    let verdict = match verify(&visit, stored, password).await {
        Ok(verdict) => verdict,
        Err(PoolError::Full { retry_after_s }) => return busy(&visit, &fields, i64::from(retry_after_s)),
        Err(other) => return Err(pool_error(other)),
    };

    // write
    match (verdict, usable) {
        (Verdict::Right { upgrade }, Some(person)) => {
            right(
                &visit,
                &fields,
                Right { person, known: known.as_ref(), upgrade, lanes: &lanes, key: &key, in_vain: taken.in_vain },
            )
            .await
        }
        _ => {
            password_lanes::wrong(&visit, person.as_ref(), &key, &lanes, taken.last).await?;
            again(&visit, &fields, "sign-in-wrong")
        }
    }
}

/// What people are looked up and counted by; what is no address is counted like one, and nobody has it.
pub(super) fn key_of(typed: &str) -> String {
    Email::parse(typed).map_or_else(
        |_| typed.chars().take(crate::platform::email::MAX_BYTES).collect::<String>().to_lowercase(),
        |email| email.canonical().to_owned(),
    )
}

fn held_back(visit: &Visit, fields: &Fields, held: &Held) -> Result<Response> {
    let mut sign_in = SignInPage::filled(visit, fields)?;
    sign_in.problem = Some(held.words(visit));
    later(StatusCode::TOO_MANY_REQUESTS, held.seconds(visit.now), &sign_in)
}

fn busy(visit: &Visit, fields: &Fields, seconds: i64) -> Result<Response> {
    let mut sign_in = SignInPage::filled(visit, fields)?;
    sign_in.problem = Some(visit.say("sign-in-busy"));
    later(StatusCode::SERVICE_UNAVAILABLE, seconds, &sign_in)
}

/// A password that was right, and what is known of the try.
struct Right<'a> {
    person: &'a Person,
    known: Option<&'a device::Known>,
    upgrade: bool,
    lanes: &'a Lanes,
    key: &'a str,
    in_vain: bool,
}

async fn right(visit: &Visit, fields: &Fields, right: Right<'_>) -> Result<Response> {
    let Right { person, known, upgrade, lanes, key, in_vain } = right;
    let password = fields.text("password");
    let new_hash = if upgrade { hash(visit, password).await.ok() } else { None };
    let good = person.password_change_by.is_some() || is_good(visit, person, password, upgrade).await?;
    let flood = known.is_none() && password_stuffing::concerns(visit, person).await?;

    visit.server.world.reached("password right");
    let mut tx = visit.db()?.write().await?;
    lanes.clear_in(visit, &mut tx).await?;
    if known.is_some() {
        // Whoever knows the password unties it for the other networks too.
        Lanes::sign_in(visit, key, Some(person), None)?.clear_in(visit, &mut tx).await?;
    }
    if in_vain {
        visit.forget_vain_name(&mut tx, key).await?;
    }
    if let Some(new_hash) = &new_hash {
        bring_up_to_date(visit, &mut tx, person, new_hash).await?;
    }
    if !good {
        tx.execute(
            "UPDATE person SET password_change_by = $3 WHERE practice_id = $1 AND id = $2",
            args![&visit.practice()?.id, &person.id, visit.now],
        )
        .await?;
    }
    let start = Start {
        person_id: &person.id,
        goal: "sign-in",
        then_path: &safe_path(fields.text("then"), "/me"),
        keep: fields.ticked("keep"),
        device: known,
        device_key: device::offered(visit, fields),
        verified: new_hash.as_deref().or(person.password.as_deref()),
        ..Start::default()
    };
    passkey_offer::note_able(visit, fields);
    let attempt = sign_in::start(visit, &mut tx, &start).await?;
    sign_in::proved(visit, &mut tx, &attempt, Factor::Password).await?;
    sign_in::carry_over(visit, &mut tx, &attempt).await?;
    if flood {
        password_stuffing::right_amid(visit, &mut tx, person).await?;
    }
    sign_in::advance(visit, tx, &attempt).await
}

/// A password is judged by the rules when it is first used here: it may have been brought in. Later the rules of its
/// choosing stand, but for its length where it has become the only factor.
async fn is_good(visit: &Visit, person: &Person, password: &str, upgrade: bool) -> Result<bool> {
    if is_first_use(person, upgrade) {
        return password_strength::is_still_good(visit, person, password).await;
    }
    password_strength::is_long_enough(visit, person, password)
}

fn is_first_use(person: &Person, upgrade: bool) -> bool {
    let used = |set: i64| person.last_sign_in_at.is_some_and(|at| at >= set);
    upgrade || !person.password_set_at.is_some_and(used)
}

/// The same password under the current scheme, cost and pepper, while it is at hand.
async fn bring_up_to_date(
    visit: &Visit,
    tx: &mut crate::platform::db::Tx,
    person: &Person,
    new_hash: &str,
) -> Result<()> {
    let changed = tx
        .execute(
            "UPDATE person SET password = $4 WHERE practice_id = $1 AND id = $2 AND password = $3",
            args![&visit.practice()?.id, &person.id, person.password.clone(), new_hash],
        )
        .await?;
    if changed == 1 { happened(visit, tx, Happening::of(Event::PasswordUpgraded, person)).await } else { Ok(()) }
}

/// The same page for everybody who did not get in; what it was stays in the record.
fn again(visit: &Visit, fields: &Fields, message: &str) -> Result<Response> {
    let mut sign_in = SignInPage::filled(visit, fields)?;
    sign_in.problem = Some(visit.say(message));
    page_with(StatusCode::UNPROCESSABLE_ENTITY, &sign_in)
}

/// The page for somebody whose passkey did not get in; `unknown` is one that the browser may forget.
///
/// # Errors
/// A fault when the page cannot be written.
pub(super) fn refused(visit: &Visit, fields: &Fields, problem: String, unknown: Option<String>) -> Result<Response> {
    let mut sign_in = SignInPage::filled(visit, fields)?;
    sign_in.problem = Some(problem);
    sign_in.by_passkey = true;
    sign_in.unknown = unknown;
    page_with(StatusCode::UNPROCESSABLE_ENTITY, &sign_in)
}

/// Checks a password in the pool, once for this request and that hash; `None` is the hash of nobody.
///
/// # Errors
/// As [`HashPool::verify`](crate::platform::hashing::HashPool::verify).
pub async fn verify(visit: &Visit, stored: Option<String>, typed: &str) -> std::result::Result<Verdict, PoolError> {
    let name = format!("verify {}", stored.as_deref().unwrap_or_default());
    visit.once(name, visit.server.hashing.verify(stored, Secret::new(typed.to_owned()))).await
}

/// A new hash under the current scheme and cost.
///
/// # Errors
/// Busy when the pool's queue is full.
pub async fn hash(visit: &Visit, password: &str) -> Result<String> {
    let salt = crate::platform::world::random::<16>(&*visit.server.world);
    visit.server.hashing.hash(Secret::new(password.to_owned()), salt).await.map_err(pool_error)
}

/// A new hash of what was right under an older cost or pepper, while it is at hand; none where the pool is too busy: the next time.
pub async fn renewed(visit: &Visit, verdict: Verdict, typed: &str) -> Option<String> {
    match verdict {
        Verdict::Right { upgrade: true } => hash(visit, typed).await.ok(),
        _ => None,
    }
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
            frame: Frame::new(visit, "sign-in-title").script("device.js").script("passkey.js"),
            email: email.to_owned(),
            then_path,
            keep_days: visit.practice()?.keep_days,
            keep: false,
            problem: None,
            by_passkey: false,
            challenge: device::challenge(visit),
            passkey: passkey_options::to_sign_in(visit)?,
            unknown: None,
            not_kept: false,
        })
    }

    fn filled(visit: &Visit, fields: &Fields) -> Result<SignInPage> {
        let mut sign_in = SignInPage::new(visit, fields.trimmed("email"), safe_path(fields.text("then"), ""))?;
        sign_in.keep = fields.ticked("keep");
        Ok(sign_in)
    }
}
