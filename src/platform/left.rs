//! The page by which a browser leaves in a hurry: without a name, and gone at once.

use axum::response::Response;

use super::error::Result;
use super::frame::Frame;
use super::web::{Visit, page};

#[derive(askama::Template)]
#[template(path = "platform/left.html")]
struct LeftPage {
    frame: Frame,
    to: String,
}

/// The page that leads away, to an address of [`super::frame::way_out`].
///
/// # Errors
/// A fault when the page cannot be written.
pub fn shown(visit: &Visit, to: String) -> Result<Response> {
    page(&LeftPage { frame: Frame::new(visit, "exit-title"), to })
}
