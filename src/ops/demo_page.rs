//! The demo's list of people and passwords, and the switch that stops a region; no other program has such a page.

use std::sync::Arc;

use axum::response::Response;
use axum::routing::get;
use axum::{Extension, Router};

use super::demo_people::{self, Known};
use super::world_of_samples::PRACTICES;
use crate::entrance::regions::Stopped;
use crate::notices::mailbox_moods::{MOODS, Mood};
use crate::platform::error::{Error, Result};
use crate::platform::frame::Frame;
use crate::platform::web::{Fields, Visit, go, page};

#[derive(askama::Template)]
#[template(path = "ops/demo_page.html")]
struct DemoPage {
    frame: Frame,
    practices: Vec<Shown>,
    /// Addresses at which mail goes wrong, and what becomes of it there.
    moods: Vec<(&'static str, String)>,
    /// Data regions as people read them, with the name and whether they are stopped.
    regions: Vec<(String, String, bool)>,
}

struct Shown {
    name: &'static str,
    url: String,
    people: Vec<Known>,
}

/// What was known of the demo's people at its start.
#[derive(Clone)]
struct People(Arc<[Known]>);

/// The pages, for the entrance's host.
pub fn routes(all: Vec<Known>) -> Router {
    Router::new().route("/demo", get(people).post(switch)).layer(Extension(People(all.into())))
}

/// `POST /demo`: what a region answers to the entrance is stopped, or started again. The practices' own pages stay up.
async fn switch(visit: Visit, fields: Fields) -> Result<Response> {
    let (region, stopped) = (fields.text("region"), visit.server.kept::<Stopped>()?);
    visit.server.region(region).ok_or(Error::NotFound)?;
    if fields.text("do") == "stop" {
        stopped.stop(region)
    } else {
        stopped.start(region)
    }
    Ok(go("/demo#regions"))
}

/// `GET /demo` at the entrance of the demo.
async fn people(visit: Visit, Extension(People(all)): Extension<People>) -> Result<Response> {
    let server = &visit.server;
    let mut now = Vec::with_capacity(all.len());
    for known in all.iter().filter(|known| known.person.kind == "staff") {
        now.push(demo_people::now(server, known).await?);
    }
    let practices = PRACTICES.iter().filter(|practice| practice.slug != "support");
    let practices = practices
        .map(|practice| Shown {
            name: practice.name,
            url: server.origin_of(&format!("{}.{}.{}", practice.slug, practice.region, server.config.base)),
            people: now.iter().filter(|known| known.person.practice == practice.slug).cloned().collect(),
        })
        .collect();
    let what = |mood| match mood {
        Mood::Slow => "demo-mood-slow",
        Mood::Refuses => "demo-mood-refuses",
        Mood::Returns => "demo-mood-returns",
    };
    let moods = MOODS.into_iter().map(|(address, mood)| (address, visit.say(what(mood)))).collect();
    let stopped = visit.server.kept::<Stopped>()?;
    let region = |name: &String| (name.to_uppercase(), name.clone(), stopped.has(name));
    let regions = visit.server.regions.iter().map(|one| region(&one.name)).collect();
    page(&DemoPage { frame: Frame::new(&visit, "demo-title"), practices, moods, regions })
}
