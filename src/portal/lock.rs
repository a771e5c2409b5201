//! A client's own lock: the passphrase that no mailbox opens, asked for after the first proof, and for a locked session.

use axum::http::StatusCode;
use axum::response::Response;

use crate::args;
use crate::factors::password::pool_error;
use crate::notices::{Actor, Event, Happening, happened};
use crate::platform::error::Result;
use crate::platform::frame::Frame;
use crate::platform::hashing::{Secret, Verdict};
use crate::platform::limit::{self, Bound, Turn};
use crate::platform::web::{Fields, Visit, go, page, page_with};
use crate::platform::when;
use crate::sign_in::person::Person;
use crate::sign_in::step::{Factor, Step};
use crate::sign_in::{self, Attempt};

/// Wrong passphrases in a row for one person.
const BOUND: Bound = Bound { slow_from: 5, off_at: 50 };

#[derive(askama::Template)]
#[template(path = "portal/lock.html")]
struct LockPage {
    frame: Frame,
    problem: Option<String>,
}

#[derive(askama::Template)]
#[template(path = "portal/lock_ask.html")]
struct AskPage {
    frame: Frame,
    contact: String,
}

/// `GET /portal/lock`.
pub async fn ask(visit: Visit) -> Result<Response> {
    match asked(&visit).await? {
        Ok(_) => page(&LockPage::new(&visit, None)),
        Err(response) => Ok(response),
    }
}

/// `POST /portal/lock`.
pub async fn answer(visit: Visit, fields: Fields) -> Result<Response> {
    // read
    let (attempt, person) = match asked(&visit).await? {
        Ok(found) => found,
        Err(response) => return Ok(response),
    };
    let practice = &visit.practice()?.id;
    let lane = visit.lane("passphrase", &person.id)?;
    match limit::take(visit.db()?, practice, &lane, BOUND, visit.now).await? {
        Turn::Allowed(_) => {}
        Turn::Wait(until) => {
            let words = visit.say_with("code-wait", &[("time", &when::clock(until, visit.zone()))]);
            return page_with(StatusCode::TOO_MANY_REQUESTS, &LockPage::new(&visit, Some(words)));
        }
        Turn::Off => {
            return page_with(StatusCode::TOO_MANY_REQUESTS, &LockPage::new(&visit, Some(visit.say("lock-off"))));
        }
    }

    // work
    let right = verify(&visit, &person, fields.text("passphrase")).await?;

    // write
    if !right {
        let mut tx = visit.db()?.write().await?;
        let wrong = Happening::of(Event::WrongCode, &person).by(Actor::Stranger).result("refused");
        happened(&visit, &mut tx, wrong.detail("factor", "passphrase")).await?;
        tx.commit().await?;
        return page_with(StatusCode::UNPROCESSABLE_ENTITY, &LockPage::new(&visit, Some(visit.say("lock-wrong"))));
    }
    limit::clear(visit.db()?, practice, &lane).await?;
    let mut tx = visit.db()?.write().await?;
    sign_in::proved(&visit, &mut tx, &attempt, Factor::Passphrase).await?;
    sign_in::advance(&visit, tx, &attempt).await
}

/// `GET /portal/ask-practice`: mail alone may not open this portal, and there is no lock yet.
pub async fn ask_practice(visit: Visit) -> Result<Response> {
    let mut frame = Frame::new(&visit, "lock-ask-title");
    frame.exit = true;
    page(&AskPage { frame, contact: crate::notices::compose::contact(&visit)? })
}

/// Whether that is the person's passphrase; without one it takes as long.
///
/// # Errors
/// Busy when the pool's queue is full.
pub async fn verify(visit: &Visit, person: &Person, typed: &str) -> Result<bool> {
    let verdict = visit.server.hashing.verify(person.passphrase.clone(), Secret::new(typed.to_owned())).await;
    Ok(matches!(verdict.map_err(pool_error)?, Verdict::Right { .. }))
}

/// The attempt of this browser where the passphrase is the next step; else the way there.
async fn asked(visit: &Visit) -> Result<std::result::Result<(Attempt, Person), Response>> {
    let (attempt, step, person) = match sign_in::under_way(visit).await? {
        Ok(found) => found,
        Err(response) => return Ok(Err(response)),
    };
    Ok(match step {
        Step::Ask(asked) if asked.has(Factor::Passphrase) && person.lock().is_some() => Ok((attempt, person)),
        step => Err(go(&sign_in::path_of(&step, &attempt, &person))),
    })
}

/// A new lock ends what stood on the old one or on none: other sessions and links under way.
///
/// # Errors
/// Faults and conflicts of the database.
pub async fn end_all_but(
    visit: &Visit,
    tx: &mut crate::platform::db::Tx,
    person: &Person,
    but: Option<&str>,
) -> Result<()> {
    sign_in::session::end_all(visit, tx, &person.id, but).await?;
    tx.execute(
        "UPDATE pin SET replaced_at = $3 WHERE practice_id = $1 AND person_id = $2 AND used_at IS NULL AND replaced_at IS NULL",
        args![&visit.practice()?.id, &person.id, visit.now],
    )
    .await?;
    Ok(())
}

impl LockPage {
    fn new(visit: &Visit, problem: Option<String>) -> LockPage {
        let mut frame = Frame::new(visit, "lock-title");
        frame.exit = true;
        LockPage { frame, problem }
    }
}
