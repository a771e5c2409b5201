//! The page behind the link that goes to a client's new address. Opening it changes nothing, and neither does pressing:
//! the code of the same mail has to be typed, which no mail scanner does.

use axum::http::StatusCode;
use axum::response::Response;

use crate::factors::client_email::{self, Change, Typed};
use crate::factors::totp_code::normalise_typed;
use crate::platform::email::Email;
use crate::platform::error::Result;
use crate::platform::frame::Frame;
use crate::platform::web::{Fields, Visit, page, page_with};
use crate::sign_in::link::Token;

#[derive(askama::Template)]
#[template(path = "portal/address.html")]
struct AddressPage {
    frame: Frame,
    token: String,
    /// A hint of the new address.
    masked: String,
    problem: Option<String>,
    state: State,
    contact: String,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum State {
    Open,
    Done,
    Over,
}

/// `GET /portal/address/{token}`.
pub async fn ask(visit: Visit, Token(token): Token) -> Result<Response> {
    let change = client_email::by_link(&visit, &token).await?;
    answer_with(&visit, &token, change.as_ref(), None)
}

/// `POST /portal/address/{token}`.
pub async fn answer(visit: Visit, Token(token): Token, fields: Fields) -> Result<Response> {
    // read
    let Some(change) = client_email::by_link(&visit, &token).await? else {
        return answer_with(&visit, &token, None, None);
    };
    let Some(code) = normalise_typed(fields.text("code")) else {
        return answer_with(&visit, &token, Some(&change), Some(visit.say("address-code-six")));
    };

    // write
    let mut tx = visit.db()?.write().await?;
    let typed = client_email::try_code(&visit, &mut tx, &change, &code, None).await?;
    tx.commit().await?;
    visit.server.outbox_bell.notify_one();
    let change = client_email::by_link(&visit, &token).await?;
    let problem = match typed {
        Typed::Wrong(left) => Some(visit.say_with("address-code-wrong", &[("left", &left.to_string())])),
        Typed::Done | Typed::Held(_) | Typed::Over => None,
    };
    answer_with(&visit, &token, change.as_ref(), problem)
}

fn answer_with(visit: &Visit, token: &str, change: Option<&Change>, problem: Option<String>) -> Result<Response> {
    let state = match change {
        Some(change) if change.is_confirmed() => State::Done,
        Some(change) if change.takes_codes(visit.now) => State::Open,
        _ => State::Over,
    };
    let title = if state == State::Over { "address-over-title" } else { "address-title" };
    let mut frame = Frame::new(visit, title);
    frame.exit = true;
    let address = AddressPage {
        frame,
        token: token.to_owned(),
        masked: change
            .and_then(|change| Email::parse(&change.email).ok())
            .map(|email| email.masked())
            .unwrap_or_default(),
        contact: crate::notices::compose::contact(visit)?,
        state,
        problem,
    };
    match (state, address.problem.is_some()) {
        (State::Over, _) => page_with(StatusCode::GONE, &address),
        (State::Open, true) => page_with(StatusCode::UNPROCESSABLE_ENTITY, &address),
        _ => page(&address),
    }
}
