//! A six-digit code sent by text message to prove a mobile number: sending within limits, and judging what was typed.
//! The same table serves the reset by an administrator; what a proved number is used for is the caller's.

use crate::args;
use crate::factors::mobile::{self, Mobile, MobileProblem};
use crate::factors::totp_code;
use crate::notices::compose;
use crate::notices::{Event, Happening, happened};
use crate::platform::db::Tx;
use crate::platform::error::{Error, Result};
use crate::platform::secret;
use crate::platform::web::Visit;
use crate::sign_in::person::Person;

/// How long a code works, in seconds.
pub const CODE_SECONDS: i64 = 10 * 60;
/// Pause between two codes, in seconds.
const PAUSE_SECONDS: i64 = 60;
const MOST_A_DAY: i64 = 5;
const DAY_SECONDS: i64 = 86_400;
/// What the key of the hashes is derived for.
const KEY_LABEL: &str = "mobile codes";

/// For whom and what a code is: it opens nothing else.
pub struct Asked<'a> {
    pub person: &'a Person,
    /// enrol or change.
    pub purpose: &'a str,
    /// The session or attempt that asked: no other one can use it.
    pub by: &'a str,
}

/// What became of the asking.
#[derive(Debug, PartialEq, Eq)]
pub enum Sent {
    Yes,
    /// Not before this time (unix seconds).
    Wait(i64),
    /// Five were sent within a day.
    Enough,
}

/// A code that was sent and still works.
#[derive(sqlx::FromRow)]
pub struct Waiting {
    pub id: String,
    /// Sealed.
    number: Option<String>,
}

/// What was typed, judged.
pub enum Judged {
    /// The number that is proved, with the row that must still be spent.
    Right(String, String),
    Wrong,
    /// Too old, used, or tried too often.
    Over,
    /// Not six digits; nothing was counted.
    NoCode,
}

/// Reads a typed number away from the threads that serve requests: its first use loads the numbering plans.
///
/// # Errors
/// A fault when the thread pool is gone.
pub async fn read_number(typed: &str, country: &str) -> Result<std::result::Result<Mobile, MobileProblem>> {
    let (typed, country) = (typed.to_owned(), country.to_owned());
    let read = tokio::task::spawn_blocking(move || mobile::parse(&typed, &country)).await;
    read.map_err(|error| Error::fault("reading a number", error))
}

/// As [`read_number`], for a number that is called and gets no text messages: a landline will do.
///
/// # Errors
/// As [`read_number`].
pub async fn read_phone(typed: &str, country: &str) -> Result<std::result::Result<Mobile, MobileProblem>> {
    let (typed, country) = (typed.to_owned(), country.to_owned());
    let read = tokio::task::spawn_blocking(move || mobile::parse_phone(&typed, &country)).await;
    read.map_err(|error| Error::fault("reading a number", error))
}

/// The sentence for a number that was refused.
pub fn problem_in_words(visit: &Visit, problem: MobileProblem) -> String {
    visit.say(match problem {
        MobileProblem::Empty => "mobile-empty",
        MobileProblem::NotANumber => "mobile-not-a-number",
        MobileProblem::NotMobile => "mobile-not-mobile",
        MobileProblem::TooShort => "mobile-too-short",
        MobileProblem::TooLong => "mobile-too-long",
        MobileProblem::Impossible => "mobile-impossible",
    })
}

/// The number on file, opened.
///
/// # Errors
/// A fault when it does not open.
pub fn on_file(visit: &Visit, person: &Person) -> Result<Option<String>> {
    let practice = &visit.practice()?.id;
    person.mobile.as_deref().map(|sealed| visit.server.open("mobile", &[practice, &person.id], sealed)).transpose()
}

/// A person's new number, for the record and the mail; where there was none before, it is added and not changed.
pub fn told_of<'a>(person: &'a Person, number: &str) -> Happening<'a> {
    let added = if person.mobile.is_none() { "yes" } else { "no" };
    Happening::of(Event::MobileChanged, person).detail("mobile", &mobile::masked(number)).detail("added", added)
}

/// Seals a number for its person.
///
/// # Errors
/// As [`crate::platform::server::Server::seal`].
pub fn seal(visit: &Visit, person: &str, number: &str) -> Result<String> {
    visit.server.seal("mobile", &[&visit.practice()?.id, person], number)
}

/// Sends a code, unless one was sent a moment ago or five within a day. A new code ends the one before.
///
/// # Errors
/// Faults and conflicts of the database.
pub async fn send(visit: &Visit, tx: &mut Tx, asked: &Asked<'_>, number: &str) -> Result<Sent> {
    let (practice, person) = (&visit.practice()?.id, &asked.person.id);
    let earlier: Option<(i64, Option<i64>)> = tx
        .optional(
            "SELECT COUNT(*), MAX(created_at) FROM mobile_code
             WHERE practice_id = $1 AND person_id = $2 AND purpose IN ('enrol', 'change') AND created_at > $3",
            args![practice, person, visit.now - DAY_SECONDS],
        )
        .await?;
    match earlier {
        Some((count, _)) if count >= MOST_A_DAY => return Ok(Sent::Enough),
        Some((_, Some(last))) if last + PAUSE_SECONDS > visit.now => return Ok(Sent::Wait(last + PAUSE_SECONDS)),
        _ => {}
    }
    tx.execute(
        "UPDATE mobile_code SET expires_at = $4 WHERE practice_id = $1 AND person_id = $2 AND purpose = $3 AND expires_at > $4",
        args![practice, person, asked.purpose, visit.now],
    )
    .await?;
    let (id, code) = (visit.new_id(), secret::six_digits(&*visit.server.world));
    tx.execute(
        "INSERT INTO mobile_code (practice_id, id, person_id, purpose, hash, number, asked_by, created_at, expires_at)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)",
        args![
            practice,
            &id,
            person,
            asked.purpose,
            hash(visit, &id, &code)?,
            seal(visit, person, number)?,
            asked.by,
            visit.now,
            visit.now + CODE_SECONDS,
        ],
    )
    .await?;
    write_text(visit, tx, asked.person, number, &code).await?;
    let masked = mobile::masked(number);
    happened(visit, tx, Happening::of(Event::MobileCodeSent, asked.person).detail("mobile", &masked)).await?;
    Ok(Sent::Yes)
}

/// The last line lets a phone offer the code on this host's page only (origin-bound one-time codes).
async fn write_text(visit: &Visit, tx: &mut Tx, person: &Person, number: &str, code: &str) -> Result<()> {
    let practice = visit.practice()?;
    let words = visit.say_with("text-mobile-code", &[("code", code), ("practice", &practice.name)]);
    let host = practice.present_host(&visit.server.config.base);
    let text = format!("{words}\n\n@{host} #{code}");
    compose::text(visit, tx, "mobile-code", (person, number), (&text, Some(visit.now + CODE_SECONDS))).await
}

fn hash(visit: &Visit, id: &str, code: &str) -> Result<String> {
    let key = visit.server.stable_key(KEY_LABEL);
    Ok(secret::keyed_hash(&key, &[&visit.practice()?.id, id, code]))
}

/// The code that this session or attempt waits for.
///
/// # Errors
/// Faults of the database.
pub async fn waiting(visit: &Visit, asked: &Asked<'_>) -> Result<Option<Waiting>> {
    visit
        .db()?
        .optional(
            "SELECT id, number FROM mobile_code WHERE practice_id = $1 AND person_id = $2 AND purpose = $3 AND asked_by = $4
                AND used_at IS NULL AND expires_at > $5 ORDER BY created_at DESC, id DESC LIMIT 1",
            args![&visit.practice()?.id, &asked.person.id, asked.purpose, asked.by, visit.now],
        )
        .await
}

impl Waiting {
    /// Where the code went.
    ///
    /// # Errors
    /// A fault when the number does not open.
    pub fn number(&self, visit: &Visit, person: &str) -> Result<String> {
        let sealed = self.number.as_deref().unwrap_or_default();
        visit.server.open("mobile", &[&visit.practice()?.id, person], sealed)
    }
}

/// Judges a typed code; each try is counted before it is judged, at most five for one code.
///
/// # Errors
/// Faults of the database.
pub async fn judge(visit: &Visit, person: &str, waiting: &Waiting, typed: &str) -> Result<Judged> {
    let Some(typed) = totp_code::normalise_typed(typed) else { return Ok(Judged::NoCode) };
    let taking = visit.db()?.change(
        "UPDATE mobile_code SET tries = tries + 1 WHERE practice_id = $1 AND id = $2 AND tries < 5 AND used_at IS NULL
            AND expires_at > $3 RETURNING hash",
        args![&visit.practice()?.id, &waiting.id, visit.now],
    );
    let row: Option<(String,)> = visit.once(format!("mobile code {}", waiting.id), taking).await?;
    let Some((stored,)) = row else { return Ok(Judged::Over) };
    if secret::same(&stored, &hash(visit, &waiting.id, &typed)?) {
        return Ok(Judged::Right(waiting.number(visit, person)?, waiting.id.clone()));
    }
    Ok(Judged::Wrong)
}

/// Uses a right code up; answers whether it was still there.
///
/// # Errors
/// Faults and conflicts of the database.
pub async fn spend(visit: &Visit, tx: &mut Tx, id: &str) -> Result<bool> {
    let spent = tx
        .execute(
            "UPDATE mobile_code SET used_at = $3 WHERE practice_id = $1 AND id = $2 AND used_at IS NULL",
            args![&visit.practice()?.id, id, visit.now],
        )
        .await?;
    Ok(spent == 1)
}

/// A code that an administrator sent proves whoever has the number on file (`practice/people_proof.rs`): with the number it ends.
///
/// # Errors
/// Faults and conflicts of the database.
pub async fn end_read_out(visit: &Visit, tx: &mut Tx, person: &str) -> Result<()> {
    tx.execute(
        "UPDATE mobile_code SET used_at = $3 WHERE practice_id = $1 AND person_id = $2 AND purpose IN ('reset', 'delete-passkeys')
            AND used_at IS NULL",
        args![&visit.practice()?.id, person, visit.now],
    )
    .await?;
    Ok(())
}
