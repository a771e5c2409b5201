//! The few files that pages load: style sheet, scripts, mark, and the practice's own colour and logo.

use axum::extract::Path;
use axum::http::{HeaderName, StatusCode, header};
use axum::response::{IntoResponse, Response};

use crate::args;
use crate::platform::error::{Error, Result};
use crate::platform::web::Visit;

const SCRIPT: &str = "text/javascript; charset=utf-8";
/// Pictures of a shortcut to a practice.
const ICONS: &[(&str, &[u8])] = &[
    ("icon-192.png", include_bytes!("../assets/icon-192.png")),
    ("icon-512.png", include_bytes!("../assets/icon-512.png")),
];
const FILES: &[(&str, &str, &str)] = &[
    ("style.css", "text/css; charset=utf-8", include_str!("../assets/style.css")),
    ("mark.svg", "image/svg+xml", include_str!("../assets/mark.svg")),
    ("reveal.js", SCRIPT, include_str!("../assets/reveal.js")),
    ("strength.js", SCRIPT, include_str!("../assets/strength.js")),
    ("codes.js", SCRIPT, include_str!("../assets/codes.js")),
    ("idle.js", SCRIPT, include_str!("../assets/idle.js")),
    ("passkey.js", SCRIPT, include_str!("../assets/passkey.js")),
    ("device.js", SCRIPT, include_str!("../assets/device.js")),
    ("look_again.js", SCRIPT, include_str!("../assets/look_again.js")),
    ("portal.js", SCRIPT, include_str!("../assets/portal.js")),
];

/// A file built into the program; the same bytes for everybody.
pub async fn asset(Path(name): Path<String>) -> Result<Response> {
    if let Some((_, picture)) = ICONS.iter().find(|(known, _)| *known == name) {
        let headers = [(header::CONTENT_TYPE, "image/png"), (header::CACHE_CONTROL, "public, max-age=86400")];
        return Ok((headers, *picture).into_response());
    }
    let (_, kind, text) = FILES.iter().find(|(known, ..)| *known == name).ok_or(Error::NotFound)?;
    let headers = [(header::CONTENT_TYPE, *kind), (header::CACHE_CONTROL, "public, max-age=3600")];
    Ok((headers, *text).into_response())
}

/// The practice's colour as custom properties, and nothing else.
pub async fn theme(visit: Visit) -> Result<Response> {
    let css = crate::ops::theme::style(&visit.practice()?.colour);
    Ok(([(header::CONTENT_TYPE, "text/css; charset=utf-8"), (header::CACHE_CONTROL, "private, max-age=300")], css)
        .into_response())
}

/// The practice's logo, a PNG.
pub async fn logo(visit: Visit) -> Result<Response> {
    let row: Option<(Option<String>,)> =
        visit.db()?.optional("SELECT logo FROM practice WHERE id = $1", args![&visit.practice()?.id]).await?;
    let text = row.and_then(|(logo,)| logo).ok_or(Error::NotFound)?;
    let bytes = data_encoding::BASE64.decode(text.as_bytes()).map_err(|error| Error::fault("logo", error))?;
    let headers = [
        (header::CONTENT_TYPE, "image/png"),
        (header::CACHE_CONTROL, "private, max-age=300"),
        (header::CONTENT_SECURITY_POLICY, "default-src 'none'; sandbox"),
        (HeaderName::from_static("cross-origin-resource-policy"), "same-origin"),
    ];
    Ok((headers, bytes).into_response())
}

pub async fn nothing_here() -> Error {
    Error::NotFound
}

pub async fn wrong_method() -> Response {
    let mut response = Error::Bad("method").into_response();
    *response.status_mut() = StatusCode::METHOD_NOT_ALLOWED;
    response
}
