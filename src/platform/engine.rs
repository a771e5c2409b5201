//! What a database engine says of itself, for `portico doctor`; each engine is asked in its own words.

use super::db::Db;
use super::error::Result;

/// What an operator should know of a database.
pub struct Facts {
    pub name: &'static str,
    pub version: String,
    /// Unix seconds by the database's own clock; none where it has none of its own (SQLite).
    pub clock: Option<i64>,
    /// Settings on which durability rests, with the value they should have and the value they have.
    pub settings: Vec<(&'static str, &'static str, String)>,
}

/// The least PostgreSQL that Portico is tried on.
pub const LEAST_POSTGRES: u32 = 15;

impl Facts {
    /// The number before the first point.
    pub fn major(&self) -> u32 {
        self.version.split('.').next().and_then(|major| major.trim().parse().ok()).unwrap_or(0)
    }
}

/// # Errors
/// A fault when the database does not answer.
pub async fn facts(db: &Db) -> Result<Facts> {
    match db {
        Db::Sqlite { write, .. } => {
            let mut act = write.begin().await?;
            let connection = act.connection()?;
            let mut one =
                async |sql: &'static str| sqlx::query_scalar::<_, String>(sql).fetch_one(&mut *connection).await;
            Ok(Facts {
                name: "SQLite",
                version: one("SELECT sqlite_version()").await?,
                clock: None,
                settings: vec![
                    ("journal_mode", "wal", one("SELECT journal_mode FROM pragma_journal_mode").await?),
                    ("synchronous", "2", one("SELECT CAST(synchronous AS TEXT) FROM pragma_synchronous").await?),
                    ("quick_check", "ok", one("PRAGMA quick_check").await?),
                ],
            })
        }
        Db::Postgres { pool, .. } => {
            let one = async |sql: &'static str| sqlx::query_scalar::<_, String>(sql).fetch_one(pool).await;
            let clock = one("SELECT CAST(CAST(EXTRACT(EPOCH FROM clock_timestamp()) AS BIGINT) AS TEXT)").await?;
            Ok(Facts {
                name: "PostgreSQL",
                version: one("SELECT current_setting('server_version')").await?,
                clock: clock.parse().ok(),
                settings: vec![
                    ("fsync", "on", one("SELECT current_setting('fsync')").await?),
                    ("full_page_writes", "on", one("SELECT current_setting('full_page_writes')").await?),
                    ("server_encoding", "UTF8", one("SELECT current_setting('server_encoding')").await?),
                ],
            })
        }
    }
}
