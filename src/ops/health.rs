//! Whether this node lives and can serve.

use axum::http::StatusCode;
use axum::response::Response;

use crate::args;
use crate::platform::door::status;
use crate::platform::web::Visit;

/// The process answers.
pub async fn alive() -> Response {
    status(StatusCode::OK)
}

/// Every region's database answers; else 503, so that a balancer looks elsewhere.
pub async fn ready(visit: Visit) -> Response {
    for region in visit.server.databases() {
        let asked: Result<Vec<(i64,)>, _> =
            region.db.all("SELECT number FROM schema_step ORDER BY number DESC LIMIT 1", args![]).await;
        if !asked.is_ok_and(|rows| rows.first().is_some_and(|(number,)| *number == crate::platform::migrate::newest()))
        {
            return status(StatusCode::SERVICE_UNAVAILABLE);
        }
    }
    status(StatusCode::OK)
}
