//! Ending the key of one of the practice's programs: asked first, at once, recorded and told. What it made stays.

use axum::extract::Path;
use axum::response::Response;

use super::{actor, begin_alone, checked_id, fresh_administrator};
use crate::api::keys::{self, Key};
use crate::platform::error::{Error, Result};
use crate::platform::frame::Frame;
use crate::platform::web::{Visit, go, page};
use crate::sign_in::session;

#[derive(askama::Template)]
#[template(path = "practice/programs_end.html")]
struct EndPage {
    frame: Frame,
    key: Key,
}

/// `GET /practice/programs/{id}/end`.
pub async fn ask(visit: Visit, Path(id): Path<String>) -> Result<Response> {
    let session = match fresh_administrator(&visit).await? {
        Ok(session) => session,
        Err(response) => return Ok(response),
    };
    let key = living(&visit, &id).await?;
    page(&EndPage { frame: session::frame(&visit, &session, "programs-end-title"), key })
}

/// `POST /practice/programs/{id}/end`. Sent again it is done already.
pub async fn answer(visit: Visit, Path(id): Path<String>) -> Result<Response> {
    // read
    let session = match fresh_administrator(&visit).await? {
        Ok(session) => session,
        Err(response) => return Ok(response),
    };
    let key = found(&visit, &id).await?;

    // write
    let mut tx = begin_alone(&visit, &session).await?;
    keys::end(&visit, &mut tx, &key.id, actor(&session)).await?;
    tx.commit().await?;
    visit.server.outbox_bell.notify_one();
    Ok(go("/practice/programs?done=ended"))
}

async fn found(visit: &Visit, id: &str) -> Result<Key> {
    let id = checked_id(id)?;
    keys::list(visit).await?.into_iter().find(|key| key.id == id).ok_or(Error::NotFound)
}

async fn living(visit: &Visit, id: &str) -> Result<Key> {
    Some(found(visit, id).await?).filter(|key| key.ended_at.is_none()).ok_or(Error::NotFound)
}
