//! The region's side of the way from the entrance: opens a question, refuses what is old or was heard before, and seals the
//! answer for that question alone. Whoever does not hold the region's key learns only that they are refused.

use std::sync::Arc;

use axum::Extension;
use axum::body::Bytes;
use axum::extract::Path;
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};

use super::far::Envelope;
use super::region::{self, Question};
use crate::args;
use crate::platform::door::status;
use crate::platform::error::{Error, Result};
use crate::platform::server::{ENTRANCE, Region, Server};

/// How far the entrance's clock and this one may be apart, in seconds. What was heard is remembered for longer.
const MOST_APART: i64 = 600;

/// `POST /between/{region}`.
pub async fn answer(Extension(server): Extension<Arc<Server>>, Path(region): Path<String>, body: Bytes) -> Response {
    match heard(&server, &region, &body).await {
        Ok(Some(sealed)) => ([(header::CONTENT_TYPE, "text/plain; charset=utf-8")], sealed).into_response(),
        Ok(None) => status(StatusCode::FORBIDDEN),
        Err(error) => {
            tracing::error!(region, %error, "a question from the entrance could not be answered");
            status(StatusCode::SERVICE_UNAVAILABLE)
        }
    }
}

/// None for what the entrance did not send now.
async fn heard(server: &Arc<Server>, name: &str, body: &[u8]) -> Result<Option<String>> {
    let Some(region) = server.region(name) else { return Ok(None) };
    let Ok(envelope) = serde_json::from_slice::<Envelope>(body) else { return Ok(None) };
    let Envelope { at, id, sealed } = envelope;
    let Ok(text) = server.open_from(name, "question", &[&id, &at.to_string()], &sealed) else { return Ok(None) };
    let now = server.world.now();
    if (now - at).abs() > MOST_APART {
        tracing::warn!(region = name, seconds = now - at, "the entrance's clock and this one are too far apart");
        return Ok(None);
    }
    if !first_time(region, &id, now).await? {
        tracing::warn!(region = name, "a question from the entrance came twice");
        return Ok(None);
    }
    let question: Question = serde_json::from_str(&text).map_err(|error| Error::fault("question", error))?;
    let answer = region::answer(server, region, &question).await?;
    let text = serde_json::to_string(&answer).map_err(|error| Error::fault("answer", error))?;
    server.seal_for(name, "answer", &[&id], &text).map(Some)
}

async fn first_time(region: &Region, id: &str, now: i64) -> Result<bool> {
    let noted = region
        .db
        .execute(
            "INSERT INTO heard (practice_id, id, at) VALUES ($1, $2, $3) ON CONFLICT (practice_id, id) DO NOTHING",
            args![ENTRANCE, id, now],
        )
        .await?;
    Ok(noted == 1)
}
