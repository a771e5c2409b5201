//! `GET /api/v1/guest-links/{id}`: what became of a link.

use axum::extract::Path;
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde_json::json;

use super::bearer;
use super::keys::{GUEST_LINKS, checked_id};
use crate::platform::error::{Error, Result};
use crate::platform::web::Visit;
use crate::platform::when::rfc3339;
use crate::portal::guest_link::{self, GuestLink};

/// `GET /api/v1/guest-links/{id}`.
pub async fn show(visit: Visit, headers: HeaderMap, id: Result<Path<String>, Unreadable>) -> Result<Response> {
    match bearer::key(&visit, &headers, GUEST_LINKS).await? {
        Ok(_) => described(&visit, StatusCode::OK, &found(&visit, id).await?).await,
        Err(response) => Ok(response),
    }
}

/// What axum says of a path that is no text.
pub(super) type Unreadable = axum::extract::rejection::PathRejection;

/// The link of this practice with that id.
///
/// # Errors
/// [`Error::NotFound`]; faults of the database.
pub(super) async fn found(visit: &Visit, id: Result<Path<String>, Unreadable>) -> Result<GuestLink> {
    let Path(id) = id.map_err(|_| Error::NotFound)?;
    guest_link::by_id(visit, checked_id(&id)?).await?.ok_or(Error::NotFound)
}

/// A link as programs read it.
///
/// # Errors
/// Faults of the database.
pub(super) async fn described(visit: &Visit, status: StatusCode, link: &GuestLink) -> Result<Response> {
    let text = json!({
        "id": link.id,
        "url": link.url(visit)?,
        "resource": link.resource,
        "client": { "id": link.person_id, "reference": link.client_reference },
        "from": rfc3339(link.from_at),
        "until": rfc3339(link.until_at),
        "return_to": link.return_to,
        "state": link.standing(visit.now).word(),
        "needs_sign_in": link.needs_sign_in(visit).await?,
        "created_at": rfc3339(link.created_at),
        "opened_at": link.opened_at.map(rfc3339),
        "ended_at": link.ended_at.map(rfc3339),
    });
    Ok((status, [(header::CONTENT_TYPE, "application/json")], text.to_string()).into_response())
}
