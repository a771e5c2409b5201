//! "Exit quickly" of somebody who came from the list: the asking and its list are forgotten here too, and nothing leads back.

use axum::http::{HeaderName, HeaderValue};
use axum::response::Response;

use super::asker::Asker;
use crate::platform::error::Result;
use crate::platform::frame::away;
use crate::platform::web::{Query, Visit, go};

/// `GET /left?for=…`: forgets the asking and leaves for the page that a practice's region sealed; for the usual one without.
pub async fn leave(visit: Visit, Query(query): Query) -> Result<Response> {
    let sealed = query.text("for").split_once('.');
    let to = sealed.and_then(|(region, sealed)| visit.server.open_from(region, "leave", &[], sealed).ok());
    Asker::forget(&visit);
    let mut response = go(&away::of(&to.unwrap_or_default(), &visit.server.config.base));
    // Pages that the browser keeps for its Back button go with it.
    response.headers_mut().insert(HeaderName::from_static("clear-site-data"), HeaderValue::from_static("\"cache\""));
    Ok(response)
}
