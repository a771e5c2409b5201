//! The two engines behind one text per query: connect, read, write, and three verbs.
//! All that differs between SQLite and PostgreSQL is in this file, `connect.rs`, `writer.rs`, `readers.rs`, `pg_act.rs`
//! and `migrate.rs`; no feature asks which it is.

use sqlx::postgres::PgRow;
use sqlx::sqlite::SqliteRow;
use sqlx::{AssertSqlSafe, FromRow, PgPool};

pub use super::arg::Arg;
use super::connect;
use super::error::{Error, Result};
use super::joined::{Statement, joined};
use super::pg_act::PgAct;
use super::readers::Readers;
use super::writer::{Act, Crowd, Writer};

/// Binds all arguments; a macro because the two engines' query types share no trait.
macro_rules! bound {
    ($query:expr, $args:expr) => {{
        let mut query = $query;
        for arg in $args {
            query = match arg {
                Arg::Int(value) => query.bind(value),
                Arg::Text(value) => query.bind(value),
            };
        }
        query
    }};
}
pub(super) use bound;

/// A row that both engines can give.
pub trait Row: for<'r> FromRow<'r, SqliteRow> + for<'r> FromRow<'r, PgRow> + Send + Unpin {}
impl<T> Row for T where T: for<'r> FromRow<'r, SqliteRow> + for<'r> FromRow<'r, PgRow> + Send + Unpin {}

/// A database of one region.
#[derive(Clone)]
pub enum Db {
    /// One writer, since SQLite has one; readers beside it do not wait (WAL).
    Sqlite { write: Writer, read: Readers },
    Postgres {
        pool: PgPool,
        /// Connections that do not wait for the disk, for what [`Db::tally`] counts.
        hasty: PgPool,
    },
}

/// A write transaction. Dropped without `commit`, it is undone.
pub enum Tx {
    Sqlite(Act),
    Postgres(PgAct),
}

impl Db {
    /// Opens `sqlite:path` or `postgres://…`.
    ///
    /// # Errors
    /// A fault that names the database's kind, never its password.
    pub async fn connect(url: &str, max_connections: u32) -> Result<Db> {
        if url.starts_with("sqlite:") {
            connect::sqlite(url).await
        } else {
            connect::postgres(url, max_connections).await
        }
    }

    /// Says how to tell a crowd, in which commits are shared by more acts (SQLite).
    pub fn tell_crowds_by(&self, crowd: Crowd) {
        if let Db::Sqlite { write, .. } = self {
            write.tell_crowds_by(crowd);
        }
    }

    /// Begins a write transaction: `SERIALIZABLE` on PostgreSQL; on SQLite one after the other, with a shared commit.
    ///
    /// # Errors
    /// [`Error::Conflict`] when another writer holds on too long.
    pub async fn write(&self) -> Result<Tx> {
        Ok(match self {
            Db::Sqlite { write, .. } => Tx::Sqlite(write.begin().await?),
            Db::Postgres { pool, .. } => Tx::Postgres(PgAct::begin(pool, "BEGIN ISOLATION LEVEL SERIALIZABLE").await?),
        })
    }

    /// Begins a short transaction for counts: on PostgreSQL it waits for another writer of the same row instead of
    /// failing (`READ COMMITTED`), so that counting is never what makes a request run again.
    ///
    /// # Errors
    /// As [`Db::write`].
    pub async fn counting(&self) -> Result<Tx> {
        Ok(match self {
            Db::Sqlite { write, .. } => Tx::Sqlite(write.begin().await?),
            Db::Postgres { pool, .. } => {
                Tx::Postgres(PgAct::begin(pool, "BEGIN ISOLATION LEVEL READ COMMITTED").await?)
            }
        })
    }

    /// One statement on its own; answers the number of rows changed.
    pub async fn execute(&self, sql: &'static str, args: Vec<Arg>) -> Result<u64> {
        Ok(match self {
            Db::Sqlite { write, .. } => {
                let mut act = write.begin().await?;
                let changed = bound!(sqlx::query(sql), args).execute(act.connection()?).await?.rows_affected();
                act.commit().await?;
                changed
            }
            Db::Postgres { pool, .. } => bound!(sqlx::query(sql), args).execute(pool).await?.rows_affected(),
        })
    }

    /// One writing statement on its own that gives a row back (`RETURNING`), or none where its condition fails.
    pub async fn change<T: Row>(&self, sql: &'static str, args: Vec<Arg>) -> Result<Option<T>> {
        Ok(match self {
            Db::Sqlite { write, .. } => only(write, sql, args).await?.into_iter().next(),
            Db::Postgres { pool, .. } => bound!(sqlx::query_as(sql), args).fetch_optional(pool).await?,
        })
    }

    /// As [`Db::change`], for a statement that changes several rows.
    pub async fn change_all<T: Row>(&self, sql: &'static str, args: Vec<Arg>) -> Result<Vec<T>> {
        Ok(match self {
            Db::Sqlite { write, .. } => only(write, sql, args).await?,
            Db::Postgres { pool, .. } => bound!(sqlx::query_as(sql), args).fetch_all(pool).await?,
        })
    }

    /// As [`Db::change_all`], for counts of what everybody may do often: on PostgreSQL the last moment of them may be lost when
    /// its machine loses power (`synchronous_commit = off`). A row that all of a region's visitors count on is held for the
    /// length of a commit, and so would have each wait for the disk behind the other.
    ///
    /// # Errors
    /// Faults of the database.
    pub async fn tally<T: Row>(&self, sql: &'static str, args: Vec<Arg>) -> Result<Vec<T>> {
        match self {
            Db::Sqlite { .. } => self.change_all(sql, args).await,
            Db::Postgres { hasty, .. } => Ok(bound!(sqlx::query_as(sql), args).fetch_all(hasty).await?),
        }
    }

    /// As [`Db::tally`], for a count that an act may begin with: counted now and on its own where its row would be held until
    /// the disk has the act; `None` where it had better go with the act.
    ///
    /// # Errors
    /// Faults of the database.
    pub async fn tally_apart<T: Row>(&self, (sql, args): Statement) -> Result<Option<Vec<T>>> {
        match self {
            Db::Sqlite { .. } => Ok(None),
            Db::Postgres { .. } => self.tally(sql, args).await.map(Some),
        }
    }

    pub async fn optional<T: Row>(&self, sql: &'static str, args: Vec<Arg>) -> Result<Option<T>> {
        Ok(match self {
            Db::Sqlite { read, .. } => {
                let mut reader = read.lend().await?;
                let answer = bound!(sqlx::query_as(sql), args).fetch_optional(reader.connection()).await;
                reader.done(answer)?
            }
            Db::Postgres { pool, .. } => bound!(sqlx::query_as(sql), args).fetch_optional(pool).await?,
        })
    }

    pub async fn all<T: Row>(&self, sql: &'static str, args: Vec<Arg>) -> Result<Vec<T>> {
        Ok(match self {
            Db::Sqlite { read, .. } => {
                let mut reader = read.lend().await?;
                let answer = bound!(sqlx::query_as(sql), args).fetch_all(reader.connection()).await;
                reader.done(answer)?
            }
            Db::Postgres { pool, .. } => bound!(sqlx::query_as(sql), args).fetch_all(pool).await?,
        })
    }

    /// Asks the engine to parse one text against the schema without running it.
    ///
    /// # Errors
    /// What the engine says of the text.
    pub async fn prepare(&self, sql: &'static str) -> std::result::Result<(), String> {
        use sqlx::{Executor, SqlSafeStr};
        let text = sql.into_sql_str();
        match self {
            Db::Sqlite { read, .. } => {
                let mut reader = read.lend().await.map_err(|e| e.to_string())?;
                let answer = reader.connection().prepare(text).await.map(|_| ());
                reader.done(answer).map_err(|e| e.to_string())
            }
            Db::Postgres { pool, .. } => pool.prepare(text).await.map(|_| ()).map_err(|e| e.to_string()),
        }
    }

    /// Lets the engine count what its tables hold, where it has changed much, so that it finds its way by the right index.
    /// PostgreSQL does so by itself; without it SQLite believes that every practice has ten rows of everything.
    ///
    /// # Errors
    /// Faults and conflicts of the database.
    pub async fn count_tables(&self) -> Result<()> {
        if let Db::Sqlite { read, .. } = self {
            let mut tx = self.write().await?;
            // All tables, also those that this connection has not asked (sqlite.org, PRAGMA optimize).
            tx.execute("PRAGMA optimize = 0x10002", vec![]).await?;
            tx.commit().await?;
            read.begin_anew().await;
        }
        Ok(())
    }

    /// Ends all connections; waits for those in use.
    pub async fn close(&self) {
        match self {
            Db::Sqlite { write, read } => {
                read.close().await;
                write.close().await;
            }
            Db::Postgres { pool, hasty } => {
                hasty.close().await;
                pool.close().await;
            }
        }
    }
}

impl Tx {
    /// One statement; answers the number of rows changed.
    pub async fn execute(&mut self, sql: &'static str, args: Vec<Arg>) -> Result<u64> {
        Ok(match self {
            Tx::Sqlite(act) => {
                flush(act).await?;
                bound!(sqlx::query(sql), args).execute(act.connection()?).await?.rows_affected()
            }
            Tx::Postgres(act) => {
                let (text, args) = act.with_due(sql, args).await?;
                bound!(sqlx::query(AssertSqlSafe(text)), args).execute(act.connection()).await?.rows_affected()
            }
        })
    }

    /// One statement whose count of rows decides nothing. It is done before the next one, or before the commit, and goes to
    /// the database together with that one. Not for a `DELETE` whose rows take those of other tables along.
    ///
    /// # Errors
    /// Faults and conflicts of the database; they may show only with the next statement, never after the commit.
    pub async fn later(&mut self, sql: &'static str, args: Vec<Arg>) -> Result<()> {
        match self {
            Tx::Sqlite(act) => act.due.push((sql, args)),
            Tx::Postgres(act) => act.later(sql, args),
        }
        Ok(())
    }

    pub async fn optional<T: Row>(&mut self, sql: &'static str, args: Vec<Arg>) -> Result<Option<T>> {
        Ok(match self {
            Tx::Sqlite(act) => {
                let (text, args) = with_due(act, sql, args);
                bound!(sqlx::query_as(AssertSqlSafe(text)), args).fetch_optional(act.connection()?).await?
            }
            Tx::Postgres(act) => {
                let (text, args) = act.with_due(sql, args).await?;
                bound!(sqlx::query_as(AssertSqlSafe(text)), args).fetch_optional(act.connection()).await?
            }
        })
    }

    pub async fn all<T: Row>(&mut self, sql: &'static str, args: Vec<Arg>) -> Result<Vec<T>> {
        Ok(match self {
            Tx::Sqlite(act) => {
                let (text, args) = with_due(act, sql, args);
                bound!(sqlx::query_as(AssertSqlSafe(text)), args).fetch_all(act.connection()?).await?
            }
            Tx::Postgres(act) => {
                let (text, args) = act.with_due(sql, args).await?;
                bound!(sqlx::query_as(AssertSqlSafe(text)), args).fetch_all(act.connection()).await?
            }
        })
    }

    /// Questions and writing statements that give rows back (`RETURNING`), as one text; answers all rows, in order.
    ///
    /// # Errors
    /// Faults and conflicts of the database.
    pub async fn together<T: Row>(&mut self, statements: Vec<Statement>) -> Result<Vec<T>> {
        match self {
            Tx::Sqlite(act) => {
                let mut all = std::mem::take(&mut act.due);
                all.extend(statements);
                let (text, args) = joined(all);
                Ok(bound!(sqlx::query_as(AssertSqlSafe(text)), args).fetch_all(act.connection()?).await?)
            }
            Tx::Postgres(act) => {
                if let Some((text, args)) = act.all_as_one(&statements).await? {
                    return Ok(bound!(sqlx::query_as(AssertSqlSafe(text)), args).fetch_all(act.connection()).await?);
                }
                let mut rows = vec![];
                for (sql, args) in statements {
                    rows.extend(self.all(sql, args).await?);
                }
                Ok(rows)
            }
        }
    }

    /// Makes the transaction last.
    ///
    /// # Errors
    /// [`Error::Conflict`] when another writer came first: the whole request is run again.
    pub async fn commit(self) -> Result<()> {
        match self {
            Tx::Sqlite(mut act) => {
                finish(&mut act).await?;
                act.commit().await?;
            }
            Tx::Postgres(act) => act.commit().await?,
        }
        Ok(())
    }
}

/// The statement behind those that are due.
fn with_due(act: &mut Act, sql: &'static str, args: Vec<Arg>) -> (String, Vec<Arg>) {
    let mut all = std::mem::take(&mut act.due);
    all.push((sql, args));
    joined(all)
}

/// An act of one statement.
async fn only<T: Row>(write: &Writer, sql: &'static str, args: Vec<Arg>) -> Result<Vec<T>> {
    let mut act = write.begin().await?;
    let (text, args) = joined(vec![(sql, args), act.next()]);
    let rows = bound!(sqlx::query_as(AssertSqlSafe(text)), args).fetch_all(act.connection()?).await?;
    act.next_is_ready();
    act.commit().await?;
    Ok(rows)
}

/// What is due, as the last that an act does.
async fn finish(act: &mut Act) -> Result<()> {
    if !act.due.is_empty() {
        act.due.push(act.next());
        flush(act).await?;
        act.next_is_ready();
    }
    Ok(())
}

/// Those that are due, now.
async fn flush(act: &mut Act) -> Result<()> {
    let due = std::mem::take(&mut act.due);
    if !due.is_empty() {
        let (text, args) = joined(due);
        bound!(sqlx::query(AssertSqlSafe(text)), args).execute(act.connection()?).await?;
    }
    Ok(())
}

impl From<sqlx::Error> for Error {
    fn from(error: sqlx::Error) -> Self {
        if let sqlx::Error::Database(db) = &error {
            // 40001, 40P01: PostgreSQL's serialization failure and deadlock; 5 and 517: SQLite busy.
            if matches!(db.code().as_deref(), Some("40001" | "40P01" | "5" | "261" | "517")) {
                return Error::Conflict;
            }
            // 13: SQLite full; 53100: PostgreSQL's disk full. Whoever asked comes back; whoever runs it has to act.
            if matches!(db.code().as_deref(), Some("13" | "53100")) {
                tracing::error!("the database's disk is full: nothing can be changed until there is space");
                return Error::Full;
            }
        }
        if is_out_of_service(&error) {
            return Error::OutOfService;
        }
        let what = format!("database: {error}");
        if is_no_table(&error) { Error::NoTable(what) } else { Error::Fault(what) }
    }
}

/// 42P01 on PostgreSQL, whose words are in the language of its messages; SQLite has one code for much, and one language.
fn is_no_table(error: &sqlx::Error) -> bool {
    let sqlx::Error::Database(db) = error else { return false };
    let code = db.code();
    code.as_deref() == Some("42P01") || code.as_deref() == Some("1") && db.message().starts_with("no such table")
}

/// A line of the record names the practice only while it is in service (`audit::append`): 1299 and 23502 say that there was none.
fn is_out_of_service(error: &sqlx::Error) -> bool {
    let sqlx::Error::Database(db) = error else { return false };
    let message = db.message();
    matches!(db.code().as_deref(), Some("1299" | "23502"))
        && message.contains("audit")
        && message.contains("practice_id")
}
