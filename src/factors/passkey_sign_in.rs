//! A passkey at the door: "Log in with a passkey", by button or by autofill. It needs no email, password or code, and
//! no stranger's wrong tries ever delay it.

use axum::response::Response;

use super::passkey_ceremony::{self as ceremony, Purpose};
use super::passkey_check::{self as check, Answer, Asking, Right, Worth};
use super::{passkey_step, passkeys, password};
use crate::platform::error::Result;
use crate::platform::frame::Frame;
use crate::platform::web::{Fields, Query, Visit, encode, go, page, safe_path};
use crate::sign_in::step::Factor;
use crate::sign_in::{self, Start, device, marks};

#[derive(askama::Template)]
#[template(path = "factors/passkey_none.html")]
struct NonePage {
    frame: Frame,
    back: String,
}

/// `POST /sign-in/passkey`: at the door, or as the second step of an attempt; the ceremony says which.
pub async fn answer(visit: Visit, fields: Fields) -> Result<Response> {
    match ceremony::purpose_of(fields.text("ceremony")) {
        Some(Purpose::Step) => passkey_step::answer(&visit, &fields).await,
        _ => at_the_door(&visit, &fields).await,
    }
}

async fn at_the_door(visit: &Visit, fields: &Fields) -> Result<Response> {
    // read, work
    let asking = Asking { purpose: Purpose::SignIn, bound: "", whose: None };
    let right = match check::judge(visit, fields, &asking).await? {
        Answer::Right(right) => *right,
        Answer::Empty => return Ok(go(&format!("/sign-in/passkey/none{}", then(fields)))),
        Answer::Old => return password::refused(visit, fields, visit.say("passkey-old"), None),
        Answer::Wrong(wrong) => {
            check::refused(visit, &wrong).await?;
            return password::refused(visit, fields, visit.say("passkey-wrong"), wrong.gone);
        }
    };
    if right.worth() != Worth::Alone {
        let words = not_alone(visit, &right)?;
        check::set_aside(visit, &right).await?;
        if right.worth() == Worth::NeverVerified {
            marks::want_step(visit, &right.person.id);
        }
        return password::refused(visit, fields, words, None);
    }
    let known = device::recognise(visit, &right.person, fields).await?;

    // write
    let mut tx = visit.db()?.write().await?;
    if !check::accept(visit, &mut tx, &right, false).await? {
        drop(tx);
        check::replayed(visit, right).await?;
        return password::refused(visit, fields, visit.say("passkey-wrong"), None);
    }
    let start = Start {
        person_id: &right.person.id,
        goal: "sign-in",
        then_path: &safe_path(fields.text("then"), "/me"),
        keep: fields.ticked("keep"),
        device: known.as_ref(),
        device_key: device::offered(visit, fields),
        ..Start::default()
    };
    let attempt = sign_in::start(visit, &mut tx, &start).await?;
    sign_in::proved(visit, &mut tx, &attempt, Factor::Passkey).await?;
    sign_in::advance(visit, tx, &attempt).await
}

/// Why a right passkey does not get in by itself this time.
///
/// # Errors
/// Not found where there is no practice.
pub fn not_alone(visit: &Visit, right: &Right) -> Result<String> {
    if let Some(words) = right.odd_lock(false) {
        return Ok(visit.say(words));
    }
    Ok(match right.worth() {
        _ if right.person.is_client() => passkeys::and_a_new_one(visit, visit.say("passkey-odd-client"))?,
        Worth::MayBeCopied => visit.say("passkey-odd"),
        _ => visit.say("passkey-needs-password"),
    })
}

fn then(fields: &Fields) -> String {
    let path = safe_path(fields.text("then"), "");
    if path.is_empty() { String::new() } else { format!("?then={}", encode(&path)) }
}

/// `GET /sign-in/passkey/none`: what to do without one, and how to make the first.
pub async fn none(visit: Visit, Query(query): Query) -> Result<Response> {
    let path = safe_path(query.text("then"), "");
    let back = if path.is_empty() { "/sign-in".to_owned() } else { format!("/sign-in?then={}", encode(&path)) };
    page(&NonePage { frame: Frame::new(&visit, "passkey-none-title"), back })
}
