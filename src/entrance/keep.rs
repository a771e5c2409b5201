//! How to keep a practice's address on this device, in the words of this system; and the manifest by which browsers make
//! a shortcut of it.

use axum::http::header;
use axum::response::{IntoResponse, Response};

use crate::platform::browser::System;
use crate::platform::error::Result;
use crate::platform::frame::Frame;
use crate::platform::web::{Door, Fields, Query, Visit, page};

/// Characters that fit below a picture on a phone.
const ROOM: usize = 12;

#[derive(askama::Template)]
#[template(path = "entrance/keep.html")]
struct KeepPage {
    frame: Frame,
    /// Where it is, and the page there that is kept.
    address: String,
    path: &'static str,
    bookmark: &'static str,
    shortcut: &'static str,
}

/// `GET /keep` at a practice; `?at=portal` for its clients.
pub async fn show(visit: Visit, Query(query): Query) -> Result<Response> {
    let practice = visit.practice()?;
    let address = visit.server.home_of(practice);
    let (bookmark, shortcut) = match visit.browser().kind() {
        System::Iphone | System::Ipad => ("keep-bookmark-ios", "keep-shortcut-ios"),
        System::Android => ("keep-bookmark-android", "keep-shortcut-android"),
        System::MacOs => ("keep-bookmark-mac", "keep-shortcut-mac"),
        System::Windows | System::Linux | System::ChromeOs | System::Other => ("keep-bookmark", "keep-shortcut"),
    };
    let path = door(&query);
    page(&KeepPage { frame: Frame::new(&visit, "keep-title"), address, path, bookmark, shortcut })
}

/// The door that somebody keeps.
fn door(query: &Fields) -> &'static str {
    if query.text("at") == "portal" { "/portal" } else { "/sign-in" }
}

/// `GET /manifest.webmanifest`: name, beginning and pictures of a shortcut; `?at=portal` for clients.
pub async fn manifest(visit: Visit, Query(query): Query) -> Response {
    let (name, start) = match &visit.door {
        Door::Practice(practice, _) => (practice.name.clone(), door(&query)),
        _ => (visit.say("entrance-title"), "/"),
    };
    // Staff's is the one that browsers have known as "/" since there are shortcuts.
    let id = if start == "/portal" { start } else { "/" };
    let icon = |size: &str| {
        let source = format!("/assets/icon-{size}.png");
        serde_json::json!({ "src": source, "sizes": format!("{size}x{size}"), "type": "image/png", "purpose": "any maskable" })
    };
    let text = serde_json::json!({
        "id": id, "name": name, "short_name": short(&name), "start_url": start,
        "scope": "/", "display": "minimal-ui", "lang": visit.language, "background_color": "#fffefa",
        "theme_color": "#1c5c54", "icons": [icon("192"), icon("512")],
    });
    let kind = [(header::CONTENT_TYPE, "application/manifest+json")];
    (kind, text.to_string()).into_response()
}

/// As many whole words as there is room for below a picture; of a longer first word its beginning.
fn short(name: &str) -> String {
    let mut short = String::new();
    for word in name.split_whitespace() {
        let long = short.chars().count() + usize::from(!short.is_empty()) + word.chars().count();
        if long > ROOM {
            break;
        }
        if !short.is_empty() {
            short.push(' ');
        }
        short.push_str(word);
    }
    if short.is_empty() { name.trim().chars().take(ROOM).collect() } else { short }
}

#[cfg(test)]
mod tests {
    use super::short;

    #[test]
    fn a_short_name_ends_with_a_word() {
        for (name, expected) in [
            ("Harbour Physio", "Harbour"),
            ("Bay Dental", "Bay Dental"),
            ("St Mary's by the Sea", "St Mary's by"),
            ("Thaumatological", "Thaumatologi"),
            (" Ä ", "Ä"),
        ] {
            assert_eq!(short(name), expected, "{name}");
        }
    }
}
