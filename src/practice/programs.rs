//! The practice's own programs that may call Portico: which keys there are, what each may do, when it was last used.

use axum::response::Response;

use super::administrator;
use crate::api::keys::{self, Key};
use crate::platform::error::Result;
use crate::platform::frame::{Banner, Frame};
use crate::platform::web::{Query, Visit, page};
use crate::sign_in::session;

#[derive(askama::Template)]
#[template(path = "practice/programs.html")]
struct ListPage {
    frame: Frame,
    keys: Vec<Key>,
}

/// `GET /practice/programs`.
pub async fn list(visit: Visit, Query(query): Query) -> Result<Response> {
    let session = match administrator(&visit).await? {
        Ok(session) => session,
        Err(response) => return Ok(response),
    };
    let mut frame = session::frame(&visit, &session, "programs-title");
    if query.text("done") == "ended" {
        frame.banner = Some(Banner { kind: "success", text: visit.say("programs-ended") });
    }
    page(&ListPage { frame, keys: keys::list(&visit).await? })
}
