//! `portico serve`: opens everything, takes requests until it is asked to end, then ends in order.
//! The demo stands on the same ground with other settings.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use tokio::net::TcpListener;
use tokio::task::JoinSet;

use super::listen::{self, Certificates, Limits};
use super::start::{self, Schema};
use super::tasks::{self, Stop};
use super::{keys, log, practice_twice, scrape};
use crate::app;
use crate::config::{Config, Edge};
use crate::platform::error::{Error, Result};
use crate::platform::server::Server;
use crate::platform::world::World;

/// How long background work may take to come to its end.
const TASKS_END: Duration = Duration::from_secs(10);
/// When this program was built, unix seconds.
const BUILT: &str = env!("BUILT_AT_SECONDS");

/// What takes requests.
pub struct Stand<S> {
    pub listeners: Vec<TcpListener>,
    pub service: S,
    pub certificates: Option<Arc<Certificates>>,
    pub metrics: Option<TcpListener>,
}

/// Serves until the process is asked to end.
///
/// # Errors
/// A fault that says what could not be opened.
pub async fn run(config: Config, world: Arc<dyn World>, schema: Schema) -> Result<()> {
    log::begin(&config.log);
    refuse_old_clock(&*world)?;
    let server = start::server_with(config, world, schema).await?;
    for twice in practice_twice::settle(&server).await? {
        let told = if twice.is_known { "; it is served there alone" } else { "" };
        tracing::error!("{}{told}: {}", twice.words(), twice.remedy());
    }
    let certificates = match &server.config.edge {
        Edge::Tls { certificate, key } => {
            Some(Certificates::load(certificate, key).map_err(|error| Error::fault("tls", error))?)
        }
        Edge::Proxy { .. } | Edge::Loopback => None,
    };
    let metrics = match server.config.metrics_listen {
        Some(address) => Some(bind(address).await?),
        None => None,
    };
    let listener = bind(server.config.listen).await?;
    tracing::info!(listen = %server.config.listen, entrance = server.entrance(), "ready");
    let service = app::front(Arc::clone(&server));
    until_asked(&server, Stand { listeners: vec![listener], service, certificates, metrics }).await
}

/// Codes, links and sessions are judged by the clock: one that stands before the build is wrong for sure.
///
/// # Errors
/// A fault that says so.
pub fn refuse_old_clock(world: &dyn World) -> Result<()> {
    let built: i64 = BUILT.parse().unwrap_or(0);
    if world.now() >= built {
        return Ok(());
    }
    let now = crate::platform::when::full(world.now(), "UTC");
    Err(Error::Fault(format!(
        "this computer's clock says {now}, which is before this program was built; set the clock"
    )))
}

/// # Errors
/// A fault that names the address.
pub async fn bind(address: SocketAddr) -> Result<TcpListener> {
    TcpListener::bind(address).await.map_err(|error| Error::fault(&format!("listening on {address}"), error))
}

/// Serves on all listeners, with the work in the background, until SIGTERM or SIGINT; then lets requests finish, then
/// the work, then closes the databases.
///
/// # Errors
/// A fault when a listener cannot begin.
pub async fn until_asked<S>(server: &Arc<Server>, stand: Stand<S>) -> Result<()>
where
    S: listen::Answers + Send + Sync + 'static,
{
    keys::note(server).await?;
    let (say, stop) = tokio::sync::watch::channel(false);
    let mut work = tasks::spawn_all(server, &stop);
    if let Some(certificates) = &stand.certificates {
        work.spawn(tasks::until(Arc::clone(certificates).keep_fresh(), stop.clone()));
    }
    let mut doors = JoinSet::new();
    for listener in stand.listeners {
        let (service, certificates) = (stand.service.clone(), stand.certificates.clone());
        doors.spawn(listen::serve(listener, service, certificates, Limits::default(), tasks::heard(stop.clone())));
    }
    if let Some(listener) = stand.metrics {
        let router = scrape::router(Arc::clone(server));
        doors.spawn(listen::serve(listener, router, None, Limits::default(), tasks::heard(stop.clone())));
    }
    let ended = tokio::select! {
        asked = listen::asked_to_end() => asked.map_err(|error| Error::fault("signals", error)),
        // A door closes before its time only when it could not begin.
        Some(early) = doors.join_next() => early_end(early),
    };
    tracing::info!("ending: requests under way may finish");
    let _ = say.send(true);
    end(server, doors, work).await;
    ended
}

type Served = std::result::Result<std::io::Result<usize>, tokio::task::JoinError>;

fn early_end(served: Served) -> Result<()> {
    match served {
        Ok(Ok(_)) => Ok(()),
        Ok(Err(error)) => Err(Error::fault("listening", error)),
        Err(error) => Err(Error::fault("listening", error)),
    }
}

async fn end(server: &Server, mut doors: JoinSet<std::io::Result<usize>>, mut work: JoinSet<()>) {
    while let Some(served) = doors.join_next().await {
        if let Ok(Ok(cut)) = served
            && cut > 0
        {
            tracing::warn!(cut, "connections had to be cut");
        }
    }
    let finished = async { while work.join_next().await.is_some() {} };
    if tokio::time::timeout(TASKS_END, finished).await.is_err() {
        tracing::warn!("background work was cut off; it goes on at the next start");
        work.shutdown().await;
    }
    server.hashing.stop();
    for region in server.databases() {
        region.db.close().await;
    }
    tracing::info!("ended");
}

/// For whoever needs to know whether it is time to end.
pub fn is_ending(stop: &Stop) -> bool {
    *stop.borrow()
}
