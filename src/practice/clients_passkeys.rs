//! A client's passkeys: which there are, and deleting those of a device that is gone, by a member of the practice who says
//! how they know who asks. The last one of a lock goes only with the lock itself (`clients_privacy.rs`).

use std::sync::Arc;

use axum::extract::Path;
use axum::http::StatusCode;
use axum::response::Response;

use super::clients_pin::how_problem;
use super::clients_privacy::safe_word_problem;
use super::{actor, client, fresh_member};
use crate::factors::passkey_store::{self as store, Passkey};
use crate::factors::passkeys::{self, Listed};
use crate::platform::error::{Error, Result};
use crate::platform::frame::Frame;
use crate::platform::web::{Fields, Visit, go, page, page_with};
use crate::portal::lock;
use crate::sign_in::act;
use crate::sign_in::person::{self, Person};
use crate::sign_in::session::{self, Session};

#[derive(askama::Template)]
#[template(path = "practice/clients_passkeys.html")]
struct PasskeysPage {
    frame: Frame,
    person: Person,
    rows: Vec<Listed>,
    /// What was ticked and chosen before something was found missing.
    ticked: Vec<String>,
    how: String,
    problem: Option<String>,
}

/// `GET /practice/clients/{id}/passkeys`.
pub async fn ask(visit: Visit, Path(id): Path<String>) -> Result<Response> {
    match enter(&visit, &id).await? {
        Ok((session, person)) => page(&PasskeysPage::new(&visit, &session, person).await?),
        Err(response) => Ok(response),
    }
}

/// `POST /practice/clients/{id}/passkeys`.
pub async fn answer(visit: Visit, Path(id): Path<String>, fields: Fields) -> Result<Response> {
    // read and work
    let (session, person) = match enter(&visit, &id).await? {
        Ok(found) => found,
        Err(response) => return Ok(response),
    };
    let how = fields.text("how");
    let mut chosen = store::of(&visit, &person.id).await?;
    chosen.retain(|passkey| fields.ticked(&format!("passkey-{}", passkey.short_id)));
    if let Some(problem) = problem(&visit, &session, &person, &fields, &chosen).await? {
        let mut again = PasskeysPage::new(&visit, &session, person).await?;
        again.ticked = chosen.into_iter().map(|passkey| passkey.short_id).collect();
        how.clone_into(&mut again.how);
        again.problem = Some(problem);
        return page_with(StatusCode::UNPROCESSABLE_ENTITY, &again);
    }

    // write
    let practice = &visit.practice()?.id;
    let mut tx = act::begin(&visit, &session).await?;
    let person = person::by_id_in(&mut tx, practice, &person.id).await?;
    // Here and not only before: a lock, a password or mail may have changed meanwhile.
    if would_break_lock(&person, &chosen) || is_the_last_way(&visit, &person, &chosen)? {
        return Err(Error::Conflict);
    }
    for passkey in &chosen {
        store::delete(&visit, &mut tx, &person, passkey, (actor(&session), how), None).await?;
    }
    store::unlock_without_any(&visit, &mut tx, &person.id).await?;
    lock::end_all_but(&visit, &mut tx, &person, None).await?;
    tx.commit().await?;
    Ok(go(&format!("/practice/clients/{}?done=passkeys-deleted", person.id)))
}

/// What is missing, in words.
async fn problem(
    visit: &Visit,
    session: &Session,
    person: &Person,
    fields: &Fields,
    chosen: &[Passkey],
) -> Result<Option<String>> {
    let missing = if chosen.is_empty() {
        Some("people-passkeys-nothing")
    } else if let Some(problem) = how_problem(fields.text("how"), person) {
        Some(problem)
    } else if would_break_lock(person, chosen) {
        Some("clients-passkeys-lock")
    } else if is_the_last_way(visit, person, chosen)? {
        Some("clients-passkeys-no-way")
    } else {
        None
    };
    match missing {
        Some(missing) => Ok(Some(visit.say(missing))),
        None if person.safe_word.is_none() => Ok(None),
        None => safe_word_problem(visit, session, person, fields.text("safe_word")).await,
    }
}

fn are_all(person: &Person, chosen: &[Passkey]) -> bool {
    i64::try_from(chosen.len()).is_ok_and(|count| count >= person.passkeys)
}

fn is_the_last_way(visit: &Visit, person: &Person, chosen: &[Passkey]) -> Result<bool> {
    Ok(are_all(person, chosen) && person.comes_in_by_nothing_else(visit.practice()?))
}

/// Whether nothing would be left of the client's own lock: then it is a matter for the safe word and a day.
fn would_break_lock(person: &Person, chosen: &[Passkey]) -> bool {
    are_all(person, chosen) && person.passphrase.is_none() && person.passkey_lock_since.is_some()
}

async fn enter(visit: &Visit, id: &str) -> Result<std::result::Result<(Arc<Session>, Person), Response>> {
    let session = match fresh_member(visit).await? {
        Ok(session) => session,
        Err(response) => return Ok(Err(response)),
    };
    Ok(Ok((session, client(visit, id).await?)))
}

impl PasskeysPage {
    async fn new(visit: &Visit, session: &Session, person: Person) -> Result<PasskeysPage> {
        let mut frame = session::frame(visit, session, "people-act-passkeys");
        frame.title = visit.say_with("people-passkeys-title", &[("name", &person.name)]);
        let rows = passkeys::list(visit, &person.id).await?;
        Ok(PasskeysPage { frame, rows, ticked: vec![], how: String::new(), problem: None, person })
    }
}
