//! What browsers and password managers are told of a practice's passkeys: the ones a person has now, and where things are.

use axum::Json;
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde_json::json;

use super::passkey_options as options;
use super::passkey_store as store;
use crate::platform::door;
use crate::platform::error::{Error, Result};
use crate::platform::moved;
use crate::platform::web::Visit;
use crate::sign_in::session::{self, State};
use crate::sign_in::{person, way_in};

/// `GET /me/passkeys/signal`: the passkeys that work, read by one statement, for a short list would make a browser hide the
/// others (AC-055). A script asks by itself, so it is no use of the session.
pub async fn current(visit: Visit) -> Result<Response> {
    let State::Open(session) = session::glance(&visit).await? else {
        return Ok(door::status(StatusCode::UNAUTHORIZED));
    };
    let person = person::by_id(visit.db()?, &visit.practice()?.id, &session.person_id).await?.ok_or(Error::NotFound)?;
    let passkeys = store::of(&visit, &person.id).await?;
    let Some(handle) = &person.passkey_user else { return Ok(StatusCode::NO_CONTENT.into_response()) };
    let ids: Vec<&str> = passkeys.iter().map(|passkey| passkey.id.as_str()).collect();
    Ok(Json(json!({
        "rpId": options::rp_id(&visit)?,
        "userId": handle,
        "allAcceptedCredentialIds": ids,
        "name": options::shown_as(&visit, &person),
        "displayName": person.name,
    }))
    .into_response())
}

/// `GET /.well-known/webauthn`: at which other origins the practice's passkeys work (WebAuthn L3, 5.11). It is the list
/// that answers are judged by.
pub async fn related_origins(visit: Visit) -> Result<Response> {
    Ok(Json(json!({ "origins": options::origins(&visit).await? })).into_response())
}

/// `GET /.well-known/passkey-endpoints`: where a password manager sends its person (W3C, Passkey Endpoints).
pub async fn endpoints(visit: Visit) -> Result<Response> {
    let home = visit.server.origin_of(&visit.practice()?.present_host(&visit.server.config.base));
    Ok(Json(moved::endpoints_at(&home)).into_response())
}

/// `GET /.well-known/change-password` (W3C, A Well-Known URL for Changing Passwords): staff and clients change theirs at
/// pages of their own.
pub async fn change_password(visit: Visit) -> Response {
    let own = if way_in::path(&visit) == "/portal" { "/me/portal-password" } else { "/me/password" };
    (StatusCode::FOUND, [(header::LOCATION, own)]).into_response()
}
