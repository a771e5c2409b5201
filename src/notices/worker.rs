//! The worker of the outbox: finds what is due, fairly over practices, claims it row by row, and goes on until it is
//! told to end. What one claimed message comes to is in `sending.rs` and `ending.rs`.

use std::collections::HashMap;
use std::future::Future;
use std::pin::pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use futures_util::StreamExt;
use futures_util::stream;

use super::sending;
use crate::args;
use crate::platform::error::{Error, Result};
use crate::platform::metrics::Message;
use crate::platform::server::{Region, Server};
use crate::platform::world::new_id;

/// A claim lasts so long (seconds); a worker that died keeps a message from the others no longer.
pub const LEASE_SECONDS: i64 = 120;
/// Messages under way at once; each mail uses a connection of its own.
const AT_ONCE: usize = 4;
/// How often a claim that met another's act is tried again at once.
const CLAIM_AGAIN: usize = 3;
/// Messages looked up in one round; a round takes one of every practice before the second of any.
const ROUND: i64 = 200;
/// Messages to one recipient in one round, one after the other.
const IN_A_ROW: usize = 8;
/// The bell is heard on this node only, and a pause ends without one.
const POLL: Duration = Duration::from_secs(1);
/// When the server ends, messages under way have so long to be answered for.
const GOODBYE: Duration = Duration::from_secs(30);
/// Ended messages are forgotten after this (seconds).
const KEEP_SECONDS: i64 = 90 * 86_400;
const SLOW_TICK_SECONDS: i64 = 3600;

/// A message whose time has come, unclaimed when looked at; its recipient is still sealed.
#[derive(sqlx::FromRow)]
struct Due {
    practice_id: String,
    id: String,
    person_id: Option<String>,
    recipient: String,
}

/// A message that this worker has claimed; recipient and body are still sealed.
#[derive(sqlx::FromRow)]
pub(super) struct Claimed {
    pub practice_id: String,
    pub id: String,
    pub kind: String,
    pub about: String,
    pub person_id: Option<String>,
    pub recipient: String,
    pub body: Option<String>,
    /// Which try this is, from 1.
    pub tries: i64,
    pub created_at: i64,
    /// Until when it is of use (unix seconds).
    pub useful_until: Option<i64>,
    pub claimed_by: String,
}

/// Works until told to end, then lets the messages under way come to their answers.
pub async fn run(server: Arc<Server>, stop: impl Future<Output = ()>) {
    let ending = AtomicBool::new(false);
    let mut working = pin!(keep_working(&server, &ending));
    tokio::select! {
        () = &mut working => {}
        () = stop => {
            ending.store(true, Ordering::SeqCst);
            server.outbox_bell.notify_one();
            if tokio::time::timeout(GOODBYE, working).await.is_err() {
                tracing::warn!("some messages were under way at the end; they are tried again when their claim ends");
            }
        }
    }
}

#[expect(clippy::disallowed_methods, reason = "the outbox's worker looks again by the clock")]
async fn keep_working(server: &Arc<Server>, ending: &AtomicBool) {
    let mut purged_at = 0;
    while !ending.load(Ordering::SeqCst) {
        if let Err(error) = work_until(server, ending).await {
            tracing::error!(%error, "the outbox could not be worked");
        }
        if server.world.now() - purged_at >= SLOW_TICK_SECONDS {
            purged_at = server.world.now();
            if let Err(error) = purge(server).await {
                tracing::error!(%error, "old messages could not be forgotten");
            }
        }
        tokio::select! {
            () = server.outbox_bell.notified() => {}
            () = tokio::time::sleep(POLL) => {}
        }
    }
}

/// Does everything that is due now, once, and answers how many messages and jobs that were.
///
/// # Errors
/// Faults of a database; what was claimed is tried again when its lease ends.
pub async fn work(server: &Arc<Server>) -> Result<usize> {
    work_until(server, &AtomicBool::new(false)).await
}

async fn work_until(server: &Arc<Server>, ending: &AtomicBool) -> Result<usize> {
    let me = new_id(&*server.world);
    let mut all = 0;
    let mut failed = None;
    for region in server.databases() {
        // A region that cannot be reached never holds up the others.
        match work_region(server, region, &me, ending).await {
            Ok(done) => all += done,
            Err(error) => failed = Some(error),
        }
    }
    failed.map_or(Ok(all), Err)
}

async fn work_region(server: &Arc<Server>, region: &Arc<Region>, me: &str, ending: &AtomicBool) -> Result<usize> {
    let mut all = 0;
    loop {
        let due = due(region, server.world.now()).await?;
        let to_one = |messages: Vec<Due>| async move {
            let mut taken = 0;
            for message in messages {
                if ending.load(Ordering::SeqCst) {
                    break;
                }
                taken += take(server, region, me, &message).await;
            }
            taken
        };
        let done: usize = stream::iter(by_recipient(server, due))
            .map(to_one)
            .buffer_unordered(AT_ONCE)
            .fold(0, |sum, n| async move { sum + n })
            .await;
        all += done;
        if done == 0 {
            measure(server).await;
            return Ok(all);
        }
    }
}

/// What is due, one of each practice before the second of any, so that nobody's flood starves another.
async fn due(region: &Region, now: i64) -> Result<Vec<Due>> {
    region
        .db
        .all(
            "SELECT practice_id, id, person_id, recipient FROM (
                SELECT practice_id, id, person_id, recipient, next_at,
                    ROW_NUMBER() OVER (PARTITION BY practice_id ORDER BY next_at, id) AS place
                FROM outbox WHERE ended_at IS NULL AND next_at <= $1 AND claimed_until <= $1
             ) AS waiting ORDER BY place, next_at, id LIMIT $2",
            args![now, ROUND],
        )
        .await
}

/// What is due, one list for each recipient in the order asked: of two mails in a mailbox people open the newer, so the
/// newer must be the one that was asked for last.
fn by_recipient(server: &Server, due: Vec<Due>) -> Vec<Vec<Due>> {
    let mut lists: Vec<Vec<Due>> = vec![];
    let mut places = HashMap::new();
    for message in due {
        let whose = [message.practice_id.as_str(), message.id.as_str(), message.person_id.as_deref().unwrap_or("")];
        // What cannot be opened is on its own; seeing it through says why.
        let to = server.open("outbox to", &whose, &message.recipient).unwrap_or_else(|_| message.id.clone());
        let place = *places.entry((message.practice_id.clone(), to.to_lowercase())).or_insert(lists.len());
        match lists.get_mut(place) {
            Some(list) if list.len() < IN_A_ROW => list.push(message),
            // The rest waits for the next round, so that a flood to one mailbox keeps the others no longer than this.
            Some(_) => {}
            None => lists.push(vec![message]),
        }
    }
    lists
}

/// Claims one message and sees it through; answers 1, or 0 where another worker was first.
async fn take(server: &Arc<Server>, region: &Arc<Region>, me: &str, due: &Due) -> usize {
    let (practice, id) = (due.practice_id.as_str(), due.id.as_str());
    let mut claimed = claim(server, region, me, practice, id).await;
    for _ in 0..CLAIM_AGAIN {
        // Left for the next round, it would come behind a whole round of everybody else's.
        if matches!(claimed, Err(Error::Conflict)) {
            claimed = claim(server, region, me, practice, id).await;
        }
    }
    let claimed = match claimed {
        Ok(Some(claimed)) => claimed,
        Ok(None) | Err(Error::Conflict) => return 0,
        Err(error) => {
            tracing::error!(%error, message = id, "a message could not be claimed");
            return 0;
        }
    };
    server.world.reached("outbox claimed");
    if claimed.tries == 1 {
        server.metrics.message(Message::Queued);
    }
    if let Err(error) = sending::see_through(server, region, &claimed).await {
        tracing::error!(%error, message = id, "what came of a message could not be noted");
    }
    1
}

/// One statement decides between workers: only the one whose update finds the row free has it.
async fn claim(server: &Server, region: &Region, me: &str, practice: &str, id: &str) -> Result<Option<Claimed>> {
    let now = server.world.now();
    region
        .db
        .change(
            "UPDATE outbox SET claimed_until = $4, claimed_by = $5, tries = tries + 1
             WHERE practice_id = $1 AND id = $2 AND ended_at IS NULL AND next_at <= $3 AND claimed_until <= $3
             RETURNING practice_id, id, kind, about, person_id, recipient, body, tries, created_at, useful_until, claimed_by",
            args![practice, id, now, now + LEASE_SECONDS, me],
        )
        .await
}

async fn measure(server: &Server) {
    let (mut waiting, mut oldest) = (0, None);
    for region in server.databases() {
        let counted: Result<Option<(i64, Option<i64>)>> = region
            .db
            .optional(
                "SELECT COUNT(*), MIN(created_at) FROM outbox WHERE ended_at IS NULL AND created_at <= $1",
                args![server.world.now()],
            )
            .await;
        if let Ok(Some((number, first))) = counted {
            waiting += number;
            oldest = [oldest, first].into_iter().flatten().min();
        }
    }
    let age = oldest.map_or(0, |first| server.world.now() - first);
    server.metrics.outbox(waiting, f64::from(i32::try_from(age).unwrap_or(i32::MAX)));
}

/// Forgets what ended more than 90 days ago; answers how many messages that were.
///
/// # Errors
/// Faults and conflicts of a database; the next tick tries again.
pub async fn purge(server: &Server) -> Result<u64> {
    let before = server.world.now() - KEEP_SECONDS;
    let mut gone = 0;
    for region in server.databases() {
        let mut tx = region.db.write().await?;
        tx.execute(
            "DELETE FROM outbox_state WHERE EXISTS (SELECT 1 FROM outbox o WHERE o.practice_id = outbox_state.practice_id
                AND o.id = outbox_state.message_id AND o.ended_at < $1)",
            args![before],
        )
        .await?;
        gone += tx.execute("DELETE FROM outbox WHERE ended_at < $1", args![before]).await?;
        tx.commit().await?;
    }
    Ok(gone)
}
