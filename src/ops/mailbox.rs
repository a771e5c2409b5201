//! The demo's mailbox, to read what would have been sent: pages for people and JSON for programs, on loopback only.
//! It changes nothing; what it shows is kept in `notices/mailbox.rs`.

use std::sync::Arc;

use axum::extract::{Extension, Path};
use axum::http::{HeaderName, header};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use axum::{Json, Router};

use crate::notices::carriers::Carriers;
use crate::notices::mailbox::{Kept, Mailbox};
use crate::platform::error::{Error, Result};
use crate::platform::frame::Frame;
use crate::platform::network::Peer;
use crate::platform::web::{Query, Visit, encode, page};
use crate::platform::when;

/// A mail's own page may show its colours and lead where its links lead; it runs nothing and loads nothing. Pop-ups may
/// leave the sandbox, since a page opened from here has to work.
const MAIL_POLICY: &str = "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'; \
     frame-ancestors 'none'; sandbox allow-popups allow-popups-to-escape-sandbox allow-top-navigation";

type Caller = Option<Extension<Peer>>;

#[derive(askama::Template)]
#[template(path = "ops/mailbox.html")]
struct ListPage {
    frame: Frame,
    messages: Vec<Kept>,
    to: String,
    live: bool,
}

impl ListPage {
    fn path(&self, live: bool, to: &str) -> String {
        match (live, to.is_empty()) {
            (false, true) => "/mailbox".to_owned(),
            (true, true) => "/mailbox?live=1".to_owned(),
            (false, false) => format!("/mailbox?to={}", encode(to)),
            (true, false) => format!("/mailbox?live=1&to={}", encode(to)),
        }
    }

    fn title(&self, kept: &Kept) -> String {
        if kept.subject.is_empty() { kept.text.clone() } else { kept.subject.clone() }
    }

    fn line(&self, kept: &Kept) -> String {
        let channel = self.frame.say(channel_word(kept));
        let words = [
            ("channel", channel.as_str()),
            ("from", kept.from.as_str()),
            ("to", kept.to.as_str()),
            ("time", &self.frame.time(&kept.at)),
        ];
        self.frame.visit.say_with("mailbox-line", &words)
    }
}

#[derive(askama::Template)]
#[template(path = "ops/mailbox_message.html")]
struct MessagePage {
    frame: Frame,
    kept: Kept,
    channel: String,
    to_query: String,
    pieces: Vec<Piece>,
}

/// A part of a plain text: words, or a link.
#[derive(Debug, PartialEq, Eq)]
enum Piece {
    Words(String),
    Link(String),
}

/// The mailbox's pages, for the entrance's host.
pub fn routes() -> Router {
    Router::new()
        .route("/mailbox", get(list))
        .route("/mailbox.json", get(list_json))
        .route("/mailbox/{id}", get(message))
        .route("/mailbox/{id}/html", get(message_html))
}

async fn list(visit: Visit, caller: Caller, Query(query): Query) -> Result<Response> {
    let to = query.trimmed("to").to_owned();
    let messages = mailbox(&visit, caller)?.list(&to);
    page(&ListPage { frame: Frame::new(&visit, "mailbox-title"), messages, to, live: query.ticked("live") })
}

/// The form that decisions.md gives to programs.
async fn list_json(visit: Visit, caller: Caller, Query(query): Query) -> Result<Response> {
    let messages = mailbox(&visit, caller)?.list(query.trimmed("to"));
    let rows: Vec<serde_json::Value> = messages
        .into_iter()
        .map(|kept| {
            serde_json::json!({
                "id": kept.id, "channel": kept.channel, "to": kept.to, "from": kept.from, "subject": kept.subject,
                "text": kept.text, "html": kept.html, "at": when::rfc3339(kept.at),
            })
        })
        .collect();
    Ok(Json(rows).into_response())
}

async fn message(visit: Visit, caller: Caller, Path(id): Path<String>) -> Result<Response> {
    let kept = mailbox(&visit, caller)?.get(&id).ok_or(Error::NotFound)?;
    let mut frame = Frame::new(&visit, "mailbox-title");
    frame.title = if kept.subject.is_empty() { frame.say(channel_word(&kept)) } else { kept.subject.clone() };
    page(&MessagePage {
        channel: frame.say(channel_word(&kept)),
        to_query: encode(&kept.to),
        pieces: pieces(&kept.text),
        frame,
        kept,
    })
}

/// The mail as a mail program would show it, in a document of its own.
async fn message_html(visit: Visit, caller: Caller, Path(id): Path<String>) -> Result<Response> {
    let kept = mailbox(&visit, caller)?.get(&id).filter(|kept| !kept.html.is_empty()).ok_or(Error::NotFound)?;
    let headers = [
        (header::CONTENT_TYPE, "text/html; charset=utf-8"),
        (header::CONTENT_SECURITY_POLICY, MAIL_POLICY),
        // Browsers refuse pages that ask for a group of their own inside a sandbox.
        (HeaderName::from_static("cross-origin-opener-policy"), "unsafe-none"),
    ];
    Ok((headers, kept.html).into_response())
}

/// The mailbox in memory, for callers on this computer only: whoever reads it can sign in as anybody.
fn mailbox(visit: &Visit, caller: Caller) -> Result<&Arc<Mailbox>> {
    let here = caller.is_some_and(|Extension(peer)| peer.0.ip().to_canonical().is_loopback());
    if !here {
        return Err(Error::NotFound);
    }
    visit.server.kept::<Carriers>()?.mailbox().ok_or(Error::NotFound)
}

fn channel_word(kept: &Kept) -> &'static str {
    if kept.channel == "mail" { "mailbox-mail" } else { "mailbox-text" }
}

/// Splits a text so that its links can be clicked; joined again the pieces are the text.
fn pieces(text: &str) -> Vec<Piece> {
    let mut pieces: Vec<Piece> = vec![];
    for part in text.split_inclusive(char::is_whitespace) {
        let word = part.trim_end();
        if word.starts_with("https://") || word.starts_with("http://") {
            pieces.push(Piece::Link(word.to_owned()));
            pieces.push(Piece::Words(part[word.len()..].to_owned()));
        } else if let Some(Piece::Words(words)) = pieces.last_mut() {
            words.push_str(part);
        } else {
            pieces.push(Piece::Words(part.to_owned()));
        }
    }
    pieces
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn links_are_found_and_nothing_is_lost() {
        let text = "Hello\nhttps://a.example/x?y=1 and\n\nhttp://b.example/\n-- \n";
        let found = pieces(text);
        let links: Vec<&Piece> = found.iter().filter(|piece| matches!(piece, Piece::Link(_))).collect();
        assert_eq!(links, [&Piece::Link("https://a.example/x?y=1".into()), &Piece::Link("http://b.example/".into())]);
        let joined: String = found
            .into_iter()
            .map(|piece| match piece {
                Piece::Words(text) | Piece::Link(text) => text,
            })
            .collect();
        assert_eq!(joined, text);
    }
}
