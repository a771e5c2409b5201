//! The listener for Prometheus: `/metrics` and nothing else. What is not counted as it happens is asked for here.

use std::sync::Arc;

use axum::Router;
use axum::extract::State;
use axum::http::header;
use axum::response::IntoResponse;
use axum::routing::get;

use crate::args;
use crate::platform::error::Result;
use crate::platform::server::Server;

/// A server of its own with the one address `/metrics`.
pub fn router(server: Arc<Server>) -> Router {
    Router::new().route("/metrics", get(show)).with_state(server)
}

async fn show(State(server): State<Arc<Server>>) -> impl IntoResponse {
    server.metrics.hashes(server.hashing.counts(), server.hashing.busy_seconds(), server.hashing.waiting());
    match waiting(&server).await {
        Ok((messages, oldest)) => server.metrics.outbox(messages, oldest),
        Err(error) => tracing::warn!(%error, "the outbox could not be counted"),
    }
    let kind = "application/openmetrics-text; version=1.0.0; charset=utf-8";
    ([(header::CONTENT_TYPE, kind)], server.metrics.encode())
}

/// How many messages wait in all regions, and for how many seconds the oldest does.
///
/// # Errors
/// Faults of the databases.
pub async fn waiting(server: &Server) -> Result<(i64, f64)> {
    let now = server.world.now();
    let (mut messages, mut oldest) = (0, 0);
    for region in server.databases() {
        let row: Option<(i64, Option<i64>)> =
            region.db.optional("SELECT COUNT(*), MIN(created_at) FROM outbox WHERE ended_at IS NULL", args![]).await?;
        if let Some((number, first)) = row {
            messages += number;
            oldest = oldest.max(first.map_or(0, |first| now - first));
        }
    }
    let seconds = u64::try_from(oldest).unwrap_or(0);
    Ok((messages, std::time::Duration::from_secs(seconds).as_secs_f64()))
}
