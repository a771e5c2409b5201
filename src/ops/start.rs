//! From settings to a server that is ready: keys, pool, databases with their schema up to date.

use std::os::unix::fs::OpenOptionsExt;
use std::path::Path;
use std::sync::Arc;

use crate::app;
use crate::config::{self, Config, Database};
use crate::entrance::far::Far;
use crate::notices::carriers::Carriers;
use crate::platform::db::Db;
use crate::platform::error::{Error, Result};
use crate::platform::hashing::HashPool;
use crate::platform::keyring::Keyring;
use crate::platform::metrics::Metrics;
use crate::platform::migrate;
use crate::platform::place::Places;
use crate::platform::practice::Practices;
use crate::platform::rotation;
use crate::platform::server::{Parts, Region, Server};
use crate::platform::whose;
use crate::platform::world::World;

/// What to do about schema steps that a database lacks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Schema {
    Migrate,
    /// Refuse to start.
    MustBeThere,
}

/// Opens everything; runs missing schema steps.
///
/// # Errors
/// A fault that says what could not be opened and why.
pub async fn server(config: Config, world: Arc<dyn World>) -> Result<Arc<Server>> {
    server_with(config, world, Schema::Migrate).await
}

/// As [`server`], with a choice about the schema.
///
/// # Errors
/// As [`server`].
pub async fn server_with(config: Config, world: Arc<dyn World>, schema: Schema) -> Result<Arc<Server>> {
    let carriers = Carriers::from_settings(&config)?;
    furnished(config, world, schema, carriers, |_| {}).await
}

/// As [`server_with`], with the ways that messages leave by; the caller puts more on the shelf before anybody is served.
///
/// # Errors
/// As [`server`].
pub async fn furnished(
    config: Config,
    world: Arc<dyn World>,
    schema: Schema,
    carriers: Carriers,
    furnish: impl FnOnce(&mut Server),
) -> Result<Arc<Server>> {
    let keys =
        Arc::new(Keyring::parse(&config.keys.ring.to_file_text()).map_err(|problem| Error::fault("keys", problem))?);
    let mut regions = Vec::new();
    for region in &config.regions {
        regions.push(open_region(region, &*world, schema).await?);
    }
    let front = match &config.entrance {
        Some(entrance) => Some(open_region(&entrance.database, &*world, schema).await?),
        None => None,
    };
    let places = match &config.places_file {
        Some(path) => Places::open(path).map_err(|problem| Error::fault("places", problem))?,
        None => Places::none(),
    };
    let hashing = hash_pool(&config, &keys)?;
    for region in &regions {
        region.db.tell_crowds_by(Box::new(hashing.crowd()));
    }
    let mut server =
        Server::new(Parts { config, world, regions, front, keys, hashing, places, metrics: Metrics::new() })?;
    let far = Far::from_settings(&server.config)?;
    app::furnish(&mut server);
    server.keep(far);
    server.keep(carriers);
    furnish(&mut server);
    Ok(Arc::new(server))
}

async fn open_region(region: &config::Region, world: &dyn World, schema: Schema) -> Result<Arc<Region>> {
    let db = match schema {
        Schema::Migrate => open_or_make(region).await?,
        Schema::MustBeThere => open(region).await?,
    };
    bring_up(&region.name, &db, world, schema).await?;
    Ok(Arc::new(Region { name: region.name.clone(), db, practices: Practices::default() }))
}

/// The file of a region's database, where there ought to be one and is none.
pub fn missing_file(region: &config::Region) -> Option<&Path> {
    match &region.database {
        Database::Sqlite(path) if !path.exists() => Some(path),
        Database::Sqlite(_) | Database::Postgres(_) => None,
    }
}

/// Opens a region's database, and makes an empty one where there is none.
///
/// # Errors
/// A fault that names the region.
pub async fn open_or_make(region: &config::Region) -> Result<Db> {
    if let Database::Sqlite(path) = &region.database {
        // SQLite gives its other files the mode of this one. An error here is told better by the opening itself.
        let _ = std::fs::OpenOptions::new().write(true).create_new(true).mode(0o600).open(path);
    }
    open(region).await
}

/// Opens a region's database that is there already.
///
/// # Errors
/// A fault that names the region.
pub async fn open(region: &config::Region) -> Result<Db> {
    // An empty one in its place would hide that a backup was put somewhere else.
    if let Some(path) = missing_file(region) {
        let (name, path) = (&region.name, path.display());
        return Err(Error::Fault(format!(
            "the database of the region {name} is not there: {path}; put it there, or run portico migrate to make a new, empty one"
        )));
    }
    let opened = Db::connect(&database_url(&region.database), region.max_connections).await;
    opened.map_err(|error| Error::fault(&format!("the database of the region {}", region.name), error))
}

/// Opens a region's database for a command that reads or changes what is in it.
///
/// # Errors
/// As [`open`], where the schema is not the one of this program (a newer one may hold what is unknown here), and where the database
/// belongs to another region.
pub async fn open_known(region: &config::Region) -> Result<Db> {
    let db = open(region).await?;
    has_all_steps(&region.name, &db).await?;
    whose::check(&db, &region.name).await?;
    Ok(db)
}

async fn bring_up(region: &str, db: &Db, world: &dyn World, schema: Schema) -> Result<()> {
    whose::check(db, region).await?;
    if schema == Schema::Migrate {
        for step in migrate::migrate(db, world).await? {
            tracing::info!(region, step, "schema step run");
        }
    } else {
        has_all_steps(region, db).await?;
    }
    whose::claim(db, region, world.now()).await
}

async fn has_all_steps(region: &str, db: &Db) -> Result<()> {
    let missing = migrate::missing(db).await?;
    if missing.is_empty() {
        return Ok(());
    }
    let steps = missing.join(", ");
    Err(Error::Fault(format!("the database of the region {region} lacks schema steps ({steps}); run portico migrate")))
}

/// The address sqlx takes.
pub fn database_url(database: &Database) -> String {
    match database {
        Database::Sqlite(path) => format!("sqlite:{}", path.display()),
        Database::Postgres(url) => url.reveal().to_owned(),
    }
}

fn hash_pool(config: &Config, keys: &Keyring) -> Result<HashPool> {
    HashPool::with_size(rotation::hasher(config, keys)?, config.passwords.hash_threads, config.passwords.hash_queue)
        .map_err(|problem| Error::fault("password hashing", problem))
}
