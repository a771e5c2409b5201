//! Acts of one press on a client: portal access on and off, ending their sessions. Each has a page that asks first.

use axum::extract::Path;
use axum::response::Response;

use super::clients_one::also;
use super::people_acts::end_everything;
use super::{actor, client, fresh_member};
use crate::args;
use crate::factors::client_mail;
use crate::notices::{Event, Happening, happened};
use crate::platform::error::Result;
use crate::platform::frame::Frame;
use crate::platform::web::{Fields, Query, Visit, go, page};
use crate::sign_in::act;
use crate::sign_in::person::{self, Person};
use crate::sign_in::session;

#[derive(askama::Template)]
#[template(path = "practice/clients_act.html")]
struct ActPage {
    frame: Frame,
    person: Person,
    act: &'static str,
}

/// The acts by their word in the address.
fn act_of(word: &str, person: &Person) -> Option<&'static str> {
    match (word, person.closed_at) {
        ("off", None) => Some("off"),
        ("on", Some(_)) => Some("on"),
        ("end", None) => Some("end"),
        _ => None,
    }
}

/// `GET /practice/clients/{id}/act?do=`.
pub async fn ask(visit: Visit, Path(id): Path<String>, Query(query): Query) -> Result<Response> {
    let session = match fresh_member(&visit).await? {
        Ok(session) => session,
        Err(response) => return Ok(response),
    };
    let person = client(&visit, &id).await?;
    let Some(act) = act_of(query.text("do"), &person) else { return Ok(go(&format!("/practice/clients/{id}"))) };
    let mut frame = session::frame(&visit, &session, "clients-title");
    frame.title = visit.say_with(&format!("clients-confirm-{act}"), &[("name", &person.name)]);
    page(&ActPage { frame, person, act })
}

/// `POST /practice/clients/{id}/act`.
pub async fn answer(visit: Visit, Path(id): Path<String>, fields: Fields) -> Result<Response> {
    let session = match fresh_member(&visit).await? {
        Ok(session) => session,
        Err(response) => return Ok(response),
    };
    let id = client(&visit, &id).await?.id;
    let practice = &visit.practice()?.id;
    let mut tx = act::begin(&visit, &session).await?;
    let person = person::by_id_in(&mut tx, practice, &id).await?;
    let Some(act) = act_of(fields.text("do"), &person) else { return Ok(go(&format!("/practice/clients/{id}"))) };
    let closed_at = (act == "off").then_some(visit.now);
    tx.execute("UPDATE person SET closed_at = $3 WHERE practice_id = $1 AND id = $2", args![practice, &id, closed_at])
        .await?;
    let (event, said) = match act {
        "off" => {
            end_everything(&visit, &mut tx, &person).await?;
            (Event::AccessOff, "access-off")
        }
        "on" => (Event::AccessOn, "access-on"),
        _ => {
            session::end_all(&visit, &mut tx, &person.id, None).await?;
            (Event::SessionsEndedByPractice, "sessions-ended")
        }
    };
    happened(&visit, &mut tx, Happening::of(event, &person).by(actor(&session)).session(&session.id)).await?;
    let quiet = act == "on" && client_mail::stay_quiet(&visit, &mut tx, &person, actor(&session)).await?;
    tx.commit().await?;
    Ok(go(&format!("/practice/clients/{id}?done={said}{}", also(quiet))))
}
