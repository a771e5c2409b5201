//! How a connection to each engine is opened, and what it promises.

use std::str::FromStr;
use std::time::Duration;

use sqlx::Connection;
use sqlx::postgres::{PgConnectOptions, PgPoolOptions};
use sqlx::sqlite::{SqliteConnectOptions, SqliteJournalMode, SqliteSynchronous};

use super::db::Db;
use super::error::Result;
use super::readers::Readers;
use super::writer::Writer;

/// Texts that the writer keeps prepared; acts have many, since what is done together is one text.
const TEXTS: usize = 300;

/// The file of a region, made where there is none.
///
/// # Errors
/// A fault when it cannot be opened.
pub(super) async fn sqlite(url: &str) -> Result<Db> {
    let options = SqliteConnectOptions::from_str(url)?
        .create_if_missing(true)
        .journal_mode(SqliteJournalMode::Wal)
        .synchronous(SqliteSynchronous::Full)
        .busy_timeout(Duration::from_secs(10))
        .foreign_keys(true)
        // Without it a row that REPLACE throws out passes by the triggers that keep the record.
        .pragma("recursive_triggers", "ON")
        .pragma("cache_size", "-4000")
        // Rows of an index that are looked at to count them.
        .pragma("analysis_limit", "400");
    // What an act may have to take back is kept in memory: it is small, and its loss is what a crash means anyway.
    // Counts lie at places drawn by lot, so that in a flood the writer touches many pages at once.
    // An asking or a sign-in touches a dozen pages here and there: carried into the file after each thousand (SQLite's own
    // measure), most of them are written twice, and the writer waits for both.
    let write = options.clone().pragma("temp_store", "MEMORY").pragma("cache_size", "-16000");
    let write = write.pragma("wal_autocheckpoint", "8000");
    let write = write.statement_cache_capacity(TEXTS);
    let write = Writer::open(write).await?;
    let read = Readers::open(options.read_only(true).create_if_missing(false), write.seen()).await?;
    Ok(Db::Sqlite { write, read })
}

/// Connections for [`Db::tally`], beside the others; opened when they are needed.
const HASTY: u32 = 2;

/// The database that a server keeps.
///
/// # Errors
/// A fault when nobody answers there.
pub(super) async fn postgres(url: &str, max_connections: u32) -> Result<Db> {
    let options = PgConnectOptions::from_str(url)?.application_name("portico");
    let hasty = options.clone().options([("synchronous_commit", "off")]);
    Ok(Db::Postgres {
        pool: postgres_pool(max_connections).connect_with(options).await?,
        hasty: postgres_pool(HASTY).connect_lazy_with(hasty),
    })
}

fn postgres_pool(max_connections: u32) -> PgPoolOptions {
    PgPoolOptions::new()
        .max_connections(max_connections)
        .acquire_timeout(Duration::from_secs(10))
        // A connection used a moment ago is there; asking it first would double the way of every question.
        .test_before_acquire(false)
        .before_acquire(|connection, meta| {
            Box::pin(async move {
                if meta.idle_for >= Duration::from_secs(1) {
                    connection.ping().await?;
                }
                Ok(true)
            })
        })
}
