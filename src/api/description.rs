//! What anybody may read: the description of these calls (OpenAPI 3.1), and the keys that statements are checked with.

use axum::http::header;
use axum::response::{IntoResponse, Response};

use crate::platform::error::Result;
use crate::platform::web::Visit;
use crate::portal::statement;

/// The description; `tests/walks/api_description.rs` holds the real answers against it.
pub const OPENAPI: &str = include_str!("openapi.json");

/// `GET /api/v1/openapi.json`.
pub async fn openapi() -> Response {
    ([(header::CONTENT_TYPE, "application/json")], OPENAPI).into_response()
}

/// `GET /api/v1/jwks.json`: a set with one key, made of the server's own; it changes when that does.
pub async fn key_set(visit: Visit) -> Result<Response> {
    let keys = statement::key_set(&visit.server, &visit.practice()?.id)?;
    Ok(([(header::CONTENT_TYPE, "application/jwk-set+json")], keys.to_string()).into_response())
}
