//! A passkey beside the password: instead of the code where 2FA is off, beside it where it is on. Here one without
//! verification counts too, as a second factor and no more.

use axum::http::StatusCode;
use axum::response::Response;

use super::passkey_ceremony::Purpose;
use super::passkey_check::{self as check, Answer, Asking};
use super::passkey_options::{self as options, Asked};
use super::passkey_store as store;
use crate::platform::error::Result;
use crate::platform::frame::Frame;
use crate::platform::web::{Fields, Visit, go, page, page_with};
use crate::sign_in::person::Person;
use crate::sign_in::step::{Factor, Factors, Step};
use crate::sign_in::{self, Attempt, marks};

const PASSKEYS: Factors = Factors::of(&[Factor::Passkey, Factor::Touch]);

#[derive(askama::Template)]
#[template(path = "factors/passkey_step.html")]
struct StepPage {
    frame: Frame,
    intro: String,
    passkey: Asked,
    then_path: String,
    /// Fresh proof for something inside, which can be left.
    inside: bool,
    /// The app's code and a printed one, where there are such.
    has_app: bool,
    has_backup: bool,
    problem: Option<String>,
    /// A passkey that the browser may forget.
    unknown: Option<String>,
}

/// `GET /sign-in/passkey`.
pub async fn ask(visit: Visit) -> Result<Response> {
    match asked(&visit).await? {
        Ok((attempt, person)) => page(&step_page(&visit, &attempt, &person).await?),
        Err(response) => Ok(response),
    }
}

/// `POST /sign-in/passkey` within an attempt.
pub(super) async fn answer(visit: &Visit, fields: &Fields) -> Result<Response> {
    // read, work
    let (attempt, person) = match asked(visit).await? {
        Ok(found) => found,
        Err(response) => return Ok(response),
    };
    let asking = Asking { purpose: Purpose::Step, bound: &attempt.id, whose: Some(&person.id) };
    let mut again = step_page(visit, &attempt, &person).await?;
    let (right, words) = match check::judge(visit, fields, &asking).await? {
        Answer::Right(right) => (Some(right), ""),
        Answer::Empty => (None, "passkey-empty"),
        Answer::Old => (None, "passkey-old"),
        Answer::Wrong(wrong) => {
            check::refused(visit, &wrong).await?;
            again.unknown = wrong.gone;
            (None, "passkey-step-wrong")
        }
    };
    let Some(right) = right else {
        again.problem = Some(visit.say(words));
        return page_with(StatusCode::UNPROCESSABLE_ENTITY, &again);
    };

    // write
    let mut tx = visit.db()?.write().await?;
    if !check::accept(visit, &mut tx, &right, true).await? {
        drop(tx);
        check::replayed(visit, *right).await?;
        again.problem = Some(visit.say("passkey-step-wrong"));
        return page_with(StatusCode::UNPROCESSABLE_ENTITY, &again);
    }
    marks::step_taken(visit);
    sign_in::proved(visit, &mut tx, &attempt, right.beside_another()).await?;
    sign_in::advance(visit, tx, &attempt).await
}

/// The attempt of this browser where a passkey is a next step, else the way there.
async fn asked(visit: &Visit) -> Result<std::result::Result<(Attempt, Person), Response>> {
    let (attempt, step, person) = match sign_in::under_way(visit).await? {
        Ok(found) => found,
        Err(response) => return Ok(Err(response)),
    };
    Ok(match step {
        Step::Ask(asked) if asked.any(PASSKEYS) && !asked.has(Factor::Password) => Ok((attempt, person)),
        step => Err(go(&super::totp::path_of(&step, &attempt, &person))),
    })
}

async fn step_page(visit: &Visit, attempt: &Attempt, person: &Person) -> Result<StepPage> {
    let passkeys = store::of(visit, &person.id).await?;
    Ok(StepPage {
        frame: sign_in::other::frame(visit, person, "passkey-step-title").script("passkey.js"),
        intro: visit.say_with(
            if attempt.goal == "sign-in" { "passkey-step-intro" } else { "passkey-step-intro-fresh" },
            &[("email", &person.email)],
        ),
        passkey: options::to_get(visit, Purpose::Step, &attempt.id, &passkeys)?,
        then_path: String::new(),
        inside: attempt.goal == "fresh",
        has_app: person.totp_secret.is_some(),
        has_backup: person.totp_secret.is_some() && person.backup_left > 0,
        problem: None,
        unknown: None,
    })
}
