//! `GET /go/{token}`: a link to one thing. Within its window it leads there with a signed statement; otherwise it says when it
//! begins, or that it is over, and whom to ask. It can be opened any number of times, by any program: nothing is used up,
//! and no session begins.

use std::sync::Arc;

use axum::http::{HeaderMap, Method, StatusCode};
use axum::response::Response;

use super::guest_link::{self, GuestLink, Standing};
use super::link::is_prefetch;
use super::statement;
use crate::args;
use crate::notices::{Actor, Event, Happening, happened};
use crate::platform::error::Result;
use crate::platform::frame::{Frame, near};
use crate::platform::practice::Practice;
use crate::platform::web::{Visit, go, page_with};
use crate::platform::when;
use crate::sign_in::link::Token;
use crate::sign_in::person;
use crate::sign_in::session::{self, State};

#[derive(askama::Template)]
#[template(path = "portal/go.html")]
struct GoPage {
    frame: Frame,
    practice: Arc<Practice>,
    what: String,
    /// The link again, for who is early.
    again: Option<String>,
}

/// `GET /go/{token}`, any number of times. That it was opened is noted once, for the practice.
pub async fn show(visit: Visit, Token(token): Token, method: Method, headers: HeaderMap) -> Result<Response> {
    // read
    let Some(link) = guest_link::by_token(&visit, &token).await? else {
        return shut(&visit, "go-unknown-title", visit.say("go-unknown"));
    };
    match link.standing(visit.now) {
        Standing::Open => {}
        Standing::Waiting => return early(&visit, &link, &token),
        Standing::Over => {
            let until = when::full(link.until_at, visit.zone());
            return shut(&visit, "go-over-title", visit.say_with("go-over", &[("time", &until)]));
        }
        Standing::Ended => return shut(&visit, "go-ended-title", visit.say("go-ended")),
        Standing::Closed => return shut(&visit, "go-ended-title", visit.say("go-closed")),
    }
    if link.needs_sign_in(&visit).await? {
        match session::state(&visit).await? {
            State::Open(session) if session.person_id == link.person_id => {}
            State::Open(session) if session.is_client() => {
                return shut(&visit, "go-other-title", visit.say("go-other"));
            }
            _ => return Ok(go(&format!("/portal?then=/go/{token}"))),
        }
    }

    // work
    let statement = statement::sign(&visit, &link)?;

    // write
    if method == Method::GET && link.opened_at.is_none() && !is_prefetch(&headers) {
        note_opened(&visit, &link).await?;
    }
    let joint = if link.return_to.contains('?') { '&' } else { '?' };
    Ok(go(&format!("{}{joint}guest={statement}", link.return_to)))
}

fn early(visit: &Visit, link: &GuestLink, token: &str) -> Result<Response> {
    let what = visit.say_with("go-early", &[("when", &near(visit, link.from_at))]);
    let again = Some(format!("/go/{token}"));
    page_with(StatusCode::OK, &GoPage { again, ..GoPage::new(visit, "go-early-title", what)? })
}

/// Nothing here tells whose link it was or what it opened.
fn shut(visit: &Visit, title: &str, what: String) -> Result<Response> {
    page_with(StatusCode::GONE, &GoPage::new(visit, title, what)?)
}

/// Of a hundred at once one is the first.
async fn note_opened(visit: &Visit, link: &GuestLink) -> Result<()> {
    let practice = &visit.practice()?.id;
    let mut tx = visit.db()?.write().await?;
    let first = tx
        .execute(
            "UPDATE guest_link SET opened_at = $3 WHERE practice_id = $1 AND id = $2 AND opened_at IS NULL",
            args![practice, &link.id, visit.now],
        )
        .await?;
    if first == 1 {
        let client = person::by_id_in(&mut tx, practice, &link.person_id).await?;
        let opened = Happening::of(Event::GuestLinkOpened, &client).by(Actor::Stranger);
        happened(visit, &mut tx, opened.detail("resource", &link.resource)).await?;
    }
    tx.commit().await
}

impl GoPage {
    fn new(visit: &Visit, title: &str, what: String) -> Result<GoPage> {
        let mut frame = Frame::new(visit, title);
        frame.exit = true;
        Ok(GoPage { frame, practice: Arc::clone(visit.practice()?), what, again: None })
    }

    /// A number as a phone takes it.
    fn tel(&self) -> String {
        self.practice.contact_phone.chars().filter(|c| c.is_ascii_digit() || *c == '+').collect()
    }
}
