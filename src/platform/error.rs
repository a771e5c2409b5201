//! What can go wrong that is nobody's answer. A wrong password is not an error: it is an outcome.
//! Two messages each: ours (logged) and theirs (a page that says what to do next).

use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};

pub type Result<T, E = Error> = std::result::Result<T, E>;

#[derive(Debug, Clone)]
pub enum Error {
    /// Something of ours broke; the text is for the log only and holds no secret.
    Fault(String),
    /// As [`Error::Fault`]: a table that is not there, which in a database that is still to be brought up to date is none.
    NoTable(String),
    /// Two writers met; the request is run again.
    Conflict,
    /// Too much at once; come back after so many seconds.
    Busy { retry_after: i64 },
    /// The database's disk is full: nothing can be changed, while what is there can still be read.
    Full,
    /// Too often; come back after so many seconds.
    TooOften { retry_after: i64 },
    /// The practice is on its way to another region, or was given up here: whatever is written for it now would be lost.
    OutOfService,
    /// There is nothing here, or nothing that this person may see: both look the same.
    NotFound,
    /// Signed in, but not allowed.
    Forbidden,
    /// Signed in with a PIN that somebody read out, which changes nothing that decides who gets in.
    ByPin,
    /// The request itself is malformed; the word names a message `bad-<word>`.
    Bad(&'static str),
}

impl Error {
    pub fn fault(context: &str, problem: impl std::fmt::Display) -> Self {
        Error::Fault(format!("{context}: {problem}"))
    }

    pub fn status(&self) -> StatusCode {
        match self {
            Error::Fault(_) | Error::NoTable(_) => StatusCode::INTERNAL_SERVER_ERROR,
            Error::Conflict | Error::Busy { .. } | Error::Full | Error::OutOfService => StatusCode::SERVICE_UNAVAILABLE,
            Error::TooOften { .. } => StatusCode::TOO_MANY_REQUESTS,
            Error::NotFound => StatusCode::NOT_FOUND,
            Error::Forbidden | Error::ByPin => StatusCode::FORBIDDEN,
            Error::Bad("too-large") => StatusCode::PAYLOAD_TOO_LARGE,
            Error::Bad("content-type") => StatusCode::UNSUPPORTED_MEDIA_TYPE,
            Error::Bad("method") => StatusCode::METHOD_NOT_ALLOWED,
            Error::Bad("stale" | "form" | "other-form" | "other-person" | "cross-site" | "no-cookie") => {
                StatusCode::FORBIDDEN
            }
            Error::Bad(_) => StatusCode::BAD_REQUEST,
        }
    }
}

impl std::fmt::Display for Error {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Error::Fault(text) | Error::NoTable(text) => f.write_str(text),
            other => write!(f, "{other:?}"),
        }
    }
}
impl std::error::Error for Error {}

/// The error travels in the response's extensions; the outer layer turns it into a page in the visitor's language.
impl IntoResponse for Error {
    fn into_response(self) -> Response {
        let mut response = self.status().into_response();
        response.extensions_mut().insert(self);
        response
    }
}
