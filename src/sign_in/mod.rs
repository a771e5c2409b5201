//! The attempt: a sign-in, a fresh proof or an unlocking under way. It gathers facts, asks the rule, and turns the
//! rule's step into a redirect or a session. It lives in the database, so any node can take the next request.

pub mod act;
mod announce;
pub mod check;
pub mod contact;
pub mod device;
pub mod flash;
pub mod hello;
pub mod invitation;
pub mod kept_form;
pub mod limits;
pub mod link;
pub mod lock_off;
pub mod log_out;
pub mod marks;
pub mod not_me;
pub mod note;
pub mod other;
pub mod person;
pub mod remembered;
pub mod session;
mod session_end;
pub mod step;
pub mod way_in;

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use axum::response::Response;

use crate::args;
use crate::factors::passkey_offer;
use crate::notices::{Event, Happening, happened};
use crate::platform::db::{Arg, Tx};
use crate::platform::error::{Error, Result};
use crate::platform::hashing::Secret;
use crate::platform::metrics::{SignIn, Way};
use crate::platform::secret;
use crate::platform::web::{Visit, go, safe_path};
use person::Person;
use step::{Factor, Factors, Facts, Goal, Step, Why};

pub const COOKIE: &str = "__Host-attempt";
/// How long an attempt may take, in seconds; long enough to set up a phone.
pub const ATTEMPT_SECONDS: i64 = 30 * 60;

#[derive(Clone, Debug, sqlx::FromRow)]
pub struct Attempt {
    pub id: String,
    pub person_id: String,
    pub goal: String,
    pub session_id: Option<String>,
    pub then_path: String,
    pub keep: i64,
    /// Other people use this browser: it remembers nothing.
    pub shared: i64,
    /// Whose portal the person opens as a contact; none: their own.
    pub for_id: Option<String>,
    pub device_id: Option<String>,
    pub device_by: Option<String>,
    pub device_key: Option<String>,
    pub created_at: i64,
    /// When a mail proved the mailbox, which may be a while before the attempt went on by it (unix seconds).
    #[sqlx(default)]
    pub mailed_at: Option<i64>,
    /// The stored password, a hash, that was right for a new attempt.
    #[sqlx(skip)]
    verified: Option<Secret>,
    /// What a new attempt has shown; none once it is a row.
    #[sqlx(skip)]
    unwritten: Unwritten,
}

/// A new attempt is written only when a step is left to take. One that is over at once leaves its session; fewer rows,
/// and above all none that sign-ins beside it read while they add theirs, which PostgreSQL would make run again.
#[derive(Clone, Debug, Default)]
struct Unwritten(Option<Arc<Mutex<Factors>>>);

impl Unwritten {
    fn shown(&self) -> Option<MutexGuard<'_, Factors>> {
        self.0.as_ref().map(|shown| shown.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

/// What a new attempt begins with.
#[derive(Default)]
pub struct Start<'a> {
    pub person_id: &'a str,
    /// sign-in, fresh or unlock.
    pub goal: &'a str,
    pub session_id: Option<&'a str>,
    pub then_path: &'a str,
    pub keep: bool,
    pub shared: bool,
    pub for_id: Option<&'a str>,
    pub device: Option<&'a device::Known>,
    pub device_key: Option<&'a str>,
    /// When the mail that it goes on by proved the mailbox (unix seconds); none: now.
    pub mailed_at: Option<i64>,
    /// The stored password, a hash, that was found right: it has to be in place still when the attempt is written.
    pub verified: Option<&'a str>,
}

/// Begins an attempt in this browser, which lasts once [`advance`] was asked; an older one in it is left to expire.
///
/// # Errors
/// Faults and conflicts of the database.
pub async fn start(visit: &Visit, _tx: &mut Tx, start: &Start<'_>) -> Result<Attempt> {
    Ok(Attempt {
        id: visit.new_id(),
        person_id: start.person_id.to_owned(),
        goal: start.goal.to_owned(),
        session_id: start.session_id.map(str::to_owned),
        then_path: start.then_path.to_owned(),
        keep: i64::from(start.keep && !start.shared),
        shared: i64::from(start.shared),
        for_id: start.for_id.map(str::to_owned),
        device_id: start.device.map(|known| known.id.clone()),
        device_by: start.device.map(|known| known.by.to_owned()),
        device_key: start.device_key.map(str::to_owned),
        created_at: visit.now,
        mailed_at: start.mailed_at,
        verified: start.verified.map(|hash| Secret::new(hash.to_owned())),
        unwritten: Unwritten(Some(Arc::new(Mutex::new(Factors::NONE)))),
    })
}

/// Makes rows of a new attempt that is not over yet, and ties it to this browser.
async fn write_new(visit: &Visit, tx: &mut Tx, attempt: &Attempt, proved: Factors) -> Result<()> {
    let token = visit.new_token();
    tx.later(
        "INSERT INTO attempt (practice_id, id, token_hash, person_id, goal, session_id, then_path, keep, device_id, device_by, device_key, created_at, expires_at, shared, for_id)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15)",
        args![
            &visit.practice()?.id, &attempt.id, secret::hash_token(&token), &attempt.person_id, &attempt.goal, attempt.session_id.clone(),
            &attempt.then_path, attempt.keep, attempt.device_id.clone(), attempt.device_by.clone(), attempt.device_key.clone(), visit.now,
            visit.now + ATTEMPT_SECONDS, attempt.shared, attempt.for_id.clone(),
        ],
    )
    .await?;
    for factor in proved.list() {
        write_proof(visit, tx, attempt, factor).await?;
    }
    visit.set_cookie(COOKIE, &token, None);
    Ok(())
}

/// After a password was right: what the attempt before it in this browser showed by a mailed link goes over to the new
/// one, when both are of the same person. Only that proof: everything else is shown again.
///
/// # Errors
/// Faults and conflicts of the database.
pub async fn carry_over(visit: &Visit, tx: &mut Tx, attempt: &Attempt) -> Result<()> {
    let Some(token) = visit.cookie(COOKIE) else { return Ok(()) };
    let before: Option<Attempt> = tx.optional(BY_TOKEN, by_token(visit, token)?).await?;
    let Some(before) = before else { return Ok(()) };
    if before.person_id != attempt.person_id || before.goal != "sign-in" || attempt.goal != "sign-in" {
        return Ok(());
    }
    if proofs(visit, tx, &before).await?.has(Factor::EmailLink) {
        end(visit, tx, &before).await?;
        proved(visit, tx, attempt, Factor::EmailLink).await?;
    }
    Ok(())
}

/// The attempt of this browser, if one is under way.
///
/// # Errors
/// A failed read is a fault, never "no attempt".
pub async fn current(visit: &Visit) -> Result<Option<Attempt>> {
    let Some(token) = visit.cookie(COOKIE) else { return Ok(None) };
    visit.db()?.optional(BY_TOKEN, by_token(visit, token)?).await
}

const BY_TOKEN: &str =
    "SELECT id, person_id, goal, session_id, then_path, keep, shared, for_id, device_id, device_by, device_key, created_at,
        (SELECT p.at FROM proof p WHERE p.practice_id = attempt.practice_id AND p.attempt_id = attempt.id AND p.factor = 'email-link') AS mailed_at
     FROM attempt WHERE practice_id = $1 AND token_hash = $2 AND ended_at IS NULL AND expires_at > $3";

fn by_token(visit: &Visit, token: &str) -> Result<Vec<Arg>> {
    Ok(args![&visit.practice()?.id, secret::hash_token(token), visit.now])
}

/// Notes that a factor was shown. Showing one twice changes nothing.
///
/// # Errors
/// Faults and conflicts of the database.
pub async fn proved(visit: &Visit, tx: &mut Tx, attempt: &Attempt, factor: Factor) -> Result<()> {
    let kept = attempt.unwritten.shown().map(|mut shown| *shown = shown.with(factor));
    if kept.is_none() {
        write_proof(visit, tx, attempt, factor).await?;
    }
    let point = if factor == Factor::Password { "password accepted" } else { "code accepted" };
    visit.server.world.reached(point);
    Ok(())
}

async fn write_proof(visit: &Visit, tx: &mut Tx, attempt: &Attempt, factor: Factor) -> Result<()> {
    let at = attempt.mailed_at.filter(|_| factor == Factor::EmailLink).unwrap_or(visit.now);
    tx.later(
        "INSERT INTO proof (practice_id, attempt_id, factor, at) VALUES ($1, $2, $3, $4)
         ON CONFLICT (practice_id, attempt_id, factor) DO NOTHING",
        args![&visit.practice()?.id, &attempt.id, factor.word(), at],
    )
    .await
}

/// The factors shown in an attempt, in the order of the table.
///
/// # Errors
/// Faults of the database.
pub async fn proofs(visit: &Visit, tx: &mut Tx, attempt: &Attempt) -> Result<Factors> {
    if let Some(shown) = attempt.unwritten.shown() {
        return Ok(*shown);
    }
    let rows: Vec<(String,)> = tx
        .all(
            "SELECT factor FROM proof WHERE practice_id = $1 AND attempt_id = $2",
            args![&visit.practice()?.id, &attempt.id],
        )
        .await?;
    Ok(rows.iter().filter_map(|(word,)| Factor::from_word(word)).fold(Factors::NONE, Factors::with))
}

/// The attempt with another page to go on to when it is over.
///
/// # Errors
/// Faults and conflicts of the database.
pub async fn lead_to(visit: &Visit, tx: &mut Tx, attempt: &Attempt, then_path: &str) -> Result<Attempt> {
    tx.execute(
        "UPDATE attempt SET then_path = $3 WHERE practice_id = $1 AND id = $2 AND ended_at IS NULL",
        args![&visit.practice()?.id, &attempt.id, then_path],
    )
    .await?;
    Ok(Attempt { then_path: then_path.to_owned(), ..attempt.clone() })
}

/// Asks the rule and goes where it says; the only caller of [`session::start`]. Commits the transaction.
///
/// # Errors
/// Faults and conflicts of the database.
pub async fn advance(visit: &Visit, mut tx: Tx, attempt: &Attempt) -> Result<Response> {
    let person = person::by_id_in(&mut tx, &visit.practice()?.id, &attempt.person_id).await?;
    if attempt.verified.as_ref().is_some_and(|hash| !person.is_let_in_by(hash.expose())) {
        // Stopped or replaced since it was found right: what was typed is judged anew, by what stands now.
        return Err(Error::Conflict);
    }
    if person.closed_at.is_some() {
        return Err(Error::Bad("attempt"));
    }
    let proved = proofs(visit, &mut tx, attempt).await?;
    let facts = facts(visit, attempt, &person, proved)?;
    let (step, row) = step::next(&facts);
    let is_new = attempt.unwritten.0.is_some();
    let Step::Done(pass) = step else {
        if is_new {
            write_new(visit, &mut tx, attempt, proved).await?;
        }
        tx.commit().await?;
        return Ok(go(&path_of(&step, attempt, &person)));
    };
    if !is_new {
        end(visit, &mut tx, attempt).await?;
    }
    let done = session::Done { person: &person, attempt, proved, row, is_fresh: step::is_fresh(&facts) };
    let mut shared = attempt.shared != 0;
    match attempt.goal.as_str() {
        "sign-in" => {
            session::start(visit, &mut tx, pass, &done).await?;
            announce::end_reset(visit, &mut tx, &person, proved).await?;
        }
        goal => {
            shared = session::refresh(visit, &mut tx, pass, &done).await?;
            let event = if goal == "unlock" { Event::Unlocked } else { Event::FreshProof };
            let happening = Happening::of(event, &person).session(attempt.session_id.as_deref().unwrap_or_default());
            happened(visit, &mut tx, happening.detail("by", &words(proved))).await?;
        }
    }
    visit.server.world.reached("session stored");
    tx.commit().await?;
    visit.server.world.reached("signed in");
    visit.drop_cookie(COOKIE);
    visit.ring_if_posted();
    visit.server.metrics.sign_in(way_of(proved), SignIn::Right);
    let then_path = safe_path(&attempt.then_path, "/me");
    Ok(go(&match attempt.goal.as_str() {
        "sign-in" => {
            let then = passkey_offer::way_on(visit, &person, attempt, proved);
            note::way(visit, &person, &then, attempt.shared != 0)?
        }
        "unlock" => note::back(visit, &person, then_path, shared)?,
        _ => then_path,
    }))
}

/// The attempt of this browser with its step, or the way back to the beginning; a form of another person's attempt is refused here,
/// so that no page has to think of it.
///
/// # Errors
/// Faults of the database.
pub async fn under_way(visit: &Visit) -> Result<std::result::Result<(Attempt, Step, Person), Response>> {
    let Some(attempt) = current(visit).await? else {
        let inside = other::refused_inside(visit).await?;
        return Ok(Err(inside.unwrap_or_else(|| go(&format!("{}?again=1", way_in::path(visit))))));
    };
    let (step, person) = whereabouts(visit, &attempt).await?;
    Ok(match other::refused(visit, &attempt, &step, &person)? {
        Some(refused) => Err(refused),
        None => Ok((attempt, step, person)),
    })
}

/// Where an attempt stands now, for a page that was opened out of turn.
///
/// # Errors
/// Faults of the database.
pub async fn whereabouts(visit: &Visit, attempt: &Attempt) -> Result<(Step, Person)> {
    let mut tx = visit.db()?.write().await?;
    let person = person::by_id_in(&mut tx, &visit.practice()?.id, &attempt.person_id).await?;
    let proved = proofs(visit, &mut tx, attempt).await?;
    let (step, _) = step::next(&facts(visit, attempt, &person, proved)?);
    Ok((step, person))
}

/// The page that takes a step.
pub fn path_of(step: &Step, attempt: &Attempt, person: &Person) -> String {
    let path = match step {
        Step::Ask(asked) if person.is_client() && asked.has(Factor::Passphrase) && !asked.has(Factor::EmailLink) => {
            "/portal/lock"
        }
        Step::Ask(_) if person.is_client() && attempt.goal == "fresh" => "/portal/confirm",
        Step::Ask(asked) if person.is_client() && !asked.has(Factor::EmailLink) => "/portal/lock",
        Step::Ask(_) if person.is_client() => "/portal",
        Step::Ask(asked) if asked.has(Factor::Totp) && person.totp_secret.is_some() => "/sign-in/code",
        Step::Ask(asked) if asked.has(Factor::Password) && attempt.goal == "fresh" => "/confirm",
        Step::Ask(asked) if asked.has(Factor::Password) && attempt.goal == "unlock" => "/locked",
        Step::Ask(asked) if asked.has(Factor::Password) => "/sign-in",
        Step::Ask(asked) if asked.has(Factor::EmailLink) => "/sign-in/reset-mail",
        Step::Ask(asked) if asked.has(Factor::BackupCode) => "/sign-in/backup-code",
        Step::Ask(_) => "/sign-in/passkey",
        Step::SetUp => "/sign-in/set-up",
        Step::NewPassword => "/sign-in/new-password",
        Step::Refuse(Why::AskThePractice) => "/portal/ask-practice",
        Step::Done(_) => "/me",
    };
    path.to_owned()
}

/// Ends an attempt, once.
///
/// # Errors
/// [`Error::Bad`] when it was ended before: a repeated form starts no second session.
pub async fn end(visit: &Visit, tx: &mut Tx, attempt: &Attempt) -> Result<()> {
    let ended = tx
        .execute(
            "UPDATE attempt SET ended_at = $3 WHERE practice_id = $1 AND id = $2 AND ended_at IS NULL",
            args![&visit.practice()?.id, &attempt.id, visit.now],
        )
        .await?;
    if ended == 1 { Ok(()) } else { Err(Error::Bad("attempt")) }
}

fn facts(visit: &Visit, attempt: &Attempt, person: &Person, proved: Factors) -> Result<Facts> {
    Ok(Facts {
        kind: person.kind(),
        goal: match attempt.goal.as_str() {
            "fresh" => Goal::Fresh,
            "unlock" => Goal::Unlock,
            _ => Goal::SignIn,
        },
        have: person.have(),
        proved,
        device_known: attempt.device_id.is_some() && !marks::wants_step(visit, &person.id),
        lock: person.lock(),
        private: person.is_private(),
        second_required: person.second_required(visit.practice()?, visit.now),
        re_enrol: person.re_enrol_since.is_some(),
        new_password_due: person.password_change_by.is_some(),
    })
}

fn way_of(proved: Factors) -> Way {
    let ways = [
        (Factor::Passkey, Way::Passkey),
        (Factor::BackupCode, Way::BackupCode),
        (Factor::Totp, Way::Totp),
        (Factor::Pin, Way::Pin),
        (Factor::EmailLink, Way::Link),
    ];
    ways.into_iter().find(|(factor, _)| proved.has(*factor)).map_or(Way::Password, |(_, way)| way)
}

/// Factors as one word for the session's row and the metrics.
pub fn words(proved: Factors) -> String {
    proved.list().map(Factor::word).collect::<Vec<_>>().join("+")
}
