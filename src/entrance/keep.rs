//! How to keep a practice's address on this device, in the words of this system; and the manifest by which browsers make
//! a shortcut of it.

use axum::http::header;
use axum::response::{IntoResponse, Response};

use crate::platform::browser::System;
use crate::platform::error::Result;
use crate::platform::frame::Frame;
use crate::platform::web::{Door, Visit, page};

#[derive(askama::Template)]
#[template(path = "entrance/keep.html")]
struct KeepPage {
    frame: Frame,
    address: String,
    bookmark: &'static str,
    shortcut: &'static str,
}

/// `GET /keep` at a practice.
pub async fn show(visit: Visit) -> Result<Response> {
    let practice = visit.practice()?;
    let address = visit.server.home_of(practice);
    let (bookmark, shortcut) = match visit.browser().kind() {
        System::Iphone | System::Ipad => ("keep-bookmark-ios", "keep-shortcut-ios"),
        System::Android => ("keep-bookmark-android", "keep-shortcut-android"),
        System::MacOs => ("keep-bookmark-mac", "keep-shortcut-mac"),
        System::Windows | System::Linux | System::ChromeOs | System::Other => ("keep-bookmark", "keep-shortcut"),
    };
    page(&KeepPage { frame: Frame::new(&visit, "keep-title"), address, bookmark, shortcut })
}

/// `GET /manifest.webmanifest`: name, beginning and pictures of a shortcut.
pub async fn manifest(visit: Visit) -> Response {
    let (name, start) = match &visit.door {
        Door::Practice(practice, _) => (practice.name.clone(), "/sign-in"),
        _ => (visit.say("entrance-title"), "/"),
    };
    let icon = |size: &str| {
        let source = format!("/assets/icon-{size}.png");
        serde_json::json!({ "src": source, "sizes": format!("{size}x{size}"), "type": "image/png", "purpose": "any maskable" })
    };
    let text = serde_json::json!({
        "id": "/", "name": name, "short_name": name.chars().take(12).collect::<String>().trim(), "start_url": start,
        "scope": "/", "display": "minimal-ui", "lang": visit.language, "background_color": "#fffefa",
        "theme_color": "#1c5c54", "icons": [icon("192"), icon("512")],
    });
    let kind = [(header::CONTENT_TYPE, "application/manifest+json")];
    (kind, text.to_string()).into_response()
}
