//! The demo's list of people and passwords; no other program has such a page.

use std::sync::Arc;

use axum::Extension;
use axum::response::Response;

use super::demo_people::Known;
use super::world_of_samples::PRACTICES;
use crate::notices::mailbox_moods::{MOODS, Mood};
use crate::platform::error::Result;
use crate::platform::frame::Frame;
use crate::platform::web::{Visit, page};

#[derive(askama::Template)]
#[template(path = "ops/demo_page.html")]
struct DemoPage {
    frame: Frame,
    practices: Vec<Shown>,
    /// Addresses at which mail goes wrong, and what becomes of it there.
    moods: Vec<(&'static str, String)>,
}

struct Shown {
    name: &'static str,
    url: String,
    people: Vec<Known>,
}

/// What is known of the demo's people since its start.
#[derive(Clone)]
pub struct People(pub Arc<[Known]>);

/// `GET /demo` at the entrance of the demo.
pub async fn people(visit: Visit, Extension(People(all)): Extension<People>) -> Result<Response> {
    let server = &visit.server;
    let practices = PRACTICES.iter().filter(|practice| practice.slug != "support");
    let practices = practices
        .map(|practice| Shown {
            name: practice.name,
            url: server.origin_of(&format!("{}.{}.{}", practice.slug, practice.region, server.config.base)),
            people: all
                .iter()
                .filter(|known| known.person.practice == practice.slug && known.person.kind == "staff")
                .copied()
                .collect(),
        })
        .collect();
    let what = |mood| match mood {
        Mood::Slow => "demo-mood-slow",
        Mood::Refuses => "demo-mood-refuses",
        Mood::Returns => "demo-mood-returns",
    };
    let moods = MOODS.into_iter().map(|(address, mood)| (address, visit.say(what(mood)))).collect();
    page(&DemoPage { frame: Frame::new(&visit, "demo-title"), practices, moods })
}
