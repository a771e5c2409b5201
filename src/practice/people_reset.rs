//! A colleague lost everything: an administrator proves who is on the phone, and only then the second factors go. What the
//! administrator does opens nothing for them: the other half is a link mailed to the person (see `re_enrol.rs`).

use axum::extract::Path;
use axum::http::StatusCode;
use axum::response::Response;

use super::people_acts::end_everything;
use super::people_proof::{self as proof, Act, Way};
use super::{actor, begin, re_enrol};
use crate::args;
use crate::factors::passkey_store;
use crate::notices::{Event, Happening, can_text, happened};
use crate::platform::db::Tx;
use crate::platform::error::Result;
use crate::platform::frame::Frame;
use crate::platform::web::{Fields, Visit, go, page_with};
use crate::sign_in::person::Person;
use crate::sign_in::session::{self, Session};

#[derive(askama::Template)]
#[template(path = "practice/people_reset.html")]
struct ResetPage {
    frame: Frame,
    person_id: String,
    passkeys: i64,
    way: Way,
    /// The number, masked where a code is sent to it.
    number: String,
    reason: String,
    problem: Option<String>,
}

/// `GET /practice/people/{id}/reset`.
pub async fn ask(visit: Visit, Path(id): Path<String>) -> Result<Response> {
    match proof::enter(&visit, &id).await? {
        Ok((session, person)) => show(&visit, &session, &person, StatusCode::OK, None, "").await,
        Err(response) => Ok(response),
    }
}

async fn show(
    visit: &Visit,
    session: &Session,
    person: &Person,
    status: StatusCode,
    problem: Option<String>,
    reason: &str,
) -> Result<Response> {
    let (way, number) = proof::way(visit, session, person, Act::Reset).await?;
    let mut frame = session::frame(visit, session, "people-act-reset");
    frame.title = visit.say_with("people-reset-title", &[("name", &person.name)]);
    let reset = ResetPage {
        frame,
        person_id: person.id.clone(),
        passkeys: person.passkeys,
        way,
        number,
        reason: reason.to_owned(),
        problem,
    };
    page_with(status, &reset)
}

/// `POST /practice/people/{id}/reset/send`: a code to the number on file.
pub async fn send(visit: Visit, Path(id): Path<String>) -> Result<Response> {
    match proof::send(&visit, &id, Act::Reset).await? {
        Ok(()) => Ok(go(&format!("/practice/people/{id}/reset"))),
        Err(proof::NotSent::Instead(response)) => Ok(response),
        Err(proof::NotSent::Refused { session, person, status, problem }) => {
            show(&visit, &session, &person, status, problem, "").await
        }
    }
}

/// `POST /practice/people/{id}/reset`: the code that the person read out, or the word of who called them back.
pub async fn answer(visit: Visit, Path(id): Path<String>, fields: Fields) -> Result<Response> {
    // read
    let (session, person) = match proof::enter(&visit, &id).await? {
        Ok(both) => both,
        Err(response) => return Ok(response),
    };
    let reason = proof::reason_of(&fields);
    if let Some((status, problem)) = proof::incomplete(&visit, &person, &fields) {
        return show(&visit, &session, &person, status, problem, &reason).await;
    }

    // write
    let (mut tx, person) = begin(&visit, &session, &id).await?;
    if let Err((status, problem)) = proof::judge(&visit, &mut tx, (&session, &person), Act::Reset, &fields).await? {
        tx.commit().await?;
        return show(&visit, &session, &person, status, Some(problem), &reason).await;
    }
    reset(&visit, &mut tx, &session, &person, fields.ticked("passkeys")).await?;
    tx.commit().await?;
    visit.server.outbox_bell.notify_one();
    Ok(go(&format!("/practice/people/{id}?done=reset")))
}

/// The factors go, everything given out before ends, and the link that opens the way to new ones is mailed. Whoever was
/// proved on the phone need not wait for a new password.
async fn reset(visit: &Visit, tx: &mut Tx, session: &Session, person: &Person, passkeys: bool) -> Result<()> {
    let practice = &visit.practice()?.id;
    let whose = || args![practice, &person.id];
    tx.execute(
        "UPDATE person SET totp_secret = NULL, totp_since = NULL, totp_last_step = 0, backup_set = NULL, backup_made_at = NULL,
                re_enrol_since = $3, resets_from = NULL WHERE practice_id = $1 AND id = $2",
        args![practice, &person.id, visit.now],
    )
    .await?;
    tx.execute("DELETE FROM backup_code WHERE practice_id = $1 AND person_id = $2", whose()).await?;
    if passkeys {
        passkey_store::delete_all(visit, tx, &person.id).await?;
    }
    end_everything(visit, tx, person).await?;
    for lane in ["totp", "backup code"] {
        // A factor that wrong answers switched off is gone with its count.
        let lane = visit.lane(lane, &person.id)?;
        tx.execute("DELETE FROM tries WHERE practice_id = $1 AND lane = $2", args![practice, lane]).await?;
    }
    let happening = Happening::of(Event::FactorsReset, person).by(actor(session)).session(&session.id);
    let by = if can_text(&visit.server) { "code" } else { "call" };
    let what = match (passkeys, person.passkeys) {
        (true, _) => "deleted",
        (false, 0) => "none",
        (false, _) => "kept",
    };
    let happening = happening.detail("by", by).detail("passkeys", what);
    happened(visit, tx, happening).await?;
    re_enrol::mail_link(visit, tx, person, actor(session)).await
}
