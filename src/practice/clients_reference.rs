//! What the practice's own software calls a client: typed when the client is added, and changed here. One number is one
//! client's, so that a program that names it means one person.

use axum::extract::Path;
use axum::http::StatusCode;
use axum::response::Response;

use super::{actor, fresh_with_client};
use crate::args;
use crate::notices::{Event, Happening, happened};
use crate::platform::error::{Error, Result};
use crate::platform::frame::Frame;
use crate::platform::names::clean_name;
use crate::platform::web::{Fields, Visit, go, page, page_with};
use crate::sign_in::act;
use crate::sign_in::person::{self, Person};
use crate::sign_in::session::{self, Session};

/// Characters of a reference.
const MOST_REFERENCE: usize = 100;

#[derive(askama::Template)]
#[template(path = "practice/clients_reference.html")]
struct ReferencePage {
    frame: Frame,
    person: Person,
    reference: String,
    problem: Option<String>,
    /// Who has that number.
    holder: Option<(String, String)>,
}

/// `GET /practice/clients/{id}/reference`.
pub async fn ask(visit: Visit, Path(id): Path<String>) -> Result<Response> {
    match fresh_with_client(&visit, &id).await? {
        Ok((session, person)) => {
            let reference = of(&visit, &person).await?.unwrap_or_default();
            page(&ReferencePage::new(&visit, &session, person, reference))
        }
        Err(response) => Ok(response),
    }
}

/// `POST /practice/clients/{id}/reference`; an empty field takes the number off.
pub async fn answer(visit: Visit, Path(id): Path<String>, fields: Fields) -> Result<Response> {
    // read
    let (session, person) = match fresh_with_client(&visit, &id).await? {
        Ok(found) => found,
        Err(response) => return Ok(response),
    };
    let typed = fields.trimmed("reference");
    let Ok(reference) = read(typed) else {
        let mut again = ReferencePage::new(&visit, &session, person, typed.chars().take(200).collect());
        again.problem = Some(visit.say("clients-add-reference-long"));
        return page_with(StatusCode::UNPROCESSABLE_ENTITY, &again);
    };

    // write
    let practice = &visit.practice()?.id;
    let mut tx = act::begin(&visit, &session).await?;
    let now = person::by_id_in(&mut tx, practice, &person.id).await?;
    if now.closed_at.is_some() {
        return Err(Error::Forbidden);
    }
    let changed = tx
        .execute(
            "UPDATE person SET reference = $3 WHERE practice_id = $1 AND id = $2 AND COALESCE(reference, '') <> COALESCE(CAST($3 AS TEXT), '')
                AND NOT EXISTS (SELECT 1 FROM person o WHERE o.practice_id = $1 AND o.reference = $3 AND o.id <> $2)",
            args![practice, &now.id, reference.clone()],
        )
        .await?;
    if changed == 1 {
        let event = Happening::of(Event::ClientReferenceChanged, &now).by(actor(&session)).session(&session.id);
        happened(&visit, &mut tx, event.detail("after", reference.as_deref().unwrap_or_default())).await?;
    }
    tx.commit().await?;
    let holder = holder(&visit, reference.as_deref()).await?;
    if let Some(holder) = holder.filter(|(holder, _)| *holder != now.id) {
        let mut again = ReferencePage::new(&visit, &session, now, reference.unwrap_or_default());
        again.problem = Some(visit.say("clients-add-reference-taken"));
        again.holder = Some(holder);
        return page_with(StatusCode::UNPROCESSABLE_ENTITY, &again);
    }
    Ok(go(&format!("/practice/clients/{id}?done=reference")))
}

/// What was typed, cleaned; none for nothing.
///
/// # Errors
/// Too long, or with characters that no number has.
pub(super) fn read(typed: &str) -> std::result::Result<Option<String>, ()> {
    match typed {
        "" => Ok(None),
        typed => clean_name(typed, MOST_REFERENCE).map(Some).map_err(drop),
    }
}

/// Who at this practice is called so: id and name.
///
/// # Errors
/// Faults of the database.
pub(super) async fn holder(visit: &Visit, reference: Option<&str>) -> Result<Option<(String, String)>> {
    let Some(reference) = reference else { return Ok(None) };
    let sql = "SELECT id, name FROM person WHERE practice_id = $1 AND reference = $2";
    visit.db()?.optional(sql, args![&visit.practice()?.id, reference]).await
}

/// What the practice's own software calls this client.
///
/// # Errors
/// Faults of the database.
pub(super) async fn of(visit: &Visit, person: &Person) -> Result<Option<String>> {
    let sql = "SELECT reference FROM person WHERE practice_id = $1 AND id = $2";
    let row: Option<(Option<String>,)> = visit.db()?.optional(sql, args![&visit.practice()?.id, &person.id]).await?;
    Ok(row.and_then(|(reference,)| reference))
}

impl ReferencePage {
    fn new(visit: &Visit, session: &Session, person: Person, reference: String) -> ReferencePage {
        let frame = session::frame(visit, session, "clients-reference");
        ReferencePage { frame, person, reference, problem: None, holder: None }
    }
}
