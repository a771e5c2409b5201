//! The way a program's call comes in: no cookie is read or set and no form is checked, since no browser sends it; what it
//! may is said by its own headers. Whatever is wrong is answered in JSON.

use axum::body::{Body, Bytes};
use axum::extract::Request;
use axum::http::request::Parts;
use axum::http::{HeaderValue, Method, header};
use axum::response::Response;

use super::door::{Doors, arrive, read_body, refuse_odd_path};
use super::error::{Error, Result};
use super::moved;
use super::problem_json::Problem;
use super::rounds::{self, whole};
use super::web::{Door, Visit};

/// Where every such address begins.
const BEGINNING: &str = "/api/";
/// The largest body of a call, in bytes; one that holds a whole mail may be larger.
const MOST_BODY: usize = 64 * 1024;
/// The largest report about a mail that came back, in bytes.
pub const MOST_REPORT: usize = 1024 * 1024;
/// Where those reports go.
const REPORTS: &str = "/api/v1/bounces";
/// JSON is shown by nobody and runs nothing (ASVS 5.0, 3.2.1).
const POLICY: &str = "default-src 'none'; frame-ancestors 'none'; sandbox";

/// An answer, and the visit it was made in where one could be made.
pub(super) struct Answered {
    pub visit: Option<Visit>,
    pub response: Response,
}

pub(super) fn is_one(path: &str) -> bool {
    path.starts_with(BEGINNING)
}

/// Answers one call, always with a response.
pub(super) async fn answer(doors: &Doors, request: Request) -> Answered {
    let (mut parts, body) = request.into_parts();
    // Whatever a browser holds counts for nothing here, so that no page can make it act.
    parts.headers.remove(header::COOKIE);
    let visit = match whole(arrive(doors, &parts)).await {
        Ok(visit) => visit,
        Err(error) => return Answered { visit: None, response: Problem::without_visit(&error) },
    };
    let ran = whole(async {
        let bytes = checked(&visit, &parts, body).await?;
        // As with forms, a call is of the moment when all of it is here.
        let now = arrive(doors, &parts).await?;
        now.is_request_of(&visit);
        Ok(run(doors, &now, parts, bytes).await)
    });
    let mut response = ran.await.unwrap_or_else(|error| Problem::of(&visit, &error));
    let headers = response.headers_mut();
    headers.remove(header::SET_COOKIE);
    headers.insert(header::CONTENT_SECURITY_POLICY, HeaderValue::from_static(POLICY));
    Answered { visit: Some(visit), response }
}

async fn checked(visit: &Visit, parts: &Parts, body: Body) -> Result<Bytes> {
    refuse_odd_path(parts)?;
    match parts.method {
        Method::GET | Method::HEAD | Method::DELETE => Ok(Bytes::new()),
        Method::POST => read_body(body, if visit.path == REPORTS { MOST_REPORT } else { MOST_BODY }).await,
        _ => Err(Error::Bad("method")),
    }
}

async fn run(doors: &Doors, visit: &Visit, parts: Parts, bytes: Bytes) -> Response {
    let router = match &visit.door {
        _ if visit.path == REPORTS => &doors.hooks,
        Door::Practice(..) => &doors.programs,
        Door::Nobody => {
            let host = moved::host_of(&parts);
            let sent_on = moved::for_program(visit, &parts, &host).await;
            return sent_on.unwrap_or_else(|error| Problem::of(visit, &error));
        }
        _ => return Problem::of(visit, &Error::NotFound),
    };
    rounds::until_done(visit, router, parts, bytes, Problem::of).await
}
