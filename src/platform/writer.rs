//! SQLite's one writer, shared. Every commit waits for the disk, so acts that come while one is under way share the
//! next: each is a savepoint of its own in a common transaction, and none is told that it lasts before the commit is
//! on the disk. An act that is undone takes nothing of the others with it; a commit that fails undoes all of them.
//! Savepoints have two names in turn, so that an act can make the next one's with its last statements: whether those were
//! done to the end or not, going back to its own name undoes all of it and nothing before.
//! What an undone act saw of the others may not be on the disk yet: until it is, nobody reads (see [`Seen`]).

use std::sync::{Arc, OnceLock};
use std::time::Duration;

use sqlx::sqlite::{SqliteConnectOptions, SqliteConnection};
use sqlx::{ConnectOptions, Connection};
use tokio::sync::{Mutex, OwnedMutexGuard, oneshot, watch};

use super::error::{Error, Result};
use super::joined::Statement;

/// The one connection that writes, lent to one act after the other in the order they came.
#[derive(Clone)]
pub struct Writer {
    group: Arc<Mutex<Group>>,
    seen: watch::Receiver<bool>,
    crowd: Arc<OnceLock<Crowd>>,
}

/// How long people wait for something slower; no time where nobody waits.
pub type Crowd = Box<dyn Fn() -> Duration + Send + Sync>;

/// In a crowd a commit waits for others to share it, since what it costs then is what they wait for: so many times shorter than
/// they wait anyway,
const GATHER_PART: u32 = 4;

/// and at most this.
const LONGEST_GATHER: Duration = Duration::from_millis(60);

/// Whether everything that anybody has seen can be read. Else a try that was refused because of another, whose commit is
/// still under way, would look for the reason and find none.
#[derive(Clone)]
pub struct Seen(watch::Receiver<bool>);

/// No commit takes so long; whoever reads within an act of their own would wait for themselves.
const LONGEST_WAIT: Duration = Duration::from_secs(1);

const SAVE: [&str; 2] = ["SAVEPOINT act_0", "SAVEPOINT act_1"];
const UNDO: [&str; 2] = ["ROLLBACK TO act_0", "ROLLBACK TO act_1"];

/// The acts since the last commit.
struct Group {
    options: SqliteConnectOptions,
    connection: Option<SqliteConnection>,
    /// A transaction is open on the connection, and a task waits in line to commit it.
    open: bool,
    before: Before,
    /// Which of the two savepoints is the present act's.
    turn: usize,
    /// The next act's savepoint is made already.
    ready: bool,
    /// Acts that ended well and wait for the disk.
    waiting: Vec<oneshot::Sender<Result<()>>>,
    seen: watch::Sender<bool>,
    #[cfg(test)]
    commits: u32,
}

/// How the act before ended; the next in line sees to it, so that an end never has to wait.
enum Before {
    Nothing,
    Keep(oneshot::Sender<Result<()>>),
    Undo,
}

/// A write transaction on SQLite. Dropped without [`Act::commit`], it is undone.
pub struct Act {
    group: OwnedMutexGuard<Group>,
    /// Statements whose outcome nobody needs yet; they go with the next one, in this order.
    pub due: Vec<Statement>,
}

impl Writer {
    /// Opens the connection.
    ///
    /// # Errors
    /// A fault when the file cannot be opened.
    pub async fn open(options: SqliteConnectOptions) -> Result<Writer> {
        let connection = Some(options.connect().await?);
        let (seen, seen_by_all) = watch::channel(true);
        let group = Group {
            options,
            connection,
            open: false,
            before: Before::Nothing,
            turn: 0,
            ready: false,
            waiting: vec![],
            seen,
            #[cfg(test)]
            commits: 0,
        };
        Ok(Writer { group: Arc::new(Mutex::new(group)), seen: seen_by_all, crowd: Arc::default() })
    }

    /// Says how to tell a crowd; without it there is none. Only the first call counts.
    pub fn tell_crowds_by(&self, crowd: Crowd) {
        let _ = self.crowd.set(crowd);
    }

    /// For those who read.
    pub fn seen(&self) -> Seen {
        Seen(self.seen.clone())
    }

    /// Begins an act once those before it are over.
    ///
    /// # Errors
    /// [`Error::Conflict`] when another process writes for too long; faults of the database.
    pub async fn begin(&self) -> Result<Act> {
        let mut group = Arc::clone(&self.group).lock_owned().await;
        if group.open
            && let Err(error) = group.join().await
        {
            group.give_up(&error).await;
        }
        if !group.open {
            let (lend, lent) = oneshot::channel();
            let wait = self.crowd.get().map_or(Duration::ZERO, |crowd| crowd());
            let gather = (wait / GATHER_PART).min(LONGEST_GATHER);
            tokio::spawn(tend(Arc::clone(&self.group), group, lend, gather));
            group = lent.await.map_err(|_| closed())??;
        }
        Ok(Act { group, due: vec![] })
    }

    /// Commits what waits and closes the connection.
    pub async fn close(&self) {
        let mut group = self.group.lock().await;
        group.end().await;
        if let Some(connection) = group.connection.take() {
            let _ = connection.close().await;
        }
    }
}

/// Opens a common transaction, lends it to its first act, and gets in line to commit it: behind all who wait by then.
/// A task of its own, since a visitor who leaves must not leave it half open.
#[expect(clippy::disallowed_methods, reason = "a task of the writer's own waits, in a crowd that waits anyway")]
async fn tend(
    shared: Arc<Mutex<Group>>,
    mut group: OwnedMutexGuard<Group>,
    lend: oneshot::Sender<Result<OwnedMutexGuard<Group>>>,
    gather: Duration,
) {
    match group.begin().await {
        Ok(()) => drop(lend.send(Ok(group))),
        Err(error) => return drop(lend.send(Err(error))),
    }
    if !gather.is_zero() {
        tokio::time::sleep(gather).await;
    }
    shared.lock_owned().await.end().await;
}

impl Group {
    async fn begin(&mut self) -> Result<()> {
        if self.connection.is_none() {
            self.connection = Some(self.options.connect().await?);
        }
        (self.turn, self.ready) = (0, false);
        let begun = self.run("BEGIN IMMEDIATE; SAVEPOINT acts; SAVEPOINT act_0").await;
        self.open = begun.is_ok();
        if matches!(begun, Err(Error::Fault(_))) {
            // A connection that cannot begin is no use to the next either.
            self.connection = None;
        }
        begun
    }

    /// Begins the next act. Savepoints lie on each other until the commit; undoing goes back to the last, which is the last
    /// act's. Whoever leaves in the middle of this leaves at most an empty one.
    async fn join(&mut self) -> Result<()> {
        self.settle().await?;
        self.turn = 1 - self.turn;
        if std::mem::take(&mut self.ready) { Ok(()) } else { self.run(SAVE[self.turn]).await }
    }

    async fn settle(&mut self) -> Result<()> {
        if matches!(self.before, Before::Undo) {
            self.ready = false;
            self.run(UNDO[self.turn]).await?;
        }
        if let Before::Keep(tell) = std::mem::replace(&mut self.before, Before::Nothing) {
            self.waiting.push(tell);
        }
        Ok(())
    }

    /// Commits, and tells everybody who waits for it.
    async fn end(&mut self) {
        if !self.open {
            return;
        }
        let settled = self.settle().await;
        let ended = match settled {
            Ok(()) if self.waiting.is_empty() => self.run("ROLLBACK").await,
            // Where SQLite undid everything by itself (a full disk), there is no such savepoint any more, and nothing of a
            // transaction that began after it is kept either.
            Ok(()) => self.run("RELEASE acts; COMMIT").await,
            Err(error) => Err(error),
        };
        if let Err(error) = ended {
            return self.give_up(&error).await;
        }
        self.open = false;
        #[cfg(test)]
        {
            self.commits += 1;
        }
        self.seen.send_replace(true);
        for tell in self.waiting.drain(..) {
            let _ = tell.send(Ok(()));
        }
    }

    /// Nothing since the last commit stands.
    async fn give_up(&mut self, why: &Error) {
        tracing::error!(%why, acts = self.waiting.len(), "a transaction could not be committed");
        (self.open, self.before) = (false, Before::Nothing);
        self.seen.send_replace(true);
        for tell in self.waiting.drain(..) {
            let _ = tell.send(Err(why.clone()));
        }
        // Where SQLite did so by itself, there is nothing to take back.
        let _ = self.run("ROLLBACK").await;
    }

    async fn run(&mut self, sql: &'static str) -> Result<()> {
        let connection = self.connection.as_mut().ok_or_else(closed)?;
        sqlx::query(sql).execute(connection).await?;
        Ok(())
    }
}

impl Act {
    /// The connection, for one statement after the other.
    ///
    /// # Errors
    /// A fault when the database was closed.
    pub fn connection(&mut self) -> Result<&mut SqliteConnection> {
        self.group.connection.as_mut().ok_or_else(closed)
    }

    /// What may stand at the end of this act's last text: it makes the next act's savepoint, which then costs no way of its own.
    pub fn next(&self) -> Statement {
        (SAVE[1 - self.group.turn], vec![])
    }

    /// The text that ended with [`Act::next`] was done to its end.
    pub fn next_is_ready(&mut self) {
        self.group.ready = true;
    }

    /// Lets the next act begin and waits for the disk.
    ///
    /// # Errors
    /// A fault when the commit failed: then nothing of this act stands.
    pub async fn commit(mut self) -> Result<()> {
        let (tell, told) = oneshot::channel();
        self.group.before = Before::Keep(tell);
        drop(self);
        told.await.unwrap_or_else(|_| Err(closed()))
    }
}

impl Drop for Act {
    fn drop(&mut self) {
        if matches!(self.group.before, Before::Nothing) {
            self.group.before = Before::Undo;
            if !self.group.waiting.is_empty() {
                self.group.seen.send_replace(false);
            }
        }
    }
}

impl Seen {
    /// Waits until what undone acts saw can be read, at most a second.
    pub async fn by_all(&self) {
        if *self.0.borrow() {
            return;
        }
        let mut seen = self.0.clone();
        if tokio::time::timeout(LONGEST_WAIT, seen.wait_for(|seen| *seen)).await.is_err() {
            tracing::warn!("a read waited a second for a commit");
        }
    }
}

fn closed() -> Error {
    Error::Fault("database: the connection is closed".into())
}

#[cfg(test)]
mod tests;
