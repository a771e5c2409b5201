//! The door that knows no practice.

use axum::response::Response;

use crate::platform::error::Result;
use crate::platform::frame::Frame;
use crate::platform::web::{Visit, page};

#[derive(askama::Template)]
#[template(path = "entrance/entrance.html")]
struct EntrancePage {
    frame: Frame,
}

/// `GET /` at the bare host.
pub async fn front(visit: Visit) -> Result<Response> {
    page(&EntrancePage { frame: Frame::new(&visit, "entrance-title") })
}

/// `GET /` at the support host.
pub async fn support_front(visit: Visit) -> Result<Response> {
    page(&EntrancePage { frame: Frame::new(&visit, "support-title") })
}
