//! `portico check`: reads the settings where there are any, and plays the demo world in memory: every page is opened as a
//! stranger, as staff and as an administrator; a fault or a sentence without words fails.

mod visitor;

use std::collections::{BTreeSet, VecDeque};
use std::path::Path;
use std::sync::Arc;

use axum::Router;
use visitor::Visitor;

use super::{demo, routes, start};
use crate::app;
use crate::args;
use crate::config::Config;
use crate::platform::error::{Error, Result};
use crate::platform::server::Server;
use crate::platform::world::World;

/// Pages opened for one visitor at most: lists link to more of themselves.
const MOST_PAGES: usize = 300;
const PRACTICE: &str = "harbour-physio.au.localhost:8080";

/// What was found.
#[derive(Debug, Default)]
pub struct Found {
    pub pages: usize,
    pub problems: Vec<String>,
}

/// Plays the demo world; with `folder` every page is also written there.
///
/// # Errors
/// A fault when the world cannot be set up.
pub async fn pages(world: Arc<dyn World>, folder: Option<&Path>) -> Result<Found> {
    let place = tempfile::tempdir().map_err(|error| Error::fault("temporary folder", error))?;
    let address = std::net::SocketAddr::from((std::net::Ipv4Addr::LOCALHOST, 8080));
    let server = start::server(cheap(demo::settings(place.path(), address, &*world)?), world).await?;
    demo::fill(&server).await?;
    let au = &server.region("au").ok_or(Error::NotFound)?.db;
    // Administrators could go no further than the set-up of their second factor.
    au.execute("UPDATE practice SET admins_second_from = NULL, everyone_second_from = NULL", args![]).await?;
    let router = app::router(Arc::clone(&server));
    let mut found = Found::default();
    if let Some(folder) = folder {
        std::fs::create_dir_all(folder).map_err(|error| Error::fault(&folder.display().to_string(), error))?;
    }
    for (who, host, sign_in) in visitors() {
        let mut visitor = Visitor::new(router.clone(), host);
        if let Some((email, password)) = sign_in {
            visitor.open("/sign-in").await?;
            visitor.submit("/sign-in", &[("email", email), ("password", password)]).await?;
            if !visitor.has_cookie("__Host-session") {
                found.problems.push(format!("{who} cannot sign in"));
                continue;
            }
        }
        walk(&mut visitor, who, folder, &mut found).await?;
    }
    found.problems.extend(server.texts.missing().into_iter().map(|id| format!("no words, or not all, for «{id}»")));
    end(server, router).await;
    Ok(found)
}

type SignIn = Option<(&'static str, &'static str)>;

fn visitors() -> [(&'static str, &'static str, SignIn); 5] {
    [
        ("entrance", "localhost:8080", None),
        ("support", "support.localhost:8080", None),
        ("stranger", PRACTICE, None),
        ("practitioner", PRACTICE, Some(("sam@example.com", "copper-kettle-meadow-19"))),
        ("administrator", PRACTICE, Some(("alex@example.com", "lantern-orchard-72-violin"))),
    ]
}

/// One hash thread is enough for two sign-ins.
fn cheap(mut config: Config) -> Config {
    config.passwords.hash_threads = 1;
    config
}

/// Opens every route, then every link the pages show.
async fn walk(visitor: &mut Visitor, who: &str, folder: Option<&Path>, found: &mut Found) -> Result<()> {
    let mut waiting: VecDeque<String> = routes::table()
        .into_iter()
        .filter(|route| route.methods.contains(&"GET"))
        .map(|route| filled(&route.path))
        .collect();
    let mut seen: BTreeSet<String> = BTreeSet::new();
    while let Some(path) = waiting.pop_front() {
        if seen.len() >= MOST_PAGES || !seen.insert(path.clone()) {
            continue;
        }
        let page = visitor.open(&path).await?;
        found.pages += 1;
        if page.status.is_server_error() {
            found.problems.push(format!("{who}: {path} answers {}", page.status));
        }
        if let (Some(folder), Some(html)) = (folder, page.html()) {
            let file = folder.join(format!("{who}{}.html", path.replace(|c: char| !c.is_ascii_alphanumeric(), "_")));
            std::fs::write(&file, html).map_err(|error| Error::fault(&file.display().to_string(), error))?;
        }
        waiting.extend(page.links());
    }
    Ok(())
}

/// A route's path with something that fits nowhere in the place of its parts.
fn filled(path: &str) -> String {
    let piece = |part: &str| if part.starts_with('{') { "sample" } else { part }.to_owned();
    path.split('/').map(piece).collect::<Vec<_>>().join("/")
}

async fn end(server: Arc<Server>, router: Router) {
    drop(router);
    for region in server.databases() {
        region.db.close().await;
    }
}
