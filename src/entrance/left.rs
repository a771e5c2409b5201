//! Whoever came from the list and leaves their practice: in a hurry, or by logging out on a device that others use. The asking and
//! its list are forgotten here too, and nothing leads back to them.

use axum::http::{HeaderName, HeaderValue};
use axum::response::Response;

use super::asker::Asker;
use super::region::is_slug;
use crate::platform::error::Result;
use crate::platform::frame::away;
use crate::platform::server::Server;
use crate::platform::web::{Query, Visit, go};

/// Where a practice may have whoever logs out led back to: its doors, which say so when that was everywhere.
const DOORS: [&str; 4] = ["/sign-in", "/portal", "/sign-in?note=everywhere", "/portal?note=everywhere"];

/// `GET /left?for=…`: forgets the asking and leaves for the page that a practice's region sealed; for the usual one without.
pub async fn leave(visit: Visit, Query(query): Query) -> Result<Response> {
    let to = sealed(query.text("for")).and_then(|(region, sealed)| opened(&visit.server, region, "leave", sealed));
    Ok(forgotten(&visit, &away::of(&to.unwrap_or_default(), &visit.server.config.base)))
}

/// `GET /left/back?for=…`: forgets the asking and leads back to the practice's door that its region sealed; to the front without.
pub async fn back(visit: Visit, Query(query): Query) -> Result<Response> {
    let door = sealed(query.text("for")).and_then(|(region, sealed)| door(&visit.server, region, sealed));
    Ok(forgotten(&visit, door.as_deref().unwrap_or("/")))
}

fn forgotten(visit: &Visit, to: &str) -> Response {
    Asker::forget(visit);
    let mut response = go(to);
    // Pages that the browser keeps for its Back button go with it.
    response.headers_mut().insert(HeaderName::from_static("clear-site-data"), HeaderValue::from_static("\"cache\""));
    response
}

fn sealed(text: &str) -> Option<(&str, &str)> {
    text.split_once('.')
}

fn opened(server: &Server, region: &str, purpose: &str, sealed: &str) -> Option<String> {
    server.open_from(region, purpose, &[], sealed).ok()
}

/// A door of a practice of that region, and nothing else: what a region's program says is not followed anywhere else.
fn door(server: &Server, region: &str, sealed: &str) -> Option<String> {
    let text = opened(server, region, "log-out", sealed)?;
    let (slug, door) = text.split_once('\n')?;
    (is_slug(slug) && DOORS.contains(&door)).then(|| format!("{}{door}", server.origin_in(region, slug)))
}
