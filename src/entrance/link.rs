//! The link from the mail. Opening it changes nothing: the browser that asked is shown its list at once, any other one
//! first reads what the link is and presses once. Nothing is used up, so a scanner that opens or presses it takes nothing
//! away; what it would see, it has read in the mail already.

use axum::http::StatusCode;
use axum::response::Response;

use super::asker::{ASKING_SECONDS, Asker};
use super::remembered::is_shared;
use crate::platform::email::Email;
use crate::platform::error::Result;
use crate::platform::frame::Frame;
use crate::platform::secret;
use crate::platform::server::{ENTRANCE, Server};
use crate::platform::web::{Fields, Visit, go, page_with};
use crate::sign_in::link::Token;

#[derive(askama::Template)]
#[template(path = "entrance/link.html")]
struct LinkPage {
    frame: Frame,
    /// The address as only its owner knows it again, and the page's own path; none when the link is over.
    open: Option<(String, String)>,
    what: String,
    shared: bool,
    /// The link that is over and whose address a new mail may go to.
    old: Option<String>,
    /// What went wrong with the button for a new mail.
    problem: Option<String>,
}

/// What the link holds, sealed: the entrance keeps nothing of it.
struct Sealed {
    browser: String,
    at: i64,
    email: Email,
}

/// The link's secret for an asking.
///
/// # Errors
/// A fault when the current key cannot seal.
pub fn token(server: &Server, browser: &str, email: &str, now: i64) -> Result<String> {
    server.seal("finder link", &[ENTRANCE], &format!("{browser}\n{now}\n{email}"))
}

/// `GET /find/{token}`.
pub async fn ask(visit: Visit, Token(token): Token) -> Result<Response> {
    let sealed = match standing(&visit, &token)? {
        Ok(sealed) => sealed,
        Err(over) => return Ok(over),
    };
    match Asker::of(&visit) {
        Some(asker) if secret::same(&asker.hash(), &sealed.browser) => {
            Asker { proved_at: visit.now, ..asker }.keep(&visit)?;
            Ok(go("/list"))
        }
        _ => {
            let open = (sealed.email.masked(), format!("/find/{token}"));
            let what = visit.say("find-link-what");
            let (frame, shared) = (Frame::new(&visit, "list-title"), is_shared(&visit));
            let page = LinkPage { frame, open: Some(open), what, shared, old: None, problem: None };
            page_with(StatusCode::OK, &page)
        }
    }
}

/// `POST /find/{token}`: the one press.
pub async fn answer(visit: Visit, Token(token): Token, fields: Fields) -> Result<Response> {
    let sealed = match standing(&visit, &token)? {
        Ok(sealed) => sealed,
        Err(over) => return Ok(over),
    };
    let asker = Asker::new(&visit, &sealed.email, fields.ticked("remember"), true);
    Asker { proved_at: visit.now, ..asker }.keep(&visit)?;
    Ok(go("/list"))
}

/// What the link holds, or the page that says why it opens nothing.
fn standing(visit: &Visit, token: &str) -> Result<std::result::Result<Sealed, Response>> {
    let over = |status, (title, what): (&str, &str), old: Option<&str>| {
        let frame = Frame::new(visit, title);
        let old = old.map(str::to_owned);
        let page = LinkPage { frame, open: None, what: visit.say(what), shared: true, old, problem: None };
        page_with(status, &page).map(Err)
    };
    let Some(sealed) = opened(visit, token) else {
        return over(StatusCode::NOT_FOUND, ("find-link-broken-title", "find-link-broken"), None);
    };
    if visit.now - sealed.at >= ASKING_SECONDS {
        return over(StatusCode::GONE, ("find-link-old-title", "find-link-old"), Some(token));
    }
    Ok(Ok(sealed))
}

/// The page of an old link once more, when its button was pressed too late to be used.
pub(super) fn again(visit: &Visit, token: &str) -> Result<Response> {
    let page = LinkPage {
        frame: Frame::new(visit, "find-link-old-title"),
        open: None,
        what: visit.say("find-link-old"),
        shared: true,
        old: Some(token.to_owned()),
        problem: Some(visit.say("entrance-stale")),
    };
    page_with(StatusCode::UNPROCESSABLE_ENTITY, &page)
}

/// The address of an old link, for whoever asks for a new mail from its page; the page itself does not show it.
pub fn address(visit: &Visit, token: &str) -> Option<String> {
    opened(visit, token).map(|sealed| sealed.email.typed().to_owned())
}

fn opened(visit: &Visit, token: &str) -> Option<Sealed> {
    visit.server.open("finder link", &[ENTRANCE], token).ok().and_then(|text| read(&text))
}

fn read(text: &str) -> Option<Sealed> {
    let mut lines = text.splitn(3, '\n');
    let (browser, at, email) = (lines.next()?, lines.next()?, lines.next()?);
    Some(Sealed { browser: browser.to_owned(), at: at.parse().ok()?, email: Email::parse(email).ok()? })
}
