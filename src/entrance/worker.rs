//! What happens to an asking: every region is asked, the mail is written, and the sealed request is thrown away. A region
//! that was silent is asked again with growing pauses, for a day at most.

use std::future::Future;
use std::sync::Arc;
use std::time::Duration;

use futures_util::{StreamExt, stream};
use tokio::sync::Notify;

use super::ask::Request;
use super::finding::{self, Found, Whom};
use super::letters::{self, Envelope};
use super::{find, regions};
use crate::args;
use crate::platform::asked;
use crate::platform::door::entrance_visit;
use crate::platform::error::{Error, Result};
use crate::platform::secret;
use crate::platform::server::{ENTRANCE, Server};

/// A claim lasts so long (seconds); a worker that died keeps an asking from the others no longer.
const LEASE_SECONDS: i64 = 30;
/// Askings under way at once; each may wait two seconds for a slow region.
const AT_ONCE: usize = 128;
const ROUND: i64 = 512;
/// The bell is heard on this node only.
const POLL: Duration = Duration::from_secs(1);
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

/// Works until told to end.
#[expect(clippy::disallowed_methods, reason = "the entrance's worker looks again by the clock")]
pub async fn run(server: Arc<Server>, stop: impl Future<Output = ()>) {
    let working = async {
        loop {
            if let Err(error) = work(&server).await {
                tracing::error!(%error, "askings at the entrance could not be worked");
            }
            let Ok(bell) = server.kept::<Bell>() else { return };
            tokio::select! {
                () = bell.0.notified() => {}
                () = tokio::time::sleep(POLL) => {}
            }
        }
    };
    if server.front.is_none() {
        return;
    }
    tokio::select! {
        () = working => {}
        () = stop => {}
    }
}

/// Does everything that is due now, once; answers how many askings that were.
///
/// # Errors
/// Faults of the entrance's database.
pub async fn work(server: &Arc<Server>) -> Result<usize> {
    let Some(front) = &server.front else { return Ok(0) };
    let now = server.world.now();
    let due: Vec<(String,)> = front
        .db
        .all(
            "SELECT id FROM finder WHERE request IS NOT NULL AND practice_id = $1 AND next_at <= $2 AND claimed_until <= $2
             ORDER BY next_at, id LIMIT $3",
            args![ENTRANCE, now, ROUND],
        )
        .await?;
    let done = stream::iter(due).map(|(id,)| async move {
        match Box::pin(take(server, &id)).await {
            Ok(taken) => usize::from(taken),
            Err(error) => {
                tracing::error!(%error, asking = id, "an asking at the entrance was not answered; it is tried again");
                0
            }
        }
    });
    Ok(done.buffer_unordered(AT_ONCE).fold(0, |sum, one| async move { sum + one }).await)
}

/// Claims one asking and sees it through; false where another worker was first.
async fn take(server: &Arc<Server>, id: &str) -> Result<bool> {
    let front = server.front.as_ref().ok_or(Error::NotFound)?;
    let now = server.world.now();
    let claimed: Option<Claimed> = front
        .db
        .change(
            "UPDATE finder SET claimed_until = $4, turn = turn + 1
             WHERE practice_id = $1 AND id = $2 AND request IS NOT NULL AND next_at <= $3 AND claimed_until <= $3
             RETURNING id, browser, request, waiting, turn, created_at, answered_at, code_hash",
            args![ENTRANCE, id, now, now + LEASE_SECONDS],
        )
        .await?;
    let Some(claimed) = claimed else { return Ok(false) };
    server.world.reached("asking claimed");
    let request = Request::opened(server, &claimed.id, &claimed.request)?;
    let names = match claimed.answered_at {
        None => regions::names(server),
        Some(_) => claimed.waiting.split(',').map(str::to_owned).collect(),
    };
    let found = finding::find(server, names, Whom { key: &request.key, email: &request.email, remember: "" }).await;
    let code = secret::six_digits(&*server.world);
    let mut run = 1;
    loop {
        match note(server, &claimed, &request, &found, &code).await {
            Err(Error::Conflict) if run < MOST_RUNS => run += 1,
            result => return result.map(|()| true),
        }
    }
}

/// The mail and what is left to do, in one transaction; a claim that another worker has taken over notes nothing.
async fn note(server: &Arc<Server>, claimed: &Claimed, request: &Request, found: &Found, code: &str) -> Result<()> {
    let visit = entrance_visit(server, &request.language);
    let first = claimed.answered_at.is_none();
    // The code goes with the first mail that lists something, whichever region that came from.
    let with_code = claimed.code_hash.is_none() && !found.places.is_empty();
    let kept = !found.silent.is_empty() && visit.now - claimed.created_at < KEEP_SECONDS;
    let mut tx = visit.db()?.counting().await?;
    let noted = tx
        .execute(
            "UPDATE finder SET request = CASE WHEN CAST($4 AS BIGINT) = 1 THEN request END, waiting = $5, next_at = $6, claimed_until = 0,
                code_hash = COALESCE($7, code_hash),
                answered_at = CASE WHEN answered_at IS NULL OR code_hash IS NULL AND $7 IS NOT NULL THEN $8 ELSE answered_at END
             WHERE practice_id = $1 AND id = $2 AND turn = $3 AND request IS NOT NULL",
            args![
                ENTRANCE,
                &claimed.id,
                claimed.turn,
                kept,
                found.silent.join(","),
                visit.now + pause(claimed.turn),
                with_code.then(|| find::code_hash(server, &claimed.id, code)),
                visit.now,
            ],
        )
        .await?;
    if noted == 0 {
        return Ok(());
    }
    // Whoever asked sees the same page; in a flood only addresses on file are written to.
    let held = request.flood && (found.places.is_empty() || !asked::still_goes(&visit, &mut tx).await?);
    let to = Envelope { email: &request.email, key: &request.key, browser: &claimed.browser };
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

/// Seconds until a silent region is asked again, after so many turns.
fn pause(turn: i64) -> i64 {
    let place = usize::try_from(turn - 1).unwrap_or(0).min(PAUSES.len() - 1);
    PAUSES[place]
}
