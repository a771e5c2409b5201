//! `portico restored`: after a backup was put back. What the backup knows as good may have been used, ended or taken back
//! since: links, codes, PINs, half sign-ins, sessions, recognised devices and what waits for its day end, and administrators learn
//! of it.

use std::sync::Arc;

use super::practice_twice;
use crate::args;
use crate::notices::ending::TOO_LATE;
use crate::notices::{Actor, Event, Happening, happened};
use crate::platform::db::Tx;
use crate::platform::door::background_visit;
use crate::platform::error::{Error, Result};
use crate::platform::practice;
use crate::platform::server::{Region, Server};
use crate::platform::when;

/// A second run within so long (seconds) is of the same backup.
const SAME_BACKUP_SECONDS: i64 = 2 * 3600;
/// How often one practice is tried again when something else writes at the same time.
const MOST_RUNS: u32 = 12;

/// What was done at one practice.
#[derive(Debug)]
pub struct Ended {
    /// Its name in the address.
    pub slug: String,
    /// Whether its administrators are told: not where the practice is on its way to another region or was given up, whose
    /// record ends here.
    pub told: bool,
    /// Why nothing was done.
    pub failed: Option<String>,
}

/// Ends it practice by practice, each in one transaction, those out of service too; answers what was done at each. One that
/// fails keeps nobody else's turn. Doing it again ends what was begun since and tells the administrators again.
///
/// # Errors
/// A fault when the region is not here or its practices cannot be read; nothing was done then.
pub async fn end_all(server: &Arc<Server>, region: &str) -> Result<Vec<Ended>> {
    let region = server.region(region).ok_or_else(|| Error::Fault(format!("no region {region} here")))?;
    practice_twice::settle(server).await?;
    let all: Vec<(String, String)> = region.db.all("SELECT id, slug FROM practice ORDER BY id", args![]).await?;
    let mut done = vec![];
    for (id, slug) in all {
        let mut run = 1;
        let ended = loop {
            match once(server, region, &id).await {
                Err(Error::Conflict) if run < MOST_RUNS => run += 1,
                ended => break ended,
            }
        };
        let (told, failed) = ended.map_or_else(|error| (false, Some(error.to_string())), |told| (told, None));
        done.push(Ended { slug, told, failed });
    }
    Ok(done)
}

/// Answers whether there was anybody to tell.
async fn once(server: &Arc<Server>, region: &Region, id: &str) -> Result<bool> {
    let now = server.world.now();
    let mut tx = region.db.write().await?;
    end(&mut tx, id, now).await?;
    let named = named_before(&mut tx, id, now).await?;
    end_mail(&mut tx, id, now).await?;
    let in_service = practice::by_id_in(&mut tx, &region.name, id).await?;
    let told = in_service.is_some();
    if let Some(practice) = in_service {
        let zone = practice.zone.clone();
        let visit = background_visit(server, practice)?;
        let as_of = match named {
            Some(named) => named,
            None => when::full(last_line(&mut tx, id).await?.unwrap_or(now), &zone),
        };
        let restored = Happening::to_nobody(Event::Restored, Actor::System).detail("as_of", &as_of);
        happened(&visit, &mut tx, restored).await?;
    }
    tx.commit().await?;
    Ok(told)
}

/// The time of the backup as it was told a moment ago: the lines since then are newer than the backup.
async fn named_before(tx: &mut Tx, id: &str, now: i64) -> Result<Option<String>> {
    let row: Option<(String,)> = tx
        .optional(
            "SELECT detail FROM audit WHERE practice_id = $1 AND event = 'restored' AND at > $2 ORDER BY at DESC, id DESC LIMIT 1",
            args![id, now - SAME_BACKUP_SECONDS],
        )
        .await?;
    let detail = row.and_then(|(detail,)| serde_json::from_str::<serde_json::Value>(&detail).ok());
    Ok(detail.and_then(|detail| detail["as_of"].as_str().map(str::to_owned)))
}

/// When the last line of the record was written: no backup is older.
async fn last_line(tx: &mut Tx, id: &str) -> Result<Option<i64>> {
    let last: Option<(Option<i64>,)> =
        tx.optional("SELECT MAX(at) FROM audit WHERE practice_id = $1", args![id]).await?;
    Ok(last.and_then(|(at,)| at))
}

/// What the backup still had to send has left since, or holds a link or code that is ended now.
async fn end_mail(tx: &mut Tx, id: &str, now: i64) -> Result<()> {
    tx.execute(
        "INSERT INTO outbox_state (practice_id, message_id, at, turn, state, reason)
         SELECT practice_id, id, CAST($2 AS BIGINT), tries, 'failed', CAST($3 AS TEXT) FROM outbox
         WHERE practice_id = CAST($1 AS TEXT) AND ended_at IS NULL AND kind IN ('mail', 'text') AND about <> 'restored-administrators' ON CONFLICT DO NOTHING",
        args![id, now, TOO_LATE],
    )
    .await?;
    tx.execute(
        "UPDATE outbox SET state = 'failed', body = NULL, ended_at = $2, claimed_until = 0, claimed_by = ''
         WHERE practice_id = $1 AND ended_at IS NULL AND kind IN ('mail', 'text') AND about <> 'restored-administrators'",
        args![id, now],
    )
    .await?;
    Ok(())
}

async fn end(tx: &mut Tx, id: &str, now: i64) -> Result<()> {
    for sql in [
        "UPDATE session SET ended_at = $2 WHERE practice_id = $1 AND ended_at IS NULL",
        "UPDATE device SET ended_at = $2 WHERE practice_id = $1 AND ended_at IS NULL",
        "UPDATE attempt SET ended_at = $2 WHERE practice_id = $1 AND ended_at IS NULL",
        "UPDATE token SET replaced_at = $2 WHERE practice_id = $1 AND used_at IS NULL AND replaced_at IS NULL AND purpose NOT IN ('not-me', 'invite')",
        // Not withdrawn: whom it still fits is sent another one by one press.
        "UPDATE token SET expires_at = $2 WHERE practice_id = $1 AND used_at IS NULL AND replaced_at IS NULL AND purpose = 'invite' AND expires_at > $2",
        "UPDATE link_ask SET link_until = $2 WHERE practice_id = $1 AND used_at IS NULL AND link_until > $2",
        "UPDATE pin SET replaced_at = $2 WHERE practice_id = $1 AND used_at IS NULL AND replaced_at IS NULL",
        "UPDATE mobile_code SET used_at = $2 WHERE practice_id = $1 AND used_at IS NULL",
        // What waits for its day would take force by itself, also where the client stopped it since. Its job then does nothing.
        "UPDATE email_change SET ended_at = $2 WHERE practice_id = $1 AND done_at IS NULL AND ended_at IS NULL",
    ] {
        tx.execute(sql, args![id, now]).await?;
    }
    let lock = "UPDATE person SET lock_off_from = NULL WHERE practice_id = $1 AND lock_off_from IS NOT NULL";
    tx.execute(lock, args![id]).await?;
    Ok(())
}
