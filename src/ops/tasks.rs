//! The work in the background: who begins it, and how it hears that the server ends.

use std::sync::Arc;
use std::time::Duration;

use tokio::sync::watch;
use tokio::task::JoinSet;

use super::{disk, keys, purge, record};
use crate::audit::chain;
use crate::entrance;
use crate::notices::outbox;
use crate::platform::server::Server;

/// Becomes true when the server ends.
pub type Stop = watch::Receiver<bool>;

/// What nobody waits for begins so long after the start: it asks the databases for much over connections of its own, and the first
/// people at the door would stand behind it.
const DOORS_FIRST: Duration = Duration::from_secs(1);

/// Begins everything that runs beside the requests; each ends by itself soon after `stop` is true.
pub fn spawn_all(server: &Arc<Server>, stop: &Stop) -> JoinSet<()> {
    let mut work = JoinSet::new();
    work.spawn(record::run(Arc::clone(server), stop.clone()));
    work.spawn(disk::run(Arc::clone(server), stop.clone()));
    work.spawn(keys::watch(Arc::clone(server), stop.clone()));
    work.spawn(outbox::run(Arc::clone(server), heard(stop.clone())));
    work.spawn(entrance::worker::run(Arc::clone(server), heard(stop.clone())));
    work.spawn(after_a_moment(purge::run(Arc::clone(server), stop.clone()), stop.clone()));
    work.spawn(after_a_moment(until(keys::tell_missing(Arc::clone(server)), stop.clone()), stop.clone()));
    work.spawn(after_a_moment(until(chain::run(Arc::clone(server)), stop.clone()), stop.clone()));
    work
}

async fn after_a_moment(work: impl Future<Output = ()>, stop: Stop) {
    if pause(DOORS_FIRST, &stop).await {
        work.await;
    }
}

/// Ready when the server ends.
pub async fn heard(mut stop: Stop) {
    // An error means that nobody can say it any more, which is the end too.
    let _ = stop.wait_for(|stop| *stop).await;
}

/// Runs something that never ends by itself.
pub async fn until<T>(endless: impl Future<Output = T>, stop: Stop) {
    tokio::select! {
        _ = endless => {}
        () = heard(stop) => {}
    }
}

/// Waits between two turns of some work; answers whether there is to be another.
#[expect(clippy::disallowed_methods, reason = "background work goes by the clock")]
pub async fn pause(length: Duration, stop: &Stop) -> bool {
    tokio::select! {
        () = tokio::time::sleep(length) => true,
        () = heard(stop.clone()) => false,
    }
}
