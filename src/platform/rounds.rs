//! Running a request until its transaction met no other's, at most twelve times. What it need not work out again is in
//! `again.rs`.

use std::panic::AssertUnwindSafe;
use std::sync::{MutexGuard, PoisonError};
use std::time::Duration;

use axum::Router;
use axum::body::{Body, Bytes};
use axum::extract::{MatchedPath, Request};
use axum::http::request::Parts;
use axum::http::{HeaderValue, header};
use axum::response::Response;
use futures_util::FutureExt;
use tower::ServiceExt;

use super::error::{Error, Result};
use super::practice;
use super::web::{Door, Visit};

/// How often a request is run again when writers meet, before "try again in a moment".
const MOST_RUNS: u32 = 12;

/// Runs the handler; when its transaction met another's, runs it again with the same visit. `say` makes the answer of an
/// error.
pub(super) async fn until_done(
    visit: &Visit,
    router: &Router,
    parts: Parts,
    bytes: Bytes,
    say: fn(&Visit, &Error) -> Response,
) -> Response {
    let mut extensions = parts.extensions.clone();
    extensions.insert(visit.clone());
    let cookies_before = lock(visit).clone();
    for round in 0..MOST_RUNS {
        let mut request = Request::new(Body::from(bytes.clone()));
        *request.method_mut() = parts.method.clone();
        *request.uri_mut() = parts.uri.clone();
        *request.headers_mut() = parts.headers.clone();
        *request.extensions_mut() = extensions.clone();
        lock(visit).clone_from(&cookies_before);
        // A page that panics is a fault of that page alone: the process and everybody else go on (ASVS 5.0, 16.5.4).
        let answered = whole(async { Ok(router.clone().oneshot(request).await) }).await;
        let response = match answered {
            Ok(response) => response.unwrap_or_else(|never| match never {}),
            Err(error) => {
                lock(visit).clone_from(&cookies_before);
                return with_cookies(visit, say(visit, &error));
            }
        };
        let Some(error) = response.extensions().get::<Error>().cloned() else { return with_cookies(visit, response) };
        if !matches!(error, Error::Conflict) {
            if matches!(error, Error::OutOfService) {
                look_anew(visit);
            }
            // Nothing was stored: a cookie for it would be a promise nobody keeps.
            lock(visit).clone_from(&cookies_before);
            return with_cookies(visit, with_route(say(visit, &error), &response));
        }
        visit.server.metrics.database_retry();
        wait_a_little(visit, round).await;
        if !is_served(visit).await {
            lock(visit).clone_from(&cookies_before);
            return with_cookies(visit, say(visit, &Error::OutOfService));
        }
    }
    // The last run was undone like those before it, and its cookies with it.
    lock(visit).clone_from(&cookies_before);
    with_cookies(visit, say(visit, &Error::Busy { retry_after: 2 }))
}

/// Does the work; a panic in it is a fault like others, so that whoever sent it has an answer with a number to give.
///
/// # Errors
/// Those of the work, and a fault where it panicked.
pub(super) async fn whole<T>(work: impl Future<Output = Result<T>>) -> Result<T> {
    AssertUnwindSafe(work).catch_unwind().await.unwrap_or_else(|_| Err(Error::Fault("a page panicked".into())))
}

/// Whether the practice is still at this door; a read that fails is for the page to tell.
async fn is_served(visit: &Visit) -> bool {
    let Door::Practice(practice, region) = &visit.door else { return true };
    practice::by_id(&region.db, &region.name, &practice.id).await.map_or(true, |found| found.is_some())
}

/// The next request shall not go by what this node knew of the practice.
fn look_anew(visit: &Visit) {
    if let Door::Practice(_, region) = &visit.door {
        region.practices.forget();
    }
}

/// The route for the metrics goes from the handler's answer to the one in its place.
pub(super) fn with_route(mut response: Response, answered: &Response) -> Response {
    if let Some(route) = answered.extensions().get::<MatchedPath>() {
        response.extensions_mut().insert(route.clone());
    }
    response
}

#[expect(clippy::disallowed_methods, reason = "two writers step apart before they try again")]
async fn wait_a_little(visit: &Visit, round: u32) {
    let chance = u64::from(super::world::random::<1>(&*visit.server.world)[0]);
    tokio::time::sleep(Duration::from_millis((1 << round.min(6)) * (chance + 16) / 128)).await;
}

pub(super) fn with_cookies(visit: &Visit, mut response: Response) -> Response {
    for line in lock(visit).drain(..) {
        if let Ok(value) = HeaderValue::from_str(&line) {
            response.headers_mut().append(header::SET_COOKIE, value);
        }
    }
    response
}

fn lock(visit: &Visit) -> MutexGuard<'_, Vec<String>> {
    visit.0.cookies_out.lock().unwrap_or_else(PoisonError::into_inner)
}
