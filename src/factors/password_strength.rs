//! Is a new password good enough, in the visitor's words: for every form that sets one, and live while it is typed.
//! The judgement itself is in `password_rules`; the page part is the field for a new password.

use std::path::PathBuf;
use std::sync::Arc;

use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use tokio::sync::Semaphore;

use super::password_rules::{self, About, LeakedList, Needed, Weakness};
use crate::platform::error::{Error, Result};
use crate::platform::web::{Fields, Visit};
use crate::sign_in::person::Person;

/// Live judgements computed at once on this node; a meter that stays silent is better than a slow sign-in.
const AT_ONCE: usize = 2;
/// Live judgements per browser and minute; fast typing makes some thirty.
const PER_MINUTE: i64 = 90;

/// Turns for live judgements, on the server's shelf.
pub struct Turns(Arc<Semaphore>);

impl Default for Turns {
    fn default() -> Self {
        Turns(Arc::new(Semaphore::new(AT_ONCE)))
    }
}

/// What a guesser knows, on its way to a thread that may block.
struct Known {
    practice_name: String,
    practice_slug: String,
    practice_host: String,
    person_name: String,
    email: String,
    leaked_list: Option<PathBuf>,
}

impl Known {
    fn of(visit: &Visit, name: &str, email: &str) -> Result<Known> {
        let practice = visit.practice()?;
        Ok(Known {
            practice_name: practice.name.clone(),
            practice_slug: practice.slug.clone(),
            practice_host: practice.present_host(&visit.server.config.base),
            person_name: name.to_owned(),
            email: email.to_owned(),
            leaked_list: visit.server.config.passwords.leaked_list.clone(),
        })
    }

    fn about(&self) -> About<'_> {
        About {
            practice_name: &self.practice_name,
            practice_slug: &self.practice_slug,
            practice_host: &self.practice_host,
            person_name: &self.person_name,
            email: &self.email,
        }
    }

    fn weaknesses(&self, password: &str, needed: Needed) -> Result<Vec<Weakness>> {
        let mut weaknesses = password_rules::weaknesses(password, needed, &self.about());
        if let Some(path) = &self.leaked_list
            && weaknesses != [Weakness::TooLong]
        {
            let list = LeakedList::open(path).map_err(|error| Error::fault("leaked passwords", error))?;
            if list.contains(password).map_err(|error| Error::fault("leaked passwords", error))? {
                weaknesses.push(Weakness::Leaked);
            }
        }
        Ok(weaknesses)
    }
}

/// The least length for a person: shorter where a second factor is in force (NIST SP 800-63B-4, 3.1.1.2).
///
/// # Errors
/// Not found where there is no practice.
pub fn needed(visit: &Visit, person: &Person) -> Result<Needed> {
    let second = person.second_in_force(visit.practice()?, visit.now);
    Ok(if second { Needed::WithSecondFactor } else { Needed::OnlyFactor })
}

/// Why a new password is refused, in words with advice; empty when it is fine. `name` is the one the person goes by.
///
/// # Errors
/// A list of leaked passwords that cannot be read is a fault, never "not leaked".
pub async fn problems(visit: &Visit, person: &Person, name: &str, password: &str) -> Result<Vec<String>> {
    if password.is_empty() {
        return Ok(vec![visit.say("password-empty")]);
    }
    let (known, needed, password) =
        (Known::of(visit, name, &person.email)?, needed(visit, person)?, password.to_owned());
    let found = blocking(move || known.weaknesses(&password, needed)).await??;
    Ok(found.iter().map(|weakness| words(visit, weakness)).collect())
}

/// As [`problems`], for a client's own lock, which never stands alone: twelve characters.
///
/// # Errors
/// As [`problems`].
pub async fn passphrase_problems(visit: &Visit, person: &Person, typed: &str) -> Result<Vec<String>> {
    if typed.is_empty() {
        return Ok(vec![visit.say("password-empty")]);
    }
    let (known, typed) = (Known::of(visit, &person.name, &person.email)?, typed.to_owned());
    let found = blocking(move || known.weaknesses(&typed, Needed::WithSecondFactor)).await??;
    Ok(found.iter().map(|weakness| words(visit, weakness)).collect())
}

/// Whether a password that was right is still good enough to go on with. A list that cannot be read shuts nobody out.
///
/// # Errors
/// A fault when the computation breaks.
pub async fn is_still_good(visit: &Visit, person: &Person, password: &str) -> Result<bool> {
    let (known, needed, password) =
        (Known::of(visit, &person.name, &person.email)?, needed(visit, person)?, password.to_owned());
    match blocking(move || known.weaknesses(&password, needed)).await? {
        Ok(found) => Ok(found.is_empty()),
        Err(problem) => {
            tracing::error!(%problem, "a sign-in went on without the list of leaked passwords");
            Ok(true)
        }
    }
}

/// Whether it has as many characters as the rules ask of this person now: 15 where the second factor is gone.
///
/// # Errors
/// Not found where there is no practice.
pub fn is_long_enough(visit: &Visit, person: &Person, password: &str) -> Result<bool> {
    Ok(password_rules::code_points(password) >= needed(visit, person)?.code_points())
}

/// `POST /password/strength`: `{score, words, ok}` for the meter beside the field. It looks at the practice, never at
/// who asks, so that it tells nothing of anybody.
pub async fn live(visit: Visit, fields: Fields) -> Result<Response> {
    let lane = visit.lane("strength", &visit.browser_id)?;
    if !visit.within(&lane, PER_MINUTE, 60).await? {
        return Err(Error::TooOften { retry_after: 60 });
    }
    let Ok(turn) = Arc::clone(&visit.server.kept::<Turns>()?.0).try_acquire_owned() else {
        return Ok((StatusCode::SERVICE_UNAVAILABLE, [("retry-after", "1")]).into_response());
    };
    let (known, password) = (Known::of(&visit, "", "")?, fields.text("password").to_owned());
    let needed = if fields.text("least") == "12" { Needed::WithSecondFactor } else { Needed::OnlyFactor };
    let (found, score) = blocking(move || {
        let _turn = turn;
        let found = known.weaknesses(&password, needed)?;
        let score = password_rules::strength(&password, &known.about()).score;
        Ok::<_, Error>((found, score))
    })
    .await??;
    let (score, said) = match found.first() {
        Some(weakness) => (score.min(1), words(&visit, weakness)),
        None => (score.max(2), visit.say(if score >= 4 { "password-very-strong" } else { "password-strong-enough" })),
    };
    Ok(axum::Json(serde_json::json!({ "score": score, "words": said, "ok": found.is_empty() })).into_response())
}

async fn blocking<T: Send + 'static>(work: impl FnOnce() -> T + Send + 'static) -> Result<T> {
    tokio::task::spawn_blocking(work).await.map_err(|error| Error::fault("judging a password", error))
}

fn words(visit: &Visit, weakness: &Weakness) -> String {
    match weakness {
        Weakness::TooShort { needed, have } => visit.say_with(
            "password-too-short",
            &[("needed", &needed.to_string()), ("missing", &(needed - have.min(needed)).to_string())],
        ),
        Weakness::TooLong => visit.say("password-too-long"),
        Weakness::ControlCharacter => visit.say("password-control"),
        Weakness::Common => visit.say("password-common"),
        Weakness::Leaked => visit.say("password-leaked"),
        Weakness::Context { word } => visit.say_with("password-context", &[("word", word)]),
        Weakness::Pattern => visit.say("password-pattern"),
    }
}
