//! The button pressed without ever having made a passkey: how to make the first, and no dead end.

use axum::response::Response;

use crate::factors::passkey_new;
use crate::platform::error::Result;
use crate::platform::frame::Frame;
use crate::platform::web::{Query, Visit, encode, page, safe_path};

#[derive(askama::Template)]
#[template(path = "portal/passkey_none.html")]
struct NonePage {
    frame: Frame,
    back: String,
    /// New ones are made here.
    offered: bool,
    /// No mail of the practice has a link.
    code_only: bool,
}

/// `GET /portal/passkey/none?then=`.
pub async fn show(visit: Visit, Query(query): Query) -> Result<Response> {
    let path = safe_path(query.text("then"), "");
    let back = if path.is_empty() { "/portal".to_owned() } else { format!("/portal?then={}", encode(&path)) };
    let mut frame = Frame::new(&visit, "passkey-none-title");
    frame.exit = true;
    let offered = passkey_new::are_offered(&visit, true)?;
    page(&NonePage { frame, back, offered, code_only: super::sent::has_no_links(&visit) })
}
