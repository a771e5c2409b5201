//! A colleague's passkeys: which there are, and deleting those of a device that is gone, once it is proved who asks for it
//! on the phone. What is left never is a password alone: then the mailed link opens the way to a new second factor.

use std::sync::Arc;

use axum::extract::Path;
use axum::http::StatusCode;
use axum::response::Response;

use super::people_acts::end_everything;
use super::people_proof::{self as proof, Act, Way};
use super::{actor, begin, re_enrol};
use crate::args;
use crate::factors::codes_left::{self, Codes};
use crate::factors::passkey_store as store;
use crate::factors::passkeys::{self, Listed};
use crate::platform::db::Tx;
use crate::platform::error::Result;
use crate::platform::frame::Frame;
use crate::platform::web::{Fields, Visit, go, page_with};
use crate::sign_in::person::{self, Person};
use crate::sign_in::session::{self, Session};

#[derive(askama::Template)]
#[template(path = "practice/people_passkeys.html")]
struct PasskeysPage {
    frame: Frame,
    person_id: String,
    rows: Vec<Listed>,
    /// Wrong codes switched the app off and no backup code works: without the passkeys nothing lets them in.
    app_off: bool,
    way: Way,
    /// The number, masked where a code is sent to it.
    number: String,
    /// What was ticked and written before something was found missing.
    ticked: Vec<String>,
    reason: String,
    problem: Option<String>,
}

/// What the page shows again.
#[derive(Default)]
struct Again {
    status: StatusCode,
    problem: Option<String>,
    ticked: Vec<String>,
    reason: String,
}

/// `GET /practice/people/{id}/passkeys`.
pub async fn ask(visit: Visit, Path(id): Path<String>) -> Result<Response> {
    match proof::enter(&visit, &id).await? {
        Ok((session, person)) => show(&visit, &session, &person, Again::default()).await,
        Err(response) => Ok(response),
    }
}

async fn show(visit: &Visit, session: &Arc<Session>, person: &Person, again: Again) -> Result<Response> {
    let (way, number) = proof::way(visit, session, person, Act::DeletePasskeys).await?;
    let mut frame = session::frame(visit, session, "people-act-passkeys");
    frame.title = visit.say_with("people-passkeys-title", &[("name", &person.name)]);
    let passkeys = PasskeysPage {
        frame,
        person_id: person.id.clone(),
        rows: passkeys::list(visit, &person.id).await?,
        app_off: codes_left::of(visit, person).await? == Codes::Off,
        way,
        number,
        ticked: again.ticked,
        reason: again.reason,
        problem: again.problem,
    };
    page_with(again.status, &passkeys)
}

/// `POST /practice/people/{id}/passkeys/send`: a code to the number on file.
pub async fn send(visit: Visit, Path(id): Path<String>) -> Result<Response> {
    match proof::send(&visit, &id, Act::DeletePasskeys).await? {
        Ok(()) => Ok(go(&format!("/practice/people/{id}/passkeys"))),
        Err(proof::NotSent::Instead(response)) => Ok(response),
        Err(proof::NotSent::Refused { session, person, status, problem }) => {
            show(&visit, &session, &person, Again { status, problem, ..Again::default() }).await
        }
    }
}

/// `POST /practice/people/{id}/passkeys`.
pub async fn answer(visit: Visit, Path(id): Path<String>, fields: Fields) -> Result<Response> {
    // read
    let (session, person) = match proof::enter(&visit, &id).await? {
        Ok(both) => both,
        Err(response) => return Ok(response),
    };
    let mut chosen = store::of(&visit, &person.id).await?;
    chosen.retain(|passkey| fields.ticked(&format!("passkey-{}", passkey.short_id)));
    let ticked = chosen.iter().map(|passkey| passkey.short_id.clone()).collect();
    let mut again = Again { ticked, reason: proof::reason_of(&fields), ..Again::default() };
    if let Some((status, problem)) = proof::incomplete(&visit, &person, &fields) {
        return show(&visit, &session, &person, Again { status, problem, ..again }).await;
    }
    if chosen.is_empty() {
        again.problem = Some(visit.say("people-passkeys-nothing"));
        return show(&visit, &session, &person, Again { status: StatusCode::UNPROCESSABLE_ENTITY, ..again }).await;
    }

    let app_off = codes_left::of(&visit, &person).await? == Codes::Off;

    // write
    let (mut tx, person) = begin(&visit, &session, &id).await?;
    if let Err((status, problem)) =
        proof::judge(&visit, &mut tx, (&session, &person), Act::DeletePasskeys, &fields).await?
    {
        tx.commit().await?;
        return show(&visit, &session, &person, Again { status, problem: Some(problem), ..again }).await;
    }
    for passkey in &chosen {
        store::delete(&visit, &mut tx, &person, passkey, (actor(&session), ""), None).await?;
    }
    end_everything(&visit, &mut tx, &person).await?;
    let left = open_the_way(&visit, &mut tx, &session, &person).await?;
    tx.commit().await?;
    visit.server.outbox_bell.notify_one();
    let done = if app_off && left == 0 { "passkeys-deleted-app-off" } else { "passkeys-deleted" };
    Ok(go(&format!("/practice/people/{id}?done={done}")))
}

/// Where nothing is left as a second factor, only the mailed link leads to a new one. An app that is switched off stays: what was
/// read out on the phone was for the passkeys alone. Answers how many passkeys are left.
async fn open_the_way(visit: &Visit, tx: &mut Tx, session: &Session, person: &Person) -> Result<i64> {
    let practice = &visit.practice()?.id;
    let left = person::by_id_in(tx, practice, &person.id).await?;
    if left.passkeys > 0 || left.totp_secret.is_some() {
        return Ok(left.passkeys);
    }
    tx.execute(
        "UPDATE person SET re_enrol_since = $3 WHERE practice_id = $1 AND id = $2",
        args![practice, &person.id, visit.now],
    )
    .await?;
    re_enrol::mail_link(visit, tx, &left, actor(session)).await?;
    Ok(0)
}
