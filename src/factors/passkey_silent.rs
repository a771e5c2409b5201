//! A passkey that the browser makes by itself after a sign-in (conditional create), where the practice allows it. It is
//! bound without being asked for, so only in a session in which every factor was shown within five minutes, and the
//! person is told by mail.

use axum::Json;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use serde_json::json;

use super::passkey_ceremony::{self as ceremony, Purpose};
use super::passkey_dropped as dropped;
use super::passkey_new::{expected, spend, with_handle};
use super::passkey_offer;
use super::passkey_options::{self as options, Asked};
use super::passkey_providers as providers;
use super::passkey_store::{self as store, Added};
use crate::args;
use crate::notices::Event;
use crate::platform::db::Db;
use crate::platform::error::{Error, Result};
use crate::platform::web::{Fields, Visit};
use crate::platform::webauthn;
use crate::sign_in::act;
use crate::sign_in::flash;
use crate::sign_in::person::{self, Person};
use crate::sign_in::session::{self, Session, State};

/// What a browser may make one with, by itself; none where the rule does not allow it.
///
/// # Errors
/// Faults of the database.
pub async fn offer(visit: &Visit, session: &Session) -> Result<Option<Asked>> {
    let Some(person) = allowed(visit, session).await? else { return Ok(None) };
    let had = store::of(visit, &person.id).await?;
    let person = with_handle(visit, person).await?;
    options::to_create(visit, Purpose::Silent, &session.id, &person, &had).map(Some)
}

/// `POST /me/passkeys/silent`: 201 when it is stored; anything else is of no concern to the person, and the browser may forget what
/// it made.
pub async fn answer(visit: Visit, fields: Fields) -> Result<Response> {
    // read
    let State::Open(session) = session::glance(&visit).await? else {
        return not_kept(&visit, &fields, StatusCode::UNAUTHORIZED).await;
    };
    let Some(person) = allowed(&visit, &session).await? else {
        return not_kept(&visit, &fields, StatusCode::FORBIDDEN).await;
    };
    let ceremony = ceremony::read(&visit, fields.text("ceremony"), Purpose::Silent, &session.id)?;
    let Some(ceremony) = ceremony.filter(|ceremony| !ceremony.is_old(visit.now)) else {
        return not_kept(&visit, &fields, StatusCode::CONFLICT).await;
    };
    let origins = options::origins(&visit).await?;

    // work
    let new = match webauthn::register(&expected(&visit, &ceremony, &origins, false)?, fields.text("credential")) {
        Ok(new) => new,
        Err(refusal) => {
            tracing::info!(why = refusal.word(), "a passkey that a browser made was refused");
            spend(&visit, &ceremony).await?;
            return not_kept(&visit, &fields, StatusCode::UNPROCESSABLE_ENTITY).await;
        }
    };

    // write
    let offered = providers::offered(&visit, &new);
    let mut tx = act::begin(&visit, &session).await?;
    if !ceremony::spend(&visit, &mut tx, &ceremony).await? {
        drop(tx);
        return not_kept(&visit, &fields, StatusCode::CONFLICT).await;
    }
    match store::add(&visit, &mut tx, &person, &new, (&offered, Event::PasskeyAddedByBrowser), &session.id).await? {
        Added::Yes(_) => {}
        Added::Known | Added::TooMany => {
            drop(tx);
            return not_kept(&visit, &fields, StatusCode::CONFLICT).await;
        }
    }
    tx.commit().await?;
    visit.server.outbox_bell.notify_one();
    flash::signal(&visit);
    Ok((StatusCode::CREATED, Json(json!({ "name": offered }))).into_response())
}

/// The answer for one that was not stored, with its id where the browser was asked for it here and nothing is on record under it.
async fn not_kept(visit: &Visit, fields: &Fields, status: StatusCode) -> Result<Response> {
    let asked_here = ceremony::is_of_this_browser(visit, fields.text("ceremony"), Purpose::Silent)?;
    let unknown = if asked_here { dropped::unkept(visit, fields.text("credential")).await? } else { None };
    if status == StatusCode::FORBIDDEN && unknown.is_none() {
        return Err(Error::Forbidden);
    }
    Ok((status, Json(json!({ "unknown": unknown }))).into_response())
}

/// The person, where the practice allows it and the session proved enough: everything they have within five minutes, and
/// the password with a second factor among it. A recognised device proves nothing of that kind, whether it has a key or a
/// cookie (decisions.md, "adding a passkey").
async fn allowed(visit: &Visit, session: &Session) -> Result<Option<Person>> {
    let proofs: Vec<&str> = session.proofs.split('+').collect();
    let second = ["totp", "passkey", "touch"].into_iter().any(|proof| proofs.contains(&proof));
    if passkey_offer::is_shared(visit)
        || !session.is_fresh(visit.now)
        || !second
        || !proofs.contains(&"password")
        || !practice_allows(visit.db()?, &visit.practice()?.id).await?
    {
        return Ok(None);
    }
    person::by_id(visit.db()?, &visit.practice()?.id, &session.person_id).await
}

/// Of the newest passkey, when this session's browser made it by itself: whether it works alone already.
///
/// # Errors
/// Faults of the database.
pub async fn made_in(visit: &Visit, session: &Session) -> Result<Option<bool>> {
    let newest: Option<(String, i64, Option<i64>)> = visit
        .db()?
        .optional(
            "SELECT made_by, created_at, verified_at FROM passkey WHERE practice_id = $1 AND person_id = $2
             ORDER BY created_at DESC, short_id DESC LIMIT 1",
            args![&visit.practice()?.id, &session.person_id],
        )
        .await?;
    let of_this = |(made_by, created_at, _): &(String, i64, Option<i64>)| {
        made_by == "browser" && *created_at >= session.created_at
    };
    Ok(newest.filter(of_this).map(|(_, _, verified_at)| verified_at.is_some()))
}

/// Whether the practice lets browsers make passkeys by themselves.
///
/// # Errors
/// Faults of the database.
pub async fn practice_allows(db: &Db, practice: &str) -> Result<bool> {
    let row: Option<(i64,)> =
        db.optional("SELECT silent_passkeys FROM practice WHERE id = $1", args![practice]).await?;
    Ok(row.is_some_and(|(allowed,)| allowed != 0))
}
