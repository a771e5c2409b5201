//! Sessions: started with a pass, looked up, locked when idle, opened again, ended, listed. The cookie holds a random
//! secret; the database its hash. What a node remembers of a session is at most four seconds old.

use std::sync::{Arc, OnceLock};

use axum::response::Response;

use super::person::Person;
use super::remembered::Remembered;
pub(super) use super::session_end::end_of_device;
pub use super::session_end::{Limits, end, end_all, look_again, shorten, stale_all};
use super::step::{Factors, Pass};
use super::{Attempt, announce, contact, device, flash, hello, kept_form, limits, way_in};
use crate::args;
use crate::platform::browser::Browser;
use crate::platform::db::Tx;
use crate::platform::error::{Error, Result};
use crate::platform::frame::{Frame, Menu};
use crate::platform::secret;
use crate::platform::web::Visit;

pub const COOKIE: &str = "__Host-session";
/// Seconds within which every factor must have been shown before a sensitive act.
pub const FRESH_SECONDS: i64 = 5 * 60;
/// So much (seconds) may the clock of the node that took a proof be ahead of this one's.
const AHEAD_SECONDS: i64 = 60;

#[derive(Clone, Debug, sqlx::FromRow)]
pub struct Session {
    pub id: String,
    pub person_id: String,
    pub kind: String,
    pub role: String,
    pub name: String,
    pub email: String,
    /// The client whose portal a contact has open, and their name; none: the person's own.
    pub for_id: Option<String>,
    pub for_name: Option<String>,
    pub kept: i64,
    pub shared: i64,
    pub rule: String,
    pub proofs: String,
    pub device_id: Option<String>,
    pub created_at: i64,
    pub seen_at: i64,
    pub fresh_at: i64,
    pub idle_seconds: i64,
    pub ends_at: i64,
    /// Where it began, as [`Browser::to_stored`] writes it.
    pub browser: String,
    /// The text by which a browser was last found to be that one; looking for names in it costs more than comparing it.
    #[sqlx(skip)]
    same: OnceLock<String>,
}

/// The row of the rule by which a recognised device stands for the code.
pub(super) const BY_DEVICE: &str = "a known device stands for the code";

/// Who a cookie is, now.
pub enum State {
    Open(Arc<Session>),
    /// Idle too long: one proof opens it again where it was.
    Locked(Arc<Session>),
    Nobody,
}

impl Session {
    pub fn is_administrator(&self) -> bool {
        self.kind == "staff" && self.role == "administrator"
    }

    /// A session from a PIN was opened by somebody on the phone: it changes nothing that decides who gets in (AC-085).
    pub fn is_by_pin(&self) -> bool {
        self.proofs.split('+').any(|proof| proof == "pin")
    }

    pub fn is_fresh(&self, now: i64) -> bool {
        (-AHEAD_SECONDS..=FRESH_SECONDS).contains(&(now - self.fresh_at))
    }
}

/// What the rule allowed, and why.
pub struct Done<'a> {
    pub person: &'a Person,
    pub attempt: &'a Attempt,
    pub proved: Factors,
    pub row: &'static str,
    /// Every factor was shown.
    pub is_fresh: bool,
}

/// Starts a session; only the rule can give the pass.
///
/// # Errors
/// Faults and conflicts of the database.
pub(super) async fn start(visit: &Visit, tx: &mut Tx, _pass: Pass, done: &Done<'_>) -> Result<()> {
    let practice = visit.practice()?;
    let days = done.person.keep_days(practice);
    let (idle, total) = limits::seconds(practice, done);
    let keep = done.attempt.keep != 0 && days > 0 && !limits::is_recovery(done);
    let device = if done.person.is_client() {
        None
    } else {
        device::after_sign_in(visit, tx, done, keep.then_some(days)).await?
    };
    if device.is_none() && done.row == BY_DEVICE {
        // The device was ended a moment ago: run again, the sign-in asks for the code.
        return Err(Error::Conflict);
    }
    let longest = visit.now + if keep { days * 86_400 } else { total };
    // A browser that was let in without the code stays no longer than the code was trusted for, and no shorter than unkept.
    let ends_at = device
        .as_ref()
        .filter(|_| keep)
        .map_or(longest, |device| longest.min(device.trusted_until.max(visit.now + total)));
    // The session has the id of its attempt: whatever led to that one finds what became of it.
    let (token, id) = (visit.new_token(), done.attempt.id.clone());
    // A portal that was taken away meanwhile is not opened; the contact still signs in as who they are.
    let for_id = match &done.attempt.for_id {
        Some(client) => contact::open(visit, tx, done.person, client, &id).await?.then_some(client.as_str()),
        None => None,
    };
    tx.later(
        "INSERT INTO session (practice_id, id, token_hash, person_id, kept, rule, proofs, device_id, browser, place, created_at, seen_at, fresh_at, idle_seconds, ends_at, shared, for_id)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $11, $12, $13, $14, $15, $16)",
        args![
            &practice.id, &id, secret::hash_token(&token), &done.person.id, keep, done.row, limits::proofs_of(done),
            device.as_ref().map(|device| device.id.clone()), visit.browser().to_stored(), visit.place(), visit.now, limits::fresh_at(visit, done),
            idle, ends_at, done.attempt.shared, for_id,
        ],
    )
    .await?;
    tx.later(
        "UPDATE person SET last_sign_in_at = $3 WHERE practice_id = $1 AND id = $2",
        args![&practice.id, &done.person.id, visit.now],
    )
    .await?;
    end_the_one_before(visit, tx).await?;
    visit.set_cookie(COOKIE, &token, keep.then_some(ends_at - visit.now));
    // Whoever has none left has them still on their devices.
    if done.person.passkey_user.is_some() {
        flash::signal(visit);
    }
    way_in::note(visit, done);
    hello::forget(visit);
    announce::announce(visit, tx, done, &id, device.as_ref()).await
}

/// Fresh proof or unlocking: the session goes on under a new secret (ASVS 5.0, 7.2.4).
///
/// # Errors
/// As [`start`]; [`Error::Bad`] when the session ended meanwhile.
pub(super) async fn refresh(visit: &Visit, tx: &mut Tx, _pass: Pass, done: &Done<'_>) -> Result<bool> {
    let token = visit.new_token();
    let fresh_at = if done.attempt.goal == "fresh" { limits::fresh_at(visit, done) } else { 0 };
    // What a clock that was ahead has left gives way to a proof of now, or it would be asked for again for as long as that was ahead.
    let row: Option<(i64, i64, i64)> = tx
        .optional(
            "UPDATE session SET token_hash = $4, seen_at = $5,
                fresh_at = CASE WHEN $6 > fresh_at OR $6 > 0 AND fresh_at > $5 THEN $6 ELSE fresh_at END
             WHERE practice_id = $1 AND id = $2 AND person_id = $3 AND ended_at IS NULL AND ends_at > $5
             RETURNING kept, ends_at, shared",
            args![
                &visit.practice()?.id,
                done.attempt.session_id.clone(),
                &done.person.id,
                secret::hash_token(&token),
                visit.now,
                fresh_at
            ],
        )
        .await?;
    let Some((kept, ends_at, shared)) = row else { return Err(Error::Bad("attempt")) };
    visit.server.kept::<Remembered>()?.forget(&done.person.id, visit.now);
    visit.set_cookie(COOKIE, &token, (kept != 0).then_some(ends_at - visit.now));
    Ok(shared != 0)
}

/// One session per browser: a sign-in in the same browser ends the one before.
async fn end_the_one_before(visit: &Visit, tx: &mut Tx) -> Result<()> {
    if let Some(old) = visit.cookie(COOKIE) {
        let hash = secret::hash_token(old);
        tx.later(
            "UPDATE session SET ended_at = $3 WHERE practice_id = $1 AND token_hash = $2 AND ended_at IS NULL",
            args![&visit.practice()?.id, &hash, visit.now],
        )
        .await?;
        visit.server.kept::<Remembered>()?.forget(&memory_key(visit, &hash)?, visit.now);
    }
    Ok(())
}

/// Who this request's cookie is. Reading counts as use.
///
/// # Errors
/// A failed read is a fault, never "nobody"; [`Error::Bad`] for a form that somebody else left open in this browser.
pub async fn state(visit: &Visit) -> Result<State> {
    let (key, state) = found(visit).await?;
    if let State::Open(session) | State::Locked(session) = &state
        && visit.is_form_of_another(&session.person_id)
    {
        return Err(Error::Bad("other-person"));
    }
    if let State::Open(session) = &state {
        used(visit, &key, session).await?;
    }
    Ok(state)
}

/// As [`state`], without counting as use and whosever form it is: for whatever a script asks by itself, so that an empty
/// chair still locks, and for leaving, which is never refused.
///
/// # Errors
/// A failed read is a fault.
pub async fn glance(visit: &Visit) -> Result<State> {
    Ok(found(visit).await?.1)
}

/// Under which key this node remembers the cookie, and whose it is.
async fn found(visit: &Visit) -> Result<(String, State)> {
    let Some(token) = visit.cookie(COOKIE) else { return Ok((String::new(), State::Nobody)) };
    visit.server.metrics.session_checked();
    let hash = secret::hash_token(token);
    let remembered = visit.server.kept::<Remembered>()?;
    let key = memory_key(visit, &hash)?;
    let session = match remembered.get(&key, visit.now) {
        Some(session) => session,
        None => match look_up(visit, &hash).await? {
            Some(found) => remembered.put(&key, found, visit.now),
            None => return Ok((key, State::Nobody)),
        },
    };
    let state = if session.ends_at <= visit.now || is_elsewhere(visit, &session) {
        State::Nobody
    } else if visit.now - session.seen_at > session.idle_seconds {
        State::Locked(session)
    } else {
        State::Open(session)
    };
    Ok((key, state))
}

/// Whether a session's cookie is shown by another browser or system than it was given to: most likely a copy, so it lets
/// nobody in there, and the person signs in anew (ASVS 5.0, 8.2.4). A browser that says nothing about itself is not judged.
fn is_elsewhere(visit: &Visit, session: &Session) -> bool {
    if session.same.get().is_some_and(|same| *same == visit.user_agent) {
        return false;
    }
    let (then, now) = (Browser::from_stored(&session.browser), visit.browser());
    let other = |then: &str, now: &str| !then.is_empty() && !now.is_empty() && then != now;
    let elsewhere = other(then.browser, now.browser) || other(then.system, now.system);
    if !elsewhere {
        // Whoever came first is remembered; another text of the same browser is only read again.
        let _ = session.same.set(visit.user_agent.clone());
    }
    elsewhere
}

/// A node serves many practices from one memory: a session is found only at the door it was begun at.
fn memory_key(visit: &Visit, hash: &str) -> Result<String> {
    Ok([hash, "@", &visit.practice()?.id].concat())
}

/// Whether this browser's session was not ended by anybody but reached the practice's total limit.
///
/// # Errors
/// Faults of the database.
pub async fn reached_its_end(visit: &Visit) -> Result<bool> {
    let Some(token) = visit.cookie(COOKIE) else { return Ok(false) };
    let row: Option<(i64,)> = visit
        .db()?
        .optional(
            "SELECT ends_at FROM session WHERE practice_id = $1 AND token_hash = $2 AND ended_at IS NULL AND ends_at <= $3",
            args![&visit.practice()?.id, secret::hash_token(token), visit.now],
        )
        .await?;
    Ok(row.is_some())
}

/// Whether this browser's session was ended from elsewhere: by a log-out in another browser, a new password, the practice. Each door tells
/// its own people (`staff`, or clients). A session that this browser itself left is found by no cookie any more (`log_out::leave`); one on
/// a shared device, or of a client with private sign-in, is told of to nobody.
///
/// # Errors
/// Faults of the database.
pub async fn was_ended(visit: &Visit, staff: bool) -> Result<bool> {
    let Some(token) = visit.cookie(COOKIE) else { return Ok(false) };
    let row: Option<(String,)> = visit
        .db()?
        .optional(
            "SELECT p.kind FROM session s JOIN person p ON p.practice_id = s.practice_id AND p.id = s.person_id
             WHERE s.practice_id = $1 AND s.token_hash = $2 AND s.ended_at IS NOT NULL AND s.shared = 0 AND p.private_since IS NULL",
            args![&visit.practice()?.id, secret::hash_token(token)],
        )
        .await?;
    Ok(row.is_some_and(|(kind,)| (kind == "staff") == staff))
}

/// Whether this cookie's session goes on in another browser, and lets nobody in here.
///
/// # Errors
/// Faults of the database.
pub async fn lives_elsewhere(visit: &Visit) -> Result<bool> {
    let Some(token) = visit.cookie(COOKIE) else { return Ok(false) };
    let session = look_up(visit, &secret::hash_token(token)).await?;
    Ok(session.is_some_and(|session| session.ends_at > visit.now && is_elsewhere(visit, &session)))
}

async fn look_up(visit: &Visit, hash: &str) -> Result<Option<Session>> {
    visit
        .db()?
        .optional(
            "SELECT s.id, s.person_id, p.kind, p.role, p.name, p.email, s.for_id, f.name AS for_name, s.kept, s.shared, s.rule, s.proofs, s.device_id, s.created_at, s.seen_at,
                    s.fresh_at, s.idle_seconds, s.ends_at, s.browser
             FROM session s JOIN person p ON p.practice_id = s.practice_id AND p.id = s.person_id
             LEFT JOIN person f ON f.practice_id = s.practice_id AND f.id = s.for_id
             WHERE s.practice_id = $1 AND s.token_hash = $2 AND s.ended_at IS NULL AND p.closed_at IS NULL",
            args![&visit.practice()?.id, hash],
        )
        .await
}

async fn used(visit: &Visit, key: &str, session: &Session) -> Result<()> {
    if visit.server.kept::<Remembered>()?.seen(key, visit.now) {
        visit
            .db()?
            .execute(
                "UPDATE session SET seen_at = $3 WHERE practice_id = $1 AND id = $2 AND seen_at < $3",
                args![&visit.practice()?.id, &session.id, visit.now],
            )
            .await?;
    }
    Ok(())
}

/// The signed-in person, or the page to go to first; a form that was sent comes back with its page.
///
/// # Errors
/// Faults of the database.
pub async fn required(visit: &Visit) -> Result<std::result::Result<Arc<Session>, Response>> {
    Ok(match state(visit).await? {
        State::Open(session) if way_in::is_misplaced(visit, &session) => return Err(Error::NotFound),
        State::Open(session) => Ok(session),
        State::Locked(session) => Err(kept_form::lead(visit, way_in::locked(&session), Some(&session.person_id))?),
        State::Nobody => Err(kept_form::lead(visit, way_in::path(visit), visit.form_of())?),
    })
}

/// As [`required`], and every factor shown within five minutes; else the person is asked for them and comes back.
///
/// # Errors
/// Faults of the database; [`Error::ByPin`] in a session from a PIN.
pub async fn fresh(visit: &Visit) -> Result<std::result::Result<Arc<Session>, Response>> {
    Ok(match required(visit).await? {
        Ok(session) if session.is_by_pin() => return Err(Error::ByPin),
        Ok(session) if session.is_fresh(visit.now) => Ok(session),
        Ok(session) => Err(kept_form::lead(visit, way_in::confirm(&session), Some(&session.person_id))?),
        Err(response) => Err(response),
    })
}

/// The frame of a signed-in page: menu, and the seconds until the session locks and ends.
pub fn frame(visit: &Visit, session: &Session, title: &str) -> Frame {
    let mut frame = Frame::new(visit, title).script("idle.js");
    let name = match &session.for_name {
        Some(client) => visit.say_with("frame-for", &[("person", &session.name), ("client", client)]),
        None => session.name.clone(),
    };
    frame.whose = Some(session.person_id.clone());
    frame.menu = Some(Menu { name, people: session.is_administrator(), clients: session.kind == "staff" });
    frame.exit = session.is_client();
    frame.locks_in = Some((session.idle_seconds, session.ends_at - visit.now));
    if flash::take_signal(visit) {
        frame.signals = true;
        frame = frame.script("passkey.js");
    }
    frame
}
