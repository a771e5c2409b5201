//! What happens to an asking: every region is asked, the mail is written, and the sealed request is thrown away. A region
//! that was silent is asked again with growing pauses, for a day at most, and holds up nobody who asks meanwhile.

use std::future::Future;
use std::pin::pin;
use std::sync::Arc;
use std::time::Duration;

use futures_util::{StreamExt, stream};
use tokio::sync::{Notify, Semaphore};
use tokio::task::JoinSet;
use tokio::time::MissedTickBehavior;

use super::ask::Request;
use super::finding::{self, Found, Listed, Whom};
use super::letters::{self, Envelope};
use super::{find, regions};
use crate::args;
use crate::platform::asked;
use crate::platform::db::Tx;
use crate::platform::door::entrance_visit;
use crate::platform::error::{Error, Result};
use crate::platform::secret;
use crate::platform::server::{ENTRANCE, Server};

/// A claim lasts so long (seconds); a worker that died keeps an asking from the others no longer.
const LEASE_SECONDS: i64 = 30;
/// Claims made at once; together they share a commit.
const CLAIMS_AT_ONCE: usize = 64;
/// The bell is heard on this node only.
const POLL: Duration = Duration::from_secs(1);
/// When the server ends, askings under way have so long to be answered: the patience with a region, and some for the mail.
const GOODBYE: Duration = Duration::from_secs(4);
/// Pauses before a silent region is asked again, in seconds; the last one repeats.
const PAUSES: [i64; 7] = [10, 20, 30, 60, 120, 300, 600];
/// No request is kept longer, sealed or not (seconds).
const KEEP_SECONDS: i64 = 24 * 3600;
/// How often a noting that met another's is run again.
const MOST_RUNS: u32 = 12;

/// Rung when something was asked on this node.
#[derive(Default)]
pub struct Bell(Notify);

impl Bell {
    pub fn ring(&self) {
        self.0.notify_one();
    }
}

#[derive(Debug, sqlx::FromRow)]
struct Claimed {
    id: String,
    browser: String,
    request: String,
    waiting: String,
    turn: i64,
    created_at: i64,
    answered_at: Option<i64>,
    code_hash: Option<String>,
}

/// Two queues that never wait for each other: whoever asked and has no mail yet, and regions that were silent then.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Lane {
    First,
    Later,
}

impl Lane {
    /// Askings under way at once; each may wait two seconds for a slow region.
    fn most(self) -> usize {
        match self {
            Lane::First => 512,
            Lane::Later => 8,
        }
    }

    async fn due(self, server: &Server, most: usize) -> Result<Vec<(String,)>> {
        let front = server.front.as_ref().ok_or(Error::NotFound)?;
        let most = i64::try_from(most).unwrap_or(i64::MAX);
        front
            .db
            .all(
                "SELECT id FROM finder WHERE request IS NOT NULL AND practice_id = $1 AND next_at <= $2 AND claimed_until <= $2
                    AND CASE WHEN answered_at IS NULL THEN 1 ELSE 0 END = $3
                 ORDER BY next_at, id LIMIT $4",
                args![ENTRANCE, server.world.now(), self == Lane::First, most],
            )
            .await
    }

    /// Claims what is due, so much at most.
    async fn claimed(self, server: &Arc<Server>, most: usize) -> Result<Vec<Claimed>> {
        let due = self.due(server, most).await?;
        let claimed = stream::iter(due).map(|(id,)| async move {
            match claim(server, &id).await {
                Ok(claimed) => claimed,
                Err(error) => {
                    tracing::warn!(%error, asking = id, "an asking at the entrance could not be claimed; it is tried again");
                    None
                }
            }
        });
        Ok(claimed.buffer_unordered(CLAIMS_AT_ONCE).filter_map(std::future::ready).collect().await)
    }
}

/// One lane with the askings that are under way in it.
struct Going {
    lane: Lane,
    places: Arc<Semaphore>,
    /// More may be due than there was room for.
    full: bool,
}

impl Going {
    fn new(lane: Lane) -> Going {
        Going { lane, places: Arc::new(Semaphore::new(lane.most())), full: false }
    }

    /// Begins what is due and waits for none of it.
    async fn begin(&mut self, server: &Arc<Server>, tasks: &mut JoinSet<()>) -> Result<()> {
        let room = self.places.available_permits();
        let claimed = if room == 0 { vec![] } else { self.lane.claimed(server, room).await? };
        self.full = claimed.len() == room;
        for claimed in claimed {
            let Ok(place) = Arc::clone(&self.places).acquire_owned().await else { return Ok(()) };
            let server = Arc::clone(server);
            tasks.spawn(async move {
                see_through(&server, &claimed).await;
                drop(place);
            });
        }
        Ok(())
    }
}

/// Works until told to end, then lets what is under way come to its mail. An asking that arrives while others wait for a silent
/// region begins at once.
pub async fn run(server: Arc<Server>, stop: impl Future<Output = ()>) {
    let Ok(bell) = server.kept::<Bell>() else { return };
    if server.front.is_none() {
        return;
    }
    let (mut stop, mut tasks) = (pin!(stop), JoinSet::new());
    let mut lanes = [Going::new(Lane::First), Going::new(Lane::Later)];
    let mut poll = tokio::time::interval(POLL);
    poll.set_missed_tick_behavior(MissedTickBehavior::Delay);
    loop {
        for lane in &mut lanes {
            if let Err(error) = lane.begin(&server, &mut tasks).await {
                tracing::error!(%error, "askings at the entrance could not be worked");
            }
        }
        loop {
            let look_again = tokio::select! {
                () = &mut stop => {
                    end(tasks).await;
                    return;
                }
                () = bell.0.notified() => true,
                _ = poll.tick() => true,
                Some(_) = tasks.join_next() => {
                    while tasks.try_join_next().is_some() {}
                    lanes.iter().any(|lane| lane.full)
                }
            };
            if look_again {
                break;
            }
        }
    }
}

async fn end(mut tasks: JoinSet<()>) {
    let all = async { while tasks.join_next().await.is_some() {} };
    if tokio::time::timeout(GOODBYE, all).await.is_err() {
        tracing::warn!("some askings were under way at the end; they are tried again when their claim ends");
    }
}

/// Does everything that is due now, once; answers how many askings that were.
///
/// # Errors
/// Faults of the entrance's database.
pub async fn work(server: &Arc<Server>) -> Result<usize> {
    if server.front.is_none() {
        return Ok(0);
    }
    let mut done = 0;
    for lane in [Lane::First, Lane::Later] {
        let claimed = lane.claimed(server, Lane::First.most()).await?;
        done += claimed.len();
        let seen = stream::iter(claimed).map(|claimed| async move { see_through(server, &claimed).await });
        seen.buffer_unordered(lane.most()).collect::<()>().await;
    }
    Ok(done)
}

/// Claims one asking; none where another worker was first.
async fn claim(server: &Server, id: &str) -> Result<Option<Claimed>> {
    let front = server.front.as_ref().ok_or(Error::NotFound)?;
    let now = server.world.now();
    front
        .db
        .change(
            "UPDATE finder SET claimed_until = $4, turn = turn + 1
             WHERE practice_id = $1 AND id = $2 AND request IS NOT NULL AND next_at <= $3 AND claimed_until <= $3
             RETURNING id, browser, request, waiting, turn, created_at, answered_at, code_hash",
            args![ENTRANCE, id, now, now + LEASE_SECONDS],
        )
        .await
}

async fn see_through(server: &Arc<Server>, claimed: &Claimed) {
    server.world.reached("asking claimed");
    if let Err(error) = Box::pin(answer(server, claimed)).await {
        tracing::error!(%error, asking = claimed.id, "an asking at the entrance was not answered; it is tried again");
    }
}

/// Asks the regions and writes what they say; an asking older than a day is thrown away unread, also where the entrance stood still.
async fn answer(server: &Arc<Server>, claimed: &Claimed) -> Result<()> {
    if server.world.now() - claimed.created_at >= KEEP_SECONDS {
        return throw_away(server, &claimed.id).await;
    }
    let request = Request::opened(server, &claimed.id, &claimed.request)?;
    let whom = Whom { key: &request.key, email: &request.email, remember: "" };
    let found = match claimed.answered_at {
        None => finding::find(server, regions::names(server), whom).await,
        Some(_) => {
            let waiting = claimed.waiting.split(',').map(str::to_owned);
            // One asking in vain is enough for a while: whoever waits for the same region does not queue behind it.
            let (silent, asked) = regions::silent_lately(server, waiting.collect())?;
            let mut found = finding::find(server, asked.clone(), whom).await;
            if asked.iter().any(|name| !found.silent.contains(name)) {
                found.places.extend(elsewhere(server, &asked, &request, &found).await);
            }
            found.silent.extend(silent);
            found
        }
    };
    let code = secret::six_digits(&*server.world);
    let mut run = 1;
    loop {
        match note(server, claimed, &request, &found, &code).await {
            Err(Error::Conflict) if run < MOST_RUNS => run += 1,
            result => return result,
        }
    }
}

async fn throw_away(server: &Server, id: &str) -> Result<()> {
    let front = server.front.as_ref().ok_or(Error::NotFound)?;
    let gone = "UPDATE finder SET request = NULL WHERE practice_id = $1 AND id = $2";
    front.db.execute(gone, args![ENTRANCE, id]).await?;
    Ok(())
}

/// What the other regions know that no mail of this asking has named: a practice may have moved to one of them while the region
/// that answers only now was silent.
async fn elsewhere(server: &Arc<Server>, asked: &[String], request: &Request, found: &Found) -> Vec<Listed> {
    let others = regions::names(server).into_iter().filter(|name| !asked.contains(name)).collect();
    // Silence is heard of those alone that the asking waits for.
    let Ok((_, others)) = regions::silent_lately(server, others) else { return vec![] };
    let whom = Whom { key: &request.key, email: &request.email, remember: "" };
    let mut places = finding::find(server, others, whom).await.places;
    let known: Vec<String> = found.places.iter().map(Listed::told_as).collect();
    places.retain(|listed| ![&request.told, &known].iter().any(|names| names.contains(&listed.told_as())));
    places
}

/// The request as it is kept on, with what its mails have named by now.
fn with_told(server: &Server, claimed: &Claimed, request: &Request, mailed: &[Listed]) -> Result<String> {
    let told = request.told.iter().cloned().chain(mailed.iter().map(Listed::told_as)).collect();
    Request { told, ..request.clone() }.sealed(server, &claimed.id)
}

/// The mail and what is left to do, in one transaction; a claim that another worker has taken over notes nothing.
async fn note(server: &Arc<Server>, claimed: &Claimed, request: &Request, found: &Found, code: &str) -> Result<()> {
    let visit = entrance_visit(server, &request.language);
    let first = claimed.answered_at.is_none();
    // The code goes with the first mail that lists something, whichever region that came from.
    let with_code = claimed.code_hash.is_none() && !found.places.is_empty();
    let kept = !found.silent.is_empty() && visit.now - claimed.created_at < KEEP_SECONDS;
    let to = Envelope { email: &request.email, key: &request.key, browser: &claimed.browser };
    let mut tx = visit.db()?.counting().await?;
    // Whoever asked sees the same page; in a flood only addresses on file are written to.
    let held = request.flood && (found.places.is_empty() || !asked::still_goes(&visit, &mut tx).await?);
    let untold = match claimed.answered_at {
        Some(told_at) if !held => Some(letters::untold(&visit, &mut tx, &to, found, told_at).await?),
        _ => None,
    };
    // Looked at after the count of what was told, where two askings of one browser wait for each other.
    let with_code = with_code && !(untold.is_some() && has_code_since(&mut tx, claimed).await?);
    // What was missing is mailed once, but for the code that only this browser takes.
    let found = untold.as_ref().filter(|_| !with_code).unwrap_or(found);
    let mailed = if held { &[] } else { found.places.as_slice() };
    let request = kept.then(|| with_told(server, claimed, request, mailed)).transpose()?;
    let noted = tx
        .execute(
            "UPDATE finder SET request = $4, waiting = $5, next_at = $6, claimed_until = 0,
                code_hash = COALESCE($7, code_hash),
                answered_at = CASE WHEN answered_at IS NULL OR code_hash IS NULL AND $7 IS NOT NULL THEN $8 ELSE answered_at END
             WHERE practice_id = $1 AND id = $2 AND turn = $3 AND request IS NOT NULL",
            args![
                ENTRANCE,
                &claimed.id,
                claimed.turn,
                request,
                found.silent.join(","),
                (visit.now + pause(claimed.turn)).min(claimed.created_at + KEEP_SECONDS),
                with_code.then(|| find::code_hash(server, &claimed.id, code)),
                visit.now,
            ],
        )
        .await?;
    if noted == 0 {
        return Ok(());
    }
    if !held && !found.places.is_empty() {
        let mail = if first { letters::Mail::First } else { letters::Mail::Rest };
        letters::list(&visit, &mut tx, &to, found, (mail, with_code.then_some(code))).await?;
    } else if !held && first {
        letters::nothing(&visit, &mut tx, &to, found).await?;
    }
    tx.commit().await?;
    server.world.reached("asking answered");
    server.outbox_bell.notify_one();
    Ok(())
}

/// Whether another asking of the same browser was mailed a code since this one's first mail: that one works here too.
async fn has_code_since(tx: &mut Tx, claimed: &Claimed) -> Result<bool> {
    let other: Option<(String,)> = tx
        .optional(
            "SELECT id FROM finder WHERE practice_id = $1 AND browser = $2 AND id <> $3 AND code_hash IS NOT NULL AND answered_at >= $4 LIMIT 1",
            args![ENTRANCE, &claimed.browser, &claimed.id, claimed.answered_at],
        )
        .await?;
    Ok(other.is_some())
}

/// Seconds until a silent region is asked again, after so many turns.
fn pause(turn: i64) -> i64 {
    let place = usize::try_from(turn - 1).unwrap_or(0).min(PAUSES.len() - 1);
    PAUSES[place]
}
