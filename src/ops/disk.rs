//! Watching the disks of database files: a warning while there is time, and near the end nothing is written any more that
//! can be done without (AC-141). A disk of PostgreSQL is its own operator's to watch; here it shows only once it is full.

use std::io;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use super::tasks::{Stop, pause};
use crate::config::{Config, Database};
use crate::platform::server::Server;

/// Below this (bytes) whoever runs the server should act: a busy practice fills a gigabyte in years, a flood in days.
pub const LOW: u64 = 1 << 30;
/// Below this (bytes) strangers' refused tries are only counted, so that everybody else can go on signing in.
pub const SCARCE: u64 = 128 << 20;
/// Between two looks.
const EVERY: Duration = Duration::from_secs(30);

/// Looks until the server ends.
pub async fn run(server: Arc<Server>, stop: Stop) {
    loop {
        look(&server, free);
        if !pause(EVERY, &stop).await {
            return;
        }
    }
}

/// One look, through `free_of`, which says how many bytes a folder's disk has left.
pub fn look(server: &Server, free_of: impl Fn(&Path) -> io::Result<u64>) {
    let Some(least) = least(&server.config, free_of) else { return };
    server.metrics.disk_free(least);
    let scarce = least < SCARCE;
    match (server.set_scarce(scarce), scarce) {
        (false, true) => {
            tracing::error!(
                free = least,
                "the database's disk is nearly full: refused tries are only counted from now on"
            );
        }
        (true, false) => tracing::info!(free = least, "the database's disk has space again"),
        _ if least < LOW => tracing::warn!(free = least, "the database's disk fills up"),
        _ => {}
    }
}

/// The fullest disk of all database files; none where there is no such file or none can be asked.
fn least(config: &Config, free_of: impl Fn(&Path) -> io::Result<u64>) -> Option<u64> {
    config
        .regions
        .iter()
        .filter_map(|region| folder_of(&region.database))
        .filter_map(|folder| free_of(folder).ok())
        .min()
}

/// The folder of a database file.
pub fn folder_of(database: &Database) -> Option<&Path> {
    match database {
        Database::Sqlite(path) => path.parent(),
        Database::Postgres(_) => None,
    }
}

/// Bytes that this program may still write on a folder's disk (POSIX statvfs).
///
/// # Errors
/// What the system says.
pub fn free(folder: &Path) -> io::Result<u64> {
    let about = rustix::fs::statvfs(folder)?;
    Ok(about.f_bavail.saturating_mul(about.f_frsize))
}
