//! One page for everything that goes wrong: what happened, what to do next, whom to ask. It never blames.

use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};

use super::error::Error;
use super::frame::Frame;
use super::moved::MOVING_SECONDS;
use super::web::{Visit, page_with};

/// When to come back after the disk was full (seconds).
const FULL_SECONDS: i64 = 60;

#[derive(askama::Template)]
#[template(path = "platform/problem.html")]
struct ProblemPage {
    frame: Frame,
    what: String,
    next: String,
    request: String,
    back: String,
    to_entrance: bool,
}

/// The page for an error, in the visitor's language.
pub fn page(visit: &Visit, error: &Error) -> Response {
    if matches!(error, Error::OutOfService) {
        return moving(visit, MOVING_SECONDS);
    }
    let frame = Frame::new(visit, "problem-bad-title").exit_for_clients();
    let word = match word(error) {
        "other-person" if frame.exit => "other-client",
        word => word,
    };
    if let Error::Fault(text) | Error::NoTable(text) = error {
        tracing::error!(request = visit.request_id(), problem = text, "a fault");
    }
    let page = ProblemPage {
        frame: Frame { title: visit.say(&format!("problem-{word}-title")), ..frame },
        what: visit.say(&format!("problem-{word}-what")),
        next: visit.say(&format!("problem-{word}-next")),
        request: visit.request_id().to_owned(),
        // What they came for stays shut to them; their own page is open.
        back: if matches!(error, Error::ByPin) { "/me".to_owned() } else { way_back(visit) },
        to_entrance: false,
    };
    let mut response = page_with(error.status(), &page).unwrap_or_else(|_| plain(error));
    if matches!(error, Error::Bad("method")) {
        response.headers_mut().insert(header::ALLOW, HeaderValue::from_static("GET, HEAD, POST"));
    }
    let retry_after = match error {
        Error::Busy { retry_after } | Error::TooOften { retry_after } => Some(*retry_after),
        Error::Full => Some(FULL_SECONDS),
        _ => None,
    };
    if let Some(value) = retry_after.and_then(|seconds| HeaderValue::from_str(&seconds.to_string()).ok()) {
        response.headers_mut().insert(header::RETRY_AFTER, value);
    }
    response
}

/// The practice is on its way to another region.
pub(super) fn moving(visit: &Visit, seconds: i64) -> Response {
    let page = ProblemPage {
        frame: Frame::new(visit, "problem-moving-title"),
        what: visit.say("problem-moving-what"),
        next: visit.say("problem-moving-next"),
        request: String::new(),
        back: visit.server.entrance(),
        to_entrance: true,
    };
    let busy = Error::Busy { retry_after: seconds };
    let mut response = page_with(busy.status(), &page).unwrap_or_else(|_| plain(&busy));
    response.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from(seconds));
    response
}

/// Nobody lives at this address: a kind page that leads to the entrance.
pub(super) fn nobody(visit: &Visit) -> Response {
    let page = ProblemPage {
        frame: Frame::new(visit, "problem-nobody-title"),
        what: visit.say("problem-nobody-what"),
        next: visit.say("problem-nobody-next"),
        request: String::new(),
        back: visit.server.entrance(),
        to_entrance: true,
    };
    page_with(StatusCode::NOT_FOUND, &page).unwrap_or_else(|_| plain(&Error::NotFound))
}

/// The last resort, when not even a visit could be made (the database is away, say).
pub(super) fn plain(error: &Error) -> Response {
    tracing::error!(problem = %error, "a fault before the page");
    let status = error.status();
    let html = format!(
        "<!doctype html><html lang=\"en\"><meta charset=\"utf-8\"><title>Please try again</title>\
         <h1>We can't open this page right now</h1><p>This is a fault on our side ({}). Nothing you did is lost. \
         Please try again in a minute.</p></html>",
        status.as_u16()
    );
    (status, [(header::CONTENT_TYPE, "text/html; charset=utf-8")], html).into_response()
}

fn word(error: &Error) -> &'static str {
    match error {
        Error::Fault(_) | Error::NoTable(_) => "fault",
        Error::Conflict | Error::Busy { .. } | Error::OutOfService => "busy",
        Error::Full => "full",
        Error::TooOften { .. } => "too-often",
        Error::NotFound => "not-found",
        Error::Forbidden => "forbidden",
        Error::ByPin => "by-pin",
        Error::Bad("stale") => "stale",
        Error::Bad("other-person") => "other-person",
        Error::Bad("cross-site") => "cross-site",
        Error::Bad("no-cookie") => "no-cookie",
        Error::Bad("cookies") => "cookies",
        Error::Bad("too-large") => "too-large",
        Error::Bad("method") => "method",
        Error::Bad("text") => "text",
        Error::Bad(_) => "bad",
    }
}

/// The page that a path without one of its own belongs to, where it is in the table.
pub(super) fn page_of(pages: &[(&str, &str)], path: &str) -> Option<String> {
    let fits = |shape: &str| {
        let (shape, path) = (shape.split('/'), path.split('/'));
        shape.clone().count() == path.clone().count() && shape.zip(path).all(|(s, p)| s.starts_with('{') || s == p)
    };
    let (_, page) = pages.iter().find(|(shape, _)| fits(shape))?;
    let above = path.rsplit_once('/').map_or("/", |(above, _)| above);
    Some(if *page == ".." { above } else { page }.to_owned())
}

/// Back to the page the form was on; never to another host. What is not in the table of forms without a page may lie below one.
pub(super) fn way_back(visit: &Visit) -> String {
    let own = visit.own_page();
    let path = own.unwrap_or(&visit.path);
    let page = match path.rsplit_once('/') {
        _ if own.is_some() => path,
        _ if path.starts_with("/me/") && path.matches('/').count() > 2 => "/me",
        Some((above, _)) if path.matches('/').count() > 2 => above,
        _ => path,
    };
    super::web::safe_path(page, "/")
}
