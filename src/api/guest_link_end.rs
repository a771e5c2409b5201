//! `DELETE /api/v1/guest-links/{id}`: takes a link back. Sent again it is done already.

use axum::extract::Path;
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};

use super::bearer;
use super::guest_link_show::{Unreadable, found};
use super::keys::GUEST_LINKS;
use crate::args;
use crate::notices::{Event, Happening, happened};
use crate::platform::error::Result;
use crate::platform::web::Visit;
use crate::sign_in::person;

/// `DELETE /api/v1/guest-links/{id}`.
pub async fn end(visit: Visit, headers: HeaderMap, id: Result<Path<String>, Unreadable>) -> Result<Response> {
    // read
    let key = match bearer::key_to_change(&visit, &headers, GUEST_LINKS).await? {
        Ok(key) => key,
        Err(response) => return Ok(response),
    };
    let link = found(&visit, id).await?;

    // write
    let practice = &visit.practice()?.id;
    let mut tx = visit.db()?.write().await?;
    let ended = tx
        .execute(
            "UPDATE guest_link SET ended_at = $3 WHERE practice_id = $1 AND id = $2 AND ended_at IS NULL",
            args![practice, &link.id, visit.now],
        )
        .await?;
    if ended == 1 && link.client_id.is_some() {
        let client = person::by_id_in(&mut tx, practice, &link.person_id).await?;
        let happening = Happening::of(Event::GuestLinkEnded, &client).by(key.actor());
        happened(&visit, &mut tx, happening.detail("resource", &link.resource).detail("link", &link.id)).await?;
    }
    tx.commit().await?;
    Ok(StatusCode::NO_CONTENT.into_response())
}
