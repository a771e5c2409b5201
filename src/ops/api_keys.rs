//! `portico api-key`: keys of a practice's programs, made, listed and ended from the command line.

use std::sync::Arc;

use crate::api::keys::{self, Key, Made, Refused, Wanted};
use crate::notices::Actor;
use crate::platform::door::background_visit;
use crate::platform::error::{Error, Result};
use crate::platform::server::Server;
use crate::platform::web::Visit;

/// How often it is tried again when a running server writes at the same time.
const MOST_RUNS: u32 = 12;

/// Makes a key for a practice; answers it, this once.
///
/// # Errors
/// A fault that says why not; nothing is changed then.
pub async fn create(server: &Arc<Server>, region: &str, slug: &str, wanted: &Wanted<'_>) -> Result<Made> {
    let visit = visit_at(server, region, slug).await?;
    let mut run = 1;
    let made = loop {
        match create_once(&visit, wanted).await {
            Err(Error::Conflict) if run < MOST_RUNS => run += 1,
            done => break done?,
        }
    };
    visit.server.outbox_bell.notify_one();
    let reasons = |refused: Vec<Refused>| refused.into_iter().map(reason).collect::<Vec<_>>().join("; ");
    made.map_err(|refused| Error::Fault(reasons(refused)))
}

async fn create_once(visit: &Visit, wanted: &Wanted<'_>) -> Result<Result<Made, Vec<Refused>>> {
    let mut tx = visit.db()?.write().await?;
    let made = keys::make(visit, &mut tx, wanted, Actor::System).await?;
    tx.commit().await?;
    Ok(made)
}

fn reason(refused: Refused) -> &'static str {
    match refused {
        Refused::Name => "--name: 1 to 80 characters",
        Refused::Scope => "--scope: there is only guest-links",
        Refused::App => "--app: an address like https://visits.example/join, without # and at most 500 characters",
        Refused::TooMany => "a practice has at most 20 keys; end one that is not needed",
    }
}

/// All keys of a practice, the newest first.
///
/// # Errors
/// A fault when there is no such practice.
pub async fn list(server: &Arc<Server>, region: &str, slug: &str) -> Result<Vec<Key>> {
    keys::list(&visit_at(server, region, slug).await?).await
}

/// Ends a key. What it made stays: links to appointments go on working.
///
/// # Errors
/// A fault when there is no such key, or it was ended before.
pub async fn end(server: &Arc<Server>, region: &str, slug: &str, id: &str) -> Result<()> {
    let visit = visit_at(server, region, slug).await?;
    let mut run = 1;
    let ended = loop {
        match end_once(&visit, id).await {
            Err(Error::Conflict) if run < MOST_RUNS => run += 1,
            done => break done?,
        }
    };
    visit.server.outbox_bell.notify_one();
    if ended { Ok(()) } else { Err(Error::Fault(format!("{slug} has no living key {id}"))) }
}

async fn end_once(visit: &Visit, id: &str) -> Result<bool> {
    let mut tx = visit.db()?.write().await?;
    let ended = keys::end(visit, &mut tx, id, Actor::System).await?;
    tx.commit().await?;
    Ok(ended)
}

/// A practice's own door, for work that no browser asked for.
///
/// # Errors
/// A fault that names what is not there.
pub async fn visit_at(server: &Arc<Server>, region: &str, slug: &str) -> Result<Visit> {
    let found = server.region(region).ok_or_else(|| Error::Fault(format!("no region {region} here")))?;
    let practice = found.practices.by_slug(&found.db, region, slug, server.world.now()).await?;
    background_visit(server, practice.ok_or_else(|| Error::Fault(format!("no practice is called {slug} in {region}")))?)
}
