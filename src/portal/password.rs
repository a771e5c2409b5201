//! `/portal/password`: email and password, where the practice keeps passwords as one of its clients' ways (C15). Unknown
//! person, wrong password, closed access, passwords turned off: one answer, in words and in time. What it opens is what a
//! mailed link opens, and the link never waits for wrong passwords.

use axum::http::StatusCode;
use axum::response::Response;
use futures_util::future::{BoxFuture, try_join_all};

use super::password_wrong::{self, Tried};
use crate::args;
use crate::factors::password::{hash, pool_error};
use crate::factors::password_lanes::{Held, Lanes, later};
use crate::factors::{password_stand_in, password_strength};
use crate::notices::{Event, Happening, happened};
use crate::platform::db::{Db, Tx};
use crate::platform::email::Email;
use crate::platform::error::Result;
use crate::platform::frame::Frame;
use crate::platform::hashing::{PoolError, Secret, Verdict};
use crate::platform::web::{Fields, Query, Visit, go, page, page_with, safe_path};
use crate::platform::when;
use crate::sign_in::person::{self, Person};
use crate::sign_in::session::{self, State};
use crate::sign_in::step::Factor;
use crate::sign_in::{self, Start, hello};

/// People behind one address whose password may be their way in. As many are checked for every address, so that the time
/// tells nothing of it.
pub(super) const MOST_PEOPLE: usize = 2;

#[derive(askama::Template)]
#[template(path = "portal/password.html")]
struct PasswordPage {
    frame: Frame,
    email: String,
    then_path: String,
    keep_days: i64,
    keep: bool,
    shared: bool,
    /// The practice keeps passwords; else the page says what is new.
    kept: bool,
    problem: Option<String>,
}

/// `GET /portal/password`; a client who is signed in goes on, one whose session is locked may begin anew.
pub async fn ask(visit: Visit, Query(query): Query) -> Result<Response> {
    let then_path = safe_path(query.text("then"), "");
    if let State::Open(session) = session::state(&visit).await?
        && session.is_client()
    {
        return Ok(go(&safe_path(&then_path, "/me")));
    }
    page(&PasswordPage::new(&visit, &hello::email(&visit).unwrap_or_default(), then_path)?)
}

/// `POST /portal/password`.
pub async fn answer(visit: Visit, fields: Fields) -> Result<Response> {
    // read
    let (typed, password) = (fields.trimmed("email"), fields.text("password"));
    if visit.stale || typed.is_empty() || password.is_empty() {
        return again(&visit, &fields, if visit.stale { "sign-in-stale" } else { "sign-in-incomplete" });
    }
    let Ok(email) = Email::parse(typed) else { return again(&visit, &fields, "forgot-not-an-address") };
    let practice = visit.practice()?;
    if practice.client_passwords == 0 {
        return again(&visit, &fields, "portal-password-wrong");
    }
    let people = with_password(visit.db()?, &practice.id, email.canonical()).await?;
    let newest = people.iter().max_by_key(|person| person.password_set_at);
    let lanes = Lanes::sign_in(&visit, &format!("portal {}", email.canonical()), newest, None)?;
    let mut tried = Tried { people: &people, key: email.canonical(), lanes: &lanes, in_vain: true };
    let taken = match lanes.take(&visit, email.canonical()).await? {
        Ok(taken) => taken,
        Err(held) => {
            lanes.note_held(&visit, tried.person()).await?;
            return held_back(&visit, &fields, &held);
        }
    };

    tried.in_vain = taken.in_vain;

    // work: as much for a stranger's address
    let stored = stored(&visit, &tried).await?;
    let rights = match check(&visit, &people, stored, password).await {
        Ok(rights) => rights,
        Err(PoolError::Full { retry_after_s }) => return busy(&visit, &fields, i64::from(retry_after_s)),
        Err(other) => return Err(pool_error(other)),
    };

    // write
    // Two people of one mailbox who chose the same password cannot be told apart by it.
    match rights.as_slice() {
        [(person, upgrade)] => right(&visit, &fields, &tried, person, *upgrade).await,
        _ => {
            password_wrong::note(&visit, &tried, taken.last).await?;
            again(&visit, &fields, "portal-password-wrong")
        }
    }
}

/// The clients behind an address who have a password that opens something; the first who had one first.
///
/// # Errors
/// A failed read is a fault, never "nobody".
pub(super) async fn with_password(db: &Db, practice: &str, email_key: &str) -> Result<Vec<Person>> {
    let mut people = person::clients_by_email(db, practice, email_key).await?;
    people.retain(|person| person.password.is_some() && person.password_stolen_at.is_none());
    people.sort_by_key(|person| person.password_set_at);
    people.truncate(MOST_PEOPLE);
    Ok(people)
}

/// What is checked: the people's hashes, and in the empty places what takes the time of others.
async fn stored(visit: &Visit, tried: &Tried<'_>) -> Result<Vec<Option<String>>> {
    let mut stored: Vec<Option<String>> = tried.people.iter().map(|person| person.password.clone()).collect();
    for place in stored.len()..MOST_PEOPLE {
        stored.push(password_stand_in::stand_in(visit, "client", &format!("{} {place}", tried.key)).await?);
    }
    Ok(stored)
}

/// Whose password it is, and whether its hash is to be brought up to date.
async fn check<'a>(
    visit: &Visit,
    people: &'a [Person],
    stored: Vec<Option<String>>,
    typed: &str,
) -> std::result::Result<Vec<(&'a Person, bool)>, PoolError> {
    let verdicts = try_join_all(stored.into_iter().enumerate().map(|(place, stored)| {
        let name = format!("verify {place} {}", stored.as_deref().unwrap_or_default());
        visit.once(name, visit.server.hashing.verify(stored, Secret::new(typed.to_owned())))
    }))
    .await?;
    let with_verdict = people.iter().zip(verdicts);
    Ok(with_verdict
        .filter_map(|(person, verdict)| match verdict {
            Verdict::Right { upgrade } => Some((person, upgrade)),
            Verdict::Wrong => None,
        })
        .collect())
}

async fn right(visit: &Visit, fields: &Fields, tried: &Tried<'_>, person: &Person, upgrade: bool) -> Result<Response> {
    let password = fields.text("password");
    let new_hash = if upgrade { hash(visit, password).await.ok() } else { None };
    let good = person.password_change_by.is_none() && password_strength::is_still_good(visit, person, password).await?;

    visit.server.world.reached("password right");
    let mut tx = visit.db()?.write().await?;
    tried.lanes.clear_in(visit, &mut tx).await?;
    if tried.in_vain {
        visit.forget_vain_name(&mut tx, tried.key).await?;
    }
    if !good {
        note_weak(visit, &mut tx, person).await?;
        tx.commit().await?;
        return again(visit, fields, "portal-password-weak");
    }
    if let Some(new_hash) = &new_hash {
        bring_up_to_date(visit, &mut tx, person, new_hash).await?;
    }
    let shared = fields.ticked("shared");
    let start = Start {
        person_id: &person.id,
        goal: "sign-in",
        then_path: &safe_path(fields.text("then"), "/me"),
        keep: fields.ticked("keep") && !shared,
        shared,
        verified: new_hash.as_deref().or(person.password.as_deref()),
        ..Start::default()
    };
    let attempt = sign_in::start(visit, &mut tx, &start).await?;
    sign_in::proved(visit, &mut tx, &attempt, Factor::Password).await?;
    sign_in::advance(visit, tx, &attempt).await
}

/// A password that came along from elsewhere and that guessers would find opens nothing: the client signs in by mail and
/// chooses another, so that whoever guessed it cannot choose for them.
async fn note_weak(visit: &Visit, tx: &mut Tx, person: &Person) -> Result<()> {
    tx.execute(
        "UPDATE person SET password_change_by = $4 WHERE practice_id = $1 AND id = $2 AND password = $3 AND password_change_by IS NULL",
        args![&visit.practice()?.id, &person.id, person.password.clone(), visit.now],
    )
    .await?;
    Ok(())
}

/// The same password under the current scheme, cost and pepper, while it is at hand.
async fn bring_up_to_date(visit: &Visit, tx: &mut Tx, person: &Person, new_hash: &str) -> Result<()> {
    let changed = tx
        .execute(
            "UPDATE person SET password = $4 WHERE practice_id = $1 AND id = $2 AND password = $3",
            args![&visit.practice()?.id, &person.id, person.password.clone(), new_hash],
        )
        .await?;
    if changed == 1 { happened(visit, tx, Happening::of(Event::PasswordUpgraded, person)).await } else { Ok(()) }
}

fn held_back(visit: &Visit, fields: &Fields, held: &Held) -> Result<Response> {
    let mut shown = PasswordPage::filled(visit, fields)?;
    shown.problem = Some(match held {
        Held::Until(at) => visit.say_with("portal-password-wait", &[("time", &when::clock_from(*at, visit.zone()))]),
        Held::Off => visit.say("portal-password-off"),
        Held::Network(_) => visit.say("portal-network"),
    });
    later(StatusCode::TOO_MANY_REQUESTS, held.seconds(visit.now), &shown)
}

fn busy(visit: &Visit, fields: &Fields, seconds: i64) -> Result<Response> {
    let mut shown = PasswordPage::filled(visit, fields)?;
    shown.problem = Some(visit.say("sign-in-busy"));
    later(StatusCode::SERVICE_UNAVAILABLE, seconds, &shown)
}

/// The same page for everybody who did not get in; what it was stays in the record.
fn again(visit: &Visit, fields: &Fields, message: &str) -> Result<Response> {
    let mut shown = PasswordPage::filled(visit, fields)?;
    shown.problem = Some(visit.say(message));
    page_with(StatusCode::UNPROCESSABLE_ENTITY, &shown)
}

/// The job after the try that switched a password off: each client at the address who has one is told.
pub fn tell_off<'a>(
    visit: &'a Visit,
    tx: &'a mut Tx,
    to: &'a str,
    body: &'a serde_json::Value,
) -> BoxFuture<'a, Result<()>> {
    Box::pin(password_wrong::tell_off(visit, tx, to, body))
}

impl PasswordPage {
    fn new(visit: &Visit, email: &str, then_path: String) -> Result<PasswordPage> {
        let practice = visit.practice()?;
        let kept = practice.client_passwords != 0;
        let mut frame = Frame::new(visit, if kept { "portal-title" } else { "portal-password-over-title" });
        frame.exit = true;
        Ok(PasswordPage {
            frame,
            email: email.to_owned(),
            then_path,
            keep_days: practice.client_keep_days,
            keep: false,
            shared: false,
            kept,
            problem: None,
        })
    }

    fn filled(visit: &Visit, fields: &Fields) -> Result<PasswordPage> {
        let mut shown = PasswordPage::new(visit, fields.trimmed("email"), safe_path(fields.text("then"), ""))?;
        (shown.keep, shown.shared) = (fields.ticked("keep"), fields.ticked("shared"));
        Ok(shown)
    }
}
