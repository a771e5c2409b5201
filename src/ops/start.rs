//! From settings to a server that is ready: keys, pool, databases with their schema up to date.

use std::sync::Arc;

use crate::app;
use crate::config::{Config, Database};
use crate::notices::carriers::Carriers;
use crate::ops::metrics::Metrics;
use crate::platform::db::Db;
use crate::platform::error::{Error, Result};
use crate::platform::hashing::{HashParams, HashPool, Hasher, Pepper};
use crate::platform::keyring::Keyring;
use crate::platform::migrate;
use crate::platform::place::Places;
use crate::platform::practice::Practices;
use crate::platform::server::{Parts, Region, Server};
use crate::platform::world::World;

/// Opens everything; runs missing schema steps.
///
/// # Errors
/// A fault that says what could not be opened and why.
pub async fn server(config: Config, world: Arc<dyn World>) -> Result<Arc<Server>> {
    let carriers = Carriers::from_settings(&config)?;
    server_with(config, world, carriers).await
}

/// As [`server`], with the ways that messages leave by.
///
/// # Errors
/// As [`server`].
pub async fn server_with(config: Config, world: Arc<dyn World>, carriers: Carriers) -> Result<Arc<Server>> {
    furnished(config, world, carriers, |_| {}).await
}

/// As [`server_with`]; the caller puts more on the shelf before anybody is served.
///
/// # Errors
/// As [`server`].
pub async fn furnished(
    config: Config,
    world: Arc<dyn World>,
    carriers: Carriers,
    furnish: impl FnOnce(&mut Server),
) -> Result<Arc<Server>> {
    let keys =
        Arc::new(Keyring::parse(&config.keys.ring.to_file_text()).map_err(|problem| Error::fault("keys", problem))?);
    let mut regions = Vec::new();
    for region in &config.regions {
        let db = Db::connect(&database_url(&region.database), region.max_connections).await?;
        for step in migrate::migrate(&db, &*world).await? {
            tracing::info!(region = region.name, step, "schema step run");
        }
        regions.push(Arc::new(Region { name: region.name.clone(), db, practices: Practices::default() }));
    }
    let places = match &config.places_file {
        Some(path) => Places::open(path).map_err(|problem| Error::fault("places", problem))?,
        None => Places::none(),
    };
    let hashing = hash_pool(&config, &keys)?;
    let mut server = Server::new(Parts { config, world, regions, keys, hashing, places, metrics: Metrics::new() })?;
    app::furnish(&mut server);
    server.keep(carriers);
    furnish(&mut server);
    Ok(Arc::new(server))
}

/// The address sqlx takes.
pub fn database_url(database: &Database) -> String {
    match database {
        Database::Sqlite(path) => format!("sqlite:{}", path.display()),
        Database::Postgres(url) => url.reveal().to_owned(),
    }
}

/// The pepper of each key in the ring, the newest first: a hash made under an old one is upgraded at the next sign-in.
fn hash_pool(config: &Config, keys: &Keyring) -> Result<HashPool> {
    let pepper = |id: &str| {
        let key = keys.derive(id, "pepper").ok_or_else(|| Error::Fault("keys: a key is missing".into()))?;
        Pepper::new(id, *key).map_err(|problem| Error::fault("keys", problem))
    };
    let mut peppers = keys.ids().map(pepper).collect::<Result<Vec<_>>>()?;
    let current = peppers.remove(0);
    let params =
        HashParams { memory_kib: config.passwords.argon2_memory_kib, passes: config.passwords.argon2_passes, lanes: 1 };
    let hasher = Hasher::new(params, current, peppers).map_err(|problem| Error::fault("password hashing", problem))?;
    HashPool::with_size(hasher, config.passwords.hash_threads, config.passwords.hash_queue)
        .map_err(|problem| Error::fault("password hashing", problem))
}
