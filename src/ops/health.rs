//! Whether this node lives and can serve.

use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};

use crate::args;
use crate::platform::db::Db;
use crate::platform::door::status;
use crate::platform::web::{Query, Visit};

/// The process answers.
pub async fn alive() -> Response {
    status(StatusCode::OK)
}

/// `?region=` names a region (or `entrance`): 200 when its database answers with the right schema, else 503, so that a
/// balancer looks elsewhere for that region's names. Without it 503 only where no database answers: one region's fault must
/// not take the others' pages away. The body says how each is.
pub async fn ready(visit: Visit, Query(asked): Query) -> Response {
    let wanted = asked.text("region");
    let (mut lines, mut ready) = (vec![], 0);
    for region in visit.server.databases().filter(|region| wanted.is_empty() || wanted == region.name) {
        let is_ready = answers(&region.db).await;
        ready += usize::from(is_ready);
        lines.push(format!("{}: {}\n", region.name, if is_ready { "ready" } else { "not ready" }));
    }
    let code = match (ready, lines.len()) {
        (_, 0) => return status(StatusCode::NOT_FOUND),
        (all, of) if all == of => return status(StatusCode::OK),
        (0, _) => StatusCode::SERVICE_UNAVAILABLE,
        _ => StatusCode::OK,
    };
    (code, [(header::CONTENT_TYPE, "text/plain; charset=utf-8")], lines.concat()).into_response()
}

async fn answers(db: &Db) -> bool {
    let asked: Result<Vec<(i64,)>, _> =
        db.all("SELECT number FROM schema_step ORDER BY number DESC LIMIT 1", args![]).await;
    asked.is_ok_and(|rows| rows.first().is_some_and(|(number,)| *number == crate::platform::migrate::newest()))
}
