//! SQLite's readers: a few connections that see the last commit, lent for one question each. A pool would ask each of
//! them before and after whether it is still there, which costs more than most questions; a file does not go away.

use std::sync::{Arc, Mutex, PoisonError};

use sqlx::sqlite::{SqliteConnectOptions, SqliteConnection};
use sqlx::{ConnectOptions, Connection};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use super::error::{Error, Result};
use super::writer::Seen;

/// Questions that are answered at the same time.
const AT_ONCE: usize = 4;

#[derive(Clone)]
pub struct Readers {
    turns: Arc<Semaphore>,
    idle: Arc<Mutex<Vec<SqliteConnection>>>,
    options: Arc<SqliteConnectOptions>,
    seen: Seen,
}

/// A connection for one question.
pub struct Reader {
    connection: SqliteConnection,
    idle: Arc<Mutex<Vec<SqliteConnection>>>,
    _turn: OwnedSemaphorePermit,
}

impl Readers {
    /// Opens the first connection; others are opened when they are needed.
    ///
    /// # Errors
    /// A fault when the file cannot be opened.
    pub async fn open(options: SqliteConnectOptions, seen: Seen) -> Result<Readers> {
        let first = options.connect().await?;
        Ok(Readers {
            turns: Arc::new(Semaphore::new(AT_ONCE)),
            idle: Arc::new(Mutex::new(vec![first])),
            options: Arc::new(options),
            seen,
        })
    }

    /// Lends a connection for a question that begins now.
    ///
    /// # Errors
    /// A fault when the file cannot be opened, or the database was closed.
    pub async fn lend(&self) -> Result<Reader> {
        self.seen.by_all().await;
        let closed = |_| Error::Fault("database: closed".into());
        let turn = Arc::clone(&self.turns).acquire_owned().await.map_err(closed)?;
        let idle = self.idle.lock().unwrap_or_else(PoisonError::into_inner).pop();
        let connection = match idle {
            Some(connection) => connection,
            None => self.options.connect().await?,
        };
        Ok(Reader { connection, idle: Arc::clone(&self.idle), _turn: turn })
    }

    /// Ends all connections; those in use when their question is answered.
    pub async fn close(&self) {
        self.turns.close();
        self.begin_anew().await;
    }

    /// Ends the connections that lie idle; a connection reads what is counted of the tables only when it is opened.
    pub async fn begin_anew(&self) {
        let idle = std::mem::take(&mut *self.idle.lock().unwrap_or_else(PoisonError::into_inner));
        for connection in idle {
            let _ = connection.close().await;
        }
    }
}

impl Reader {
    pub fn connection(&mut self) -> &mut SqliteConnection {
        &mut self.connection
    }

    /// Gives the connection back, unless the answer says that it broke; a question that nobody waited for to the end takes
    /// its connection with it.
    ///
    /// # Errors
    /// Those of the answer.
    pub fn done<T>(self, answer: std::result::Result<T, sqlx::Error>) -> Result<T> {
        if !matches!(answer, Err(sqlx::Error::WorkerCrashed | sqlx::Error::Io(_) | sqlx::Error::Protocol(_))) {
            self.idle.lock().unwrap_or_else(PoisonError::into_inner).push(self.connection);
        }
        Ok(answer?)
    }
}
