//! "Exit quickly": ends the session, forgets who was here, and leaves for a page that tells nothing. The script does the
//! leaving at once and lets the ending follow; without it the page in between leaves by itself.

use axum::http::{HeaderName, HeaderValue};
use axum::response::Response;

use crate::platform::error::{Error, Result};
use crate::platform::frame::{FROM_LIST, Frame};
use crate::platform::left;
use crate::platform::web::{Query, Visit, go};
use crate::sign_in::log_out;
use crate::sign_in::session::{self, State};

/// `POST /portal/exit`; never asks whether it is meant, and takes a page that was open for days. Where the practice has left for
/// another region a moment ago nothing can be ended, and the browser forgets and leaves all the same.
pub async fn answer(visit: Visit) -> Result<Response> {
    if let State::Open(session) | State::Locked(session) = session::glance(&visit).await? {
        match log_out::leave(&visit, &session).await {
            Err(Error::OutOfService) => {}
            ended => ended?,
        }
    }
    log_out::give_up_proof(&visit).await?;
    log_out::forget_everything(&visit);
    let from_list = visit.cookie(FROM_LIST).is_some();
    visit.drop_cookie(FROM_LIST);
    let mut response = go(if from_list { "/portal/left?from=list" } else { "/portal/left" });
    let what = if crate::sign_in::device::carries_any(&visit) { "\"cache\"" } else { "\"cache\", \"storage\"" };
    response.headers_mut().insert(HeaderName::from_static("clear-site-data"), HeaderValue::from_static(what));
    Ok(response)
}

/// `GET /portal/left`: a page without a name that is gone at once.
pub async fn away(visit: Visit, Query(query): Query) -> Result<Response> {
    let to = Frame::new(&visit, "exit-title").exit_by(query.text("from") == "list");
    left::shown(&visit, to)
}
