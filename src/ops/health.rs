//! Whether this node lives and can serve.

use std::time::Duration;

use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use futures_util::future::join_all;

use crate::args;
use crate::platform::db::Db;
use crate::platform::door::status;
use crate::platform::web::{Query, Visit};

/// A database that has not answered by then is not ready.
const ANSWERS_WITHIN: Duration = Duration::from_secs(2);

/// The process answers.
pub async fn alive() -> Response {
    status(StatusCode::OK)
}

/// `?region=` names a region (or `entrance`): 200 when its database answers with the right schema, else 503, so that a
/// balancer looks elsewhere for that region's names. Without it 503 only where no database answers: one region's fault must
/// not take the others' pages away. The body says how each is.
pub async fn ready(visit: Visit, Query(asked): Query) -> Response {
    let wanted = asked.text("region");
    let regions = visit.server.databases().filter(|region| wanted.is_empty() || wanted == region.name);
    let asked = join_all(regions.map(async |region| (region.name.as_str(), answers(&region.db).await))).await;
    let ready = asked.iter().filter(|(_, is_ready)| *is_ready).count();
    let said = |(name, is_ready): &(&str, bool)| format!("{name}: {}\n", if *is_ready { "ready" } else { "not ready" });
    let lines: Vec<String> = asked.iter().map(said).collect();
    let code = match (ready, lines.len()) {
        (_, 0) => return status(StatusCode::NOT_FOUND),
        (all, of) if all == of => return status(StatusCode::OK),
        (0, _) => StatusCode::SERVICE_UNAVAILABLE,
        _ => StatusCode::OK,
    };
    (code, [(header::CONTENT_TYPE, "text/plain; charset=utf-8")], lines.concat()).into_response()
}

/// In time, too: a balancer does not wait for a database that hangs.
async fn answers(db: &Db) -> bool {
    let asking = db.all("SELECT number FROM schema_step ORDER BY number DESC LIMIT 1", args![]);
    let asked: Result<Result<Vec<(i64,)>, _>, _> = tokio::time::timeout(ANSWERS_WITHIN, asking).await;
    asked.is_ok_and(|rows| {
        rows.is_ok_and(|rows| rows.first().is_some_and(|(number,)| *number == crate::platform::migrate::newest()))
    })
}
