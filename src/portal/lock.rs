//! A client's own lock: the passphrase or passkey that no mailbox opens, asked for after the first proof, and for a locked
//! session.

use axum::http::StatusCode;
use axum::response::Response;

use super::lock_lanes::Lanes;
use crate::args;
use crate::factors::passkey_ceremony::Purpose;
use crate::factors::passkey_check::{self as check, Answer, Asking, Worth};
use crate::factors::passkey_options::{self as options, Asked};
use crate::factors::passkey_store as store;
use crate::factors::password::{self, pool_error};
use crate::notices::{Actor, Event, Happening, happened};
use crate::platform::db::Tx;
use crate::platform::error::{Error, Result};
use crate::platform::frame::Frame;
use crate::platform::hashing::{Secret, Verdict};
use crate::platform::limit::{self, Turn};
use crate::platform::web::{Fields, Visit, encode, go, page, page_with, safe_path};
use crate::platform::when;
use crate::sign_in::person::Person;
use crate::sign_in::session::FRESH_SECONDS;
use crate::sign_in::step::{Factor, Step};
use crate::sign_in::{self, Attempt, lock_off, marks};

#[derive(askama::Template)]
#[template(path = "portal/lock.html")]
struct LockPage {
    frame: Frame,
    problem: Option<String>,
    /// What is wrong with the passkey that was shown.
    passkey_problem: Option<String>,
    /// One that was deleted here: the browser may forget it.
    unknown: Option<String>,
    passphrase: bool,
    passkey: Option<Asked>,
    then_path: String,
    contact: String,
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
        Ok((attempt, _)) if mail_is_old(&visit, &attempt) => ask_anew(&attempt),
        Ok((attempt, person)) => page(&LockPage::new(&visit, &attempt, &person, None).await?),
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
    if mail_is_old(&visit, &attempt) {
        return ask_anew(&attempt);
    }
    let lanes = Lanes::of(&visit, &person)?;
    let held = held(&visit, lanes.take(&visit).await?, lanes.own);
    if held.is_some() {
        let again = LockPage::new(&visit, &attempt, &person, held).await?;
        return page_with(StatusCode::TOO_MANY_REQUESTS, &again);
    }

    // work
    let typed = fields.text("passphrase");
    let verdict = verify(&visit, &person, typed).await?;
    let new_hash = password::renewed(&visit, verdict, typed).await;

    // write
    if verdict == Verdict::Wrong {
        let mut tx = visit.db()?.write().await?;
        let wrong = Happening::of(Event::WrongCode, &person).by(Actor::Stranger).result("refused");
        happened(&visit, &mut tx, wrong.detail("factor", "passphrase")).await?;
        tx.commit().await?;
        let again = LockPage::new(&visit, &attempt, &person, Some(visit.say("lock-wrong"))).await?;
        return page_with(StatusCode::UNPROCESSABLE_ENTITY, &again);
    }
    let mut tx = visit.db()?.write().await?;
    lanes.clear_in(&visit, &mut tx).await?;
    if let Some(new_hash) = new_hash {
        bring_up_to_date(&visit, &mut tx, &person, &new_hash).await?;
    }
    note_opener(&visit, &attempt);
    lock_off::not_forgotten(&visit, &mut tx, &person).await?;
    sign_in::proved(&visit, &mut tx, &attempt, Factor::Passphrase).await?;
    advance(&visit, tx, &attempt).await
}

/// Whether the mail that came first is no fresh proof any more, so that the passphrase after it would be typed in vain.
fn mail_is_old(visit: &Visit, attempt: &Attempt) -> bool {
    attempt.goal == "fresh" && attempt.mailed_at.is_some_and(|at| visit.now - at > FRESH_SECONDS)
}

/// To the page that says so and sends another.
fn ask_anew(attempt: &Attempt) -> Result<Response> {
    Ok(go(&format!("/portal/confirm?note=old-mail&then={}", encode(&safe_path(&attempt.then_path, "/me")))))
}

/// What to say instead of judging a passphrase, where the tries are held; `own` where no browser has tries apart from these.
pub(super) fn held(visit: &Visit, turn: Turn, own: bool) -> Option<String> {
    match turn {
        Turn::Allowed(_) => None,
        Turn::Wait(until) => {
            let words = if own { "lock-wait" } else { "lock-wait-elsewhere" };
            Some(visit.say_with(words, &[("time", &when::clock_from(until, visit.zone()))]))
        }
        Turn::Off => Some(visit.say(if own { "lock-off" } else { "lock-off-elsewhere" })),
    }
}

/// `POST /portal/lock/passkey`. Strangers' wrong passphrases never delay it.
pub async fn passkey(visit: Visit, fields: Fields) -> Result<Response> {
    // read, work
    let (attempt, person) = match asked(&visit).await? {
        Ok(found) => found,
        Err(response) => return Ok(response),
    };
    let asking = Asking { purpose: Purpose::Lock, bound: &attempt.id, whose: Some(&person.id) };
    let right = match check::judge(&visit, &fields, &asking).await? {
        Answer::Right(right) => *right,
        Answer::Empty => return refused(&visit, &attempt, &person, (visit.say("passkey-empty"), None)).await,
        Answer::Old => return refused(&visit, &attempt, &person, (visit.say("passkey-old"), None)).await,
        Answer::Wrong(wrong) => {
            check::refused(&visit, &wrong).await?;
            return refused(&visit, &attempt, &person, (wrong_words(&visit, &person), wrong.gone)).await;
        }
    };
    // Beside a mailbox that was proved a key that may have been copied opens all the same, so that it locks nobody out; its client is told.
    let beside_mail = right.worth() == Worth::MayBeCopied && attempt.mailed_at.is_some();
    if right.worth() != Worth::Alone && !beside_mail {
        let words = match right.odd_lock(false) {
            Some(words) => visit.say(words),
            None => visit.say_with("lock-passkey-odd", &[("practice", &visit.practice()?.name)]),
        };
        check::set_aside(&visit, &right).await?;
        return refused(&visit, &attempt, &person, (words, None)).await;
    }

    // write
    let mut tx = visit.db()?.write().await?;
    if !check::accept(&visit, &mut tx, &right, true).await? {
        drop(tx);
        check::replayed(&visit, right).await?;
        return refused(&visit, &attempt, &person, (wrong_words(&visit, &person), None)).await;
    }
    note_opener(&visit, &attempt);
    lock_off::not_forgotten(&visit, &mut tx, &person).await?;
    marks::mark_passkey(&visit, right.short_id(), attempt.shared != 0);
    sign_in::proved(&visit, &mut tx, &attempt, Factor::Passkey).await?;
    advance(&visit, tx, &attempt).await
}

/// Goes on; pressed twice at once, the other press did, and the session is in its answer.
async fn advance(visit: &Visit, tx: Tx, attempt: &Attempt) -> Result<Response> {
    match sign_in::advance(visit, tx, attempt).await {
        Err(Error::Bad("attempt")) if is_over(visit, attempt).await? => Ok(go(&safe_path(&attempt.then_path, "/me"))),
        other => other,
    }
}

/// Whether an attempt came to its end a moment ago, by another press of the same button.
async fn is_over(visit: &Visit, attempt: &Attempt) -> Result<bool> {
    let over: Option<(i64,)> = visit
        .db()?
        .optional(
            "SELECT ended_at FROM attempt WHERE practice_id = $1 AND id = $2 AND ended_at IS NOT NULL",
            args![&visit.practice()?.id, &attempt.id],
        )
        .await?;
    Ok(over.is_some())
}

/// The page has another way only for whoever has a passphrase too.
fn wrong_words(visit: &Visit, person: &Person) -> String {
    visit.say(if person.passphrase.is_some() { "lock-passkey-wrong" } else { "lock-passkey-wrong-only" })
}

/// Whoever opened the lock in a browser is never kept waiting there by strangers; a shared device remembers nobody.
fn note_opener(visit: &Visit, attempt: &Attempt) {
    if attempt.goal == "sign-in" && attempt.shared == 0 {
        marks::mark_lock_opener(visit, &attempt.person_id);
    }
}

async fn refused(
    visit: &Visit,
    attempt: &Attempt,
    person: &Person,
    (problem, gone): (String, Option<String>),
) -> Result<Response> {
    let mut again = LockPage::new(visit, attempt, person, None).await?;
    (again.passkey_problem, again.unknown) = (Some(problem), gone);
    page_with(StatusCode::UNPROCESSABLE_ENTITY, &again)
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
pub async fn verify(visit: &Visit, person: &Person, typed: &str) -> Result<Verdict> {
    password::verify(visit, person.passphrase.clone(), typed).await.map_err(pool_error)
}

/// As [`verify`], of what the same form has as the new one.
///
/// # Errors
/// As [`verify`].
pub async fn verify_new(visit: &Visit, person: &Person, typed: &str) -> Result<Verdict> {
    let stored = person.passphrase.clone();
    let name = format!("verify new {}", stored.as_deref().unwrap_or_default());
    let verdict = visit.once(name, visit.server.hashing.verify(stored, Secret::new(typed.to_owned()))).await;
    verdict.map_err(pool_error)
}

/// The same passphrase under the current cost and pepper; the record keeps no line, since what opens the lock did not change.
async fn bring_up_to_date(visit: &Visit, tx: &mut Tx, person: &Person, new_hash: &str) -> Result<()> {
    tx.execute(
        "UPDATE person SET passphrase = $4 WHERE practice_id = $1 AND id = $2 AND passphrase = $3",
        args![&visit.practice()?.id, &person.id, person.passphrase.clone(), new_hash],
    )
    .await?;
    Ok(())
}

/// The attempt of this browser where the lock is the next step; else the way there.
async fn asked(visit: &Visit) -> Result<std::result::Result<(Attempt, Person), Response>> {
    let (attempt, step, person) = match sign_in::under_way(visit).await? {
        Ok(found) => found,
        Err(response) => return Ok(Err(response)),
    };
    Ok(match step {
        Step::Ask(asked) if person.lock().is_some() && !asked.has(Factor::EmailLink) => Ok((attempt, person)),
        step => Err(go(&sign_in::path_of(&step, &attempt, &person))),
    })
}

/// The lane that counts wrong safe words.
///
/// # Errors
/// Not found where there is no practice.
pub fn safe_word_lane(visit: &Visit, person: &Person) -> Result<String> {
    visit.lane("safe word", &person.id)
}

/// Whoever changed the lock or the safe word has proved more than a safe word: wrong ones are counted anew. Wrong passphrases
/// are counted for one passphrase alone, so that a new one begins anew by itself.
///
/// # Errors
/// Faults and conflicts of the database.
pub async fn count_anew(visit: &Visit, tx: &mut Tx, person: &Person) -> Result<()> {
    limit::clear_in(tx, &visit.practice()?.id, &safe_word_lane(visit, person)?).await
}

/// A new lock ends what stood on the old one or on none: other sessions and links under way.
///
/// # Errors
/// Faults and conflicts of the database.
pub async fn end_all_but(visit: &Visit, tx: &mut Tx, person: &Person, but: Option<&str>) -> Result<()> {
    sign_in::session::end_all(visit, tx, &person.id, but).await?;
    tx.execute(
        "UPDATE pin SET replaced_at = $3 WHERE practice_id = $1 AND person_id = $2 AND used_at IS NULL AND replaced_at IS NULL",
        args![&visit.practice()?.id, &person.id, visit.now],
    )
    .await?;
    Ok(())
}

impl LockPage {
    async fn new(visit: &Visit, attempt: &Attempt, person: &Person, problem: Option<String>) -> Result<LockPage> {
        let passkeys = store::of(visit, &person.id).await?;
        let asked = || options::to_get(visit, Purpose::Lock, &attempt.id, &passkeys);
        let mut frame = sign_in::other::frame(visit, person, "lock-title").script("passkey.js");
        frame.exit = true;
        Ok(LockPage {
            frame,
            problem,
            passkey_problem: None,
            unknown: None,
            passphrase: person.passphrase.is_some(),
            passkey: (!passkeys.is_empty()).then(asked).transpose()?,
            then_path: String::new(),
            contact: crate::notices::compose::contact(visit)?,
        })
    }
}
