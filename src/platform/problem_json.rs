//! What goes wrong with a program's call, as programs read it (RFC 9457): a type that never changes, a title and a detail in
//! words, every wrong field at once, and the number to give when asking for help.

use axum::http::{HeaderName, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde_json::{Value, json};

use super::error::Error;
use super::moved::MOVING_SECONDS;
use super::web::Visit;

const KIND: &str = "application/problem+json";
/// When to come back after the disk was full (seconds).
const FULL_SECONDS: i64 = 60;

/// One wrong field: a JSON pointer (RFC 6901) and what is wrong with it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Wrong {
    pub pointer: String,
    pub detail: String,
}

/// What is wrong with a call.
pub struct Problem {
    status: StatusCode,
    /// Names the sentences `api-<word>-title` and `api-<word>-detail`, and ends the type.
    word: &'static str,
    wrong: Vec<Wrong>,
    headers: Vec<(HeaderName, String)>,
}

impl Problem {
    pub fn new(status: StatusCode, word: &'static str) -> Problem {
        Problem { status, word, wrong: vec![], headers: vec![] }
    }

    /// Fields that are wrong, in the order of the description.
    #[must_use]
    pub fn wrong(mut self, wrong: Vec<Wrong>) -> Problem {
        self.wrong = wrong;
        self
    }

    #[must_use]
    pub fn header(mut self, name: HeaderName, value: &str) -> Problem {
        self.headers.push((name, value.to_owned()));
        self
    }

    /// The answer, in the caller's language.
    pub fn answer(&self, visit: &Visit) -> Response {
        let mut text = json!({
            "type": format!("urn:portico:problem:{}", self.word),
            "title": visit.say(&format!("api-{}-title", self.word)),
            "status": self.status.as_u16(),
            "detail": visit.say(&format!("api-{}-detail", self.word)),
            "request": visit.request_id(),
        });
        if !self.wrong.is_empty() {
            let wrong = self.wrong.iter().map(|one| json!({ "pointer": one.pointer, "detail": one.detail }));
            text["errors"] = Value::Array(wrong.collect());
        }
        let mut response = (self.status, [(header::CONTENT_TYPE, KIND)], text.to_string()).into_response();
        for (name, value) in &self.headers {
            if let Ok(value) = HeaderValue::from_str(value) {
                response.headers_mut().insert(name, value);
            }
        }
        response
    }

    /// The answer for an error that travelled.
    pub fn of(visit: &Visit, error: &Error) -> Response {
        if let Error::Fault(text) | Error::NoTable(text) = error {
            tracing::error!(request = visit.request_id(), problem = text, "a fault");
        }
        let problem = Problem::new(error.status(), word(error));
        let retry_after = match error {
            Error::Busy { retry_after } | Error::TooOften { retry_after } => Some(*retry_after),
            Error::Full => Some(FULL_SECONDS),
            Error::OutOfService => Some(MOVING_SECONDS),
            _ => None,
        };
        let problem = match (error, retry_after) {
            (_, Some(seconds)) => problem.header(header::RETRY_AFTER, &seconds.to_string()),
            (Error::Bad("method"), _) => problem.header(header::ALLOW, "GET, HEAD, POST, DELETE"),
            _ => problem,
        };
        problem.answer(visit)
    }

    /// The last resort, when not even a visit could be made (the database is away, say).
    pub(super) fn without_visit(error: &Error) -> Response {
        tracing::error!(problem = %error, "a fault before the call");
        let status = error.status();
        let text = json!({ "type": "about:blank", "title": status.canonical_reason(), "status": status.as_u16() });
        (status, [(header::CONTENT_TYPE, KIND)], text.to_string()).into_response()
    }
}

fn word(error: &Error) -> &'static str {
    match error {
        Error::Fault(_) | Error::NoTable(_) => "fault",
        Error::Conflict | Error::Busy { .. } | Error::OutOfService => "busy",
        Error::Full => "full",
        Error::TooOften { .. } => "too-often",
        Error::NotFound => "not-found",
        Error::Forbidden | Error::ByPin => "forbidden",
        Error::Bad("too-large") => "too-large",
        Error::Bad("content-type") => "content-type",
        Error::Bad("method") => "method",
        Error::Bad("text") => "text",
        Error::Bad(_) => "bad",
    }
}
