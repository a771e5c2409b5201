//! `GET /auth/check`: who this cookie is, in a few headers, for a proxy that asks before it lets a request through.
//! It only looks: what pages do with a session is in `session.rs`.

use axum::http::{HeaderName, HeaderValue, StatusCode};
use axum::response::{IntoResponse, Response};

use super::session::{self, State};
use crate::platform::error::Result;
use crate::platform::web::Visit;

const PERSON: HeaderName = HeaderName::from_static("portico-person");
const FOR: HeaderName = HeaderName::from_static("portico-for");
const KIND: HeaderName = HeaderName::from_static("portico-kind");
const ROLE: HeaderName = HeaderName::from_static("portico-role");
const ASSURANCE: HeaderName = HeaderName::from_static("portico-assurance");
const STATE: HeaderName = HeaderName::from_static("portico-state");

/// 200 with who it is, and whose portal they have open where that is a client whose contact they are; or 401 with why not (`locked` or `nobody`). Asking is no use of the session: what a page does
/// in the background must not keep it open (ASVS 5.0, 7.3.1).
///
/// # Errors
/// A failed look-up is a fault, never "nobody".
pub async fn check(visit: Visit) -> Result<Response> {
    Ok(match session::glance(&visit).await? {
        State::Open(session) => {
            let who = [
                (PERSON, &session.person_id),
                (KIND, &session.kind),
                (ROLE, &session.role),
                (ASSURANCE, &session.proofs),
            ];
            let mut response = StatusCode::OK.into_response();
            // With room for what every answer begins with.
            response.headers_mut().reserve(16);
            for (name, value) in who.into_iter().chain(session.for_id.as_ref().map(|client| (FOR, client))) {
                if let Ok(value) = HeaderValue::from_str(value) {
                    response.headers_mut().insert(name, value);
                }
            }
            response
        }
        State::Locked(_) => refused("locked"),
        State::Nobody => refused("nobody"),
    })
}

fn refused(state: &'static str) -> Response {
    (StatusCode::UNAUTHORIZED, [(STATE, HeaderValue::from_static(state))]).into_response()
}
