//! `portico keys`: making, listing, rotating and dropping the keys that seal secrets at rest, while servers run.
//! Which columns are sealed stands in `reseal.rs`.

pub mod reseal;

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, SystemTime};

use super::start;
use super::tasks::{Stop, pause};
use crate::config::Config;
use crate::platform::error::{Error, Result};
use crate::platform::keyring::Keyring;
use crate::platform::ring_marks;
use crate::platform::server::Server;
use crate::platform::world::{World, random};

/// How often a running server looks at its key file.
const LOOK_EVERY: Duration = Duration::from_secs(2);
/// How long a rotation waits after writing the file, so that every running server has taken the new key.
pub const SPREAD: Duration = Duration::from_secs(5);

/// The text of a new key file with one key.
///
/// # Errors
/// Never in practice: random bytes make a key.
pub fn new_text(world: &dyn World) -> Result<zeroize::Zeroizing<String>> {
    Ok(new_ring(world)?.to_file_text())
}

/// Writes a new key file that only its owner can read.
///
/// # Errors
/// A fault when a file of that name is there: an overwritten key is lost with all it sealed.
pub fn new_file(world: &dyn World, path: &Path) -> Result<()> {
    if path.exists() {
        return Err(Error::Fault(format!("{} is there already; nothing was changed", path.display())));
    }
    new_ring(world)?.rewrite(path).map_err(|error| Error::fault(&path.display().to_string(), error))
}

fn new_ring(world: &dyn World) -> Result<Keyring> {
    Keyring::generate("k1", random::<32>(world)).map_err(|problem| Error::fault("keys", problem))
}

/// The keys with what needs each of them, the current one first.
///
/// # Errors
/// Faults of the databases.
pub async fn list(config: &Config) -> Result<Vec<(String, reseal::Uses)>> {
    let mut all = Vec::new();
    for id in config.keys.ring.ids() {
        all.push((id.to_owned(), uses(config, id).await?));
    }
    Ok(all)
}

async fn uses(config: &Config, id: &str) -> Result<reseal::Uses> {
    let mut all = reseal::Uses::default();
    for region in config.databases() {
        let db = start::open_known(region).await?;
        let here = reseal::uses(&db, id).await?;
        db.close().await;
        all += here;
    }
    Ok(all)
}

/// Puts a new key in front of the ring, in the file; running servers take it within two seconds. Answers its name.
///
/// # Errors
/// A fault when the ring has no file, is full, or the file cannot be written.
pub fn add(config: &Config, world: &dyn World) -> Result<String> {
    let file = file_of(config)?;
    let mut ring = copy(&config.keys.ring)?;
    let id = next_id(&ring);
    ring.add_new(&id, random::<32>(world)).map_err(|problem| Error::fault("keys", problem))?;
    ring.rewrite(&file).map_err(|error| Error::fault(&file.display().to_string(), error))?;
    Ok(id)
}

/// What a rotation did, in sentences for the operator.
#[derive(Debug, Default)]
pub struct Rotated {
    pub done: Vec<String>,
    /// Values that could not be opened and stay as they are.
    pub refused: Vec<String>,
}

/// Puts a new key in front, lets every running server take it, and brings all sealed values under it.
///
/// # Errors
/// A fault that says what could not be done; running it again with only the second half goes on from there.
pub async fn rotate(config: &Config, world: &dyn World, add_key: bool, seal_anew: bool) -> Result<Rotated> {
    let mut rotated = Rotated::default();
    let mut ring = copy(&config.keys.ring)?;
    has_known_databases(config).await?;
    if add_key {
        let id = add(config, world)?;
        ring = read(&file_of(config)?)?;
        rotated.done.push(format!("{id} is the current key"));
    }
    if !seal_anew {
        return Ok(rotated);
    }
    if add_key {
        wait_for_servers().await;
    }
    for region in config.databases() {
        let db = start::open_known(region).await?;
        let resealed = reseal::reseal(&db, &ring, world).await?;
        db.close().await;
        rotated.done.push(format!("{}: {} values sealed anew under {}", region.name, resealed.values, ring.current()));
        rotated.refused.extend(resealed.refused.iter().map(|(column, number)| {
            format!("{}: {number} values in {column} do not open and were left as they are", region.name)
        }));
    }
    Ok(rotated)
}

/// Before the key file is touched: a key that cannot be put to use is in everybody's way, and a column that is unknown here may
/// need the one that is dropped.
async fn has_known_databases(config: &Config) -> Result<()> {
    for region in config.databases() {
        start::open_known(region).await?.close().await;
    }
    Ok(())
}

#[expect(clippy::disallowed_methods, reason = "a command that lets running servers read the key file")]
async fn wait_for_servers() {
    tokio::time::sleep(SPREAD).await;
}

fn read(file: &Path) -> Result<Keyring> {
    let text = std::fs::read_to_string(file).map_err(|error| Error::fault(&file.display().to_string(), error))?;
    Keyring::parse(&zeroize::Zeroizing::new(text)).map_err(|problem| Error::fault("keys", problem))
}

/// Takes a key out of the file that nothing needs any more.
///
/// # Errors
/// A fault that says why it must stay.
pub async fn drop_key(config: &Config, id: &str) -> Result<()> {
    has_known_databases(config).await?;
    let ids: Vec<&str> = config.keys.ring.ids().collect();
    let refuse = |why: &str| Err(Error::Fault(format!("the key {id} stays: {why}")));
    if !ids.contains(&id) {
        return Err(Error::Fault(format!("there is no key {id}; there are: {}", ids.join(", "))));
    }
    if ids.first() == Some(&id) {
        return refuse("it is the one that seals now; portico keys rotate makes another");
    }
    if ids.last() == Some(&id) {
        return refuse("it is the oldest, on which the counts of wrong answers and the marks of known browsers rest");
    }
    let uses = uses(config, id).await?;
    if !uses.none() {
        return refuse(&format!(
            "{uses} need it; sealed values change at portico keys rotate, a password or passphrase when its person next signs in, \
             a safe word when it is next used, backup codes when their owner makes new ones; PINs go after a week"
        ));
    }
    let Some(file) = &config.keys.file else {
        let how =
            "nothing needs it; the keys came from PORTICO_KEYS: take it out there by hand and restart every server";
        return refuse(how);
    };
    let text = config.keys.ring.to_file_text();
    let kept = zeroize::Zeroizing::new(
        text.lines().filter(|line| !line.starts_with(&format!("{id}:"))).collect::<Vec<_>>().join("\n"),
    );
    let ring = Keyring::parse(&kept).map_err(|problem| Error::fault("keys", problem))?;
    ring.rewrite(file).map_err(|error| Error::fault(&file.display().to_string(), error))
}

fn file_of(config: &Config) -> Result<PathBuf> {
    config.keys.file.clone().ok_or_else(|| {
        let why = "the keys came from PORTICO_KEYS; put the new key in front there by hand, restart every server, then run: portico keys rotate --reseal-only";
        Error::Fault(why.to_owned())
    })
}

fn copy(ring: &Keyring) -> Result<Keyring> {
    Keyring::parse(&ring.to_file_text()).map_err(|problem| Error::fault("keys", problem))
}

/// `k2` after `k1`: short, since every password hash carries the name (1 to 8 of a-z and 0-9).
fn next_id(ring: &Keyring) -> String {
    let numbers = ring.ids().filter_map(|id| id.strip_prefix('k')?.parse::<u32>().ok());
    format!("k{}", numbers.max().unwrap_or(0) + 1)
}

/// Takes a changed key file over, until the server ends.
pub async fn watch(server: Arc<Server>, stop: Stop) {
    let Some(file) = server.config.keys.file.clone() else { return };
    let mut seen = changed_at(&file);
    while pause(LOOK_EVERY, &stop).await {
        let changed = changed_at(&file);
        if changed == seen {
            continue;
        }
        seen = changed;
        match server.reload_keys() {
            Ok(true) => tracing::info!(current = server.keyring().current(), "the key file was read again"),
            Ok(false) => {}
            Err(error) => tracing::error!(%error, "the changed key file cannot be used; the keys at hand stay"),
        }
        if let Err(error) = note(&server).await {
            tracing::error!(%error, "the keys at hand could not be noted in the databases");
        }
    }
}

/// Notes the keys at hand in the databases, and says loudly where they are not those that a database was served under.
///
/// # Errors
/// Faults of the databases.
pub async fn note(server: &Server) -> Result<()> {
    for name in ring_marks::note(server).await? {
        tracing::error!("{}", other_keys(&name));
    }
    Ok(())
}

/// For the operator.
pub fn other_keys(region: &str) -> String {
    format!(
        "region {region}: it was served under other keys (the oldest is another one); use the key file that belongs to it: docs/runbooks/restore.md"
    )
}

/// Says loudly, once, what in the databases needs a key that the ring lacks.
pub async fn tell_missing(server: Arc<Server>) {
    for region in server.databases() {
        match reseal::missing(&region.db, &server.keyring()).await {
            Ok(missing) => {
                if let Some(words) = missing.words() {
                    tracing::error!("region {}: {words}", region.name);
                }
            }
            Err(error) => tracing::error!(%error, "it could not be seen whether the keys at hand open everything"),
        }
    }
}

fn changed_at(file: &Path) -> Option<SystemTime> {
    std::fs::metadata(file).and_then(|about| about.modified()).ok()
}
