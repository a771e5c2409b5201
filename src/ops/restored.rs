//! `portico restored`: after a backup was put back. What the backup knows as good may have been used, ended or taken back
//! since: links, codes, PINs, half sign-ins, sessions and recognised devices end, and administrators learn of it.

use std::sync::Arc;

use crate::args;
use crate::notices::{Actor, Event, Happening, happened};
use crate::platform::db::Tx;
use crate::platform::door::background_visit;
use crate::platform::error::{Error, Result};
use crate::platform::practice;
use crate::platform::server::{Region, Server};
use crate::platform::when;

/// How often one practice is tried again when something else writes at the same time.
const MOST_RUNS: u32 = 12;

/// Ends it practice by practice, each in one transaction; answers how many practices there were. Doing it again ends what was
/// begun since and tells the administrators again.
///
/// # Errors
/// A fault when the region is not here or its database fails; the practices before it are done.
pub async fn end_all(server: &Arc<Server>, region: &str) -> Result<usize> {
    let region = server.region(region).ok_or_else(|| Error::Fault(format!("no region {region} here")))?;
    let ids: Vec<(String,)> = region.db.all("SELECT id FROM practice ORDER BY id", args![]).await?;
    for (id,) in &ids {
        let mut run = 1;
        loop {
            match once(server, region, id).await {
                Err(Error::Conflict) if run < MOST_RUNS => run += 1,
                done => break done?,
            }
        }
    }
    Ok(ids.len())
}

async fn once(server: &Arc<Server>, region: &Region, id: &str) -> Result<()> {
    let now = server.world.now();
    let mut tx = region.db.write().await?;
    let last: Option<(Option<i64>,)> =
        tx.optional("SELECT MAX(at) FROM audit WHERE practice_id = $1", args![id]).await?;
    end(&mut tx, id, now).await?;
    let practice = practice::by_id_in(&mut tx, &region.name, id).await?.ok_or(Error::NotFound)?;
    let zone = practice.zone.clone();
    let visit = background_visit(server, practice)?;
    let as_of = when::full(last.and_then(|(at,)| at).unwrap_or(now), &zone);
    let restored = Happening::to_nobody(Event::Restored, Actor::System).detail("as_of", &as_of);
    happened(&visit, &mut tx, restored).await?;
    tx.commit().await
}

async fn end(tx: &mut Tx, id: &str, now: i64) -> Result<()> {
    for sql in [
        "UPDATE session SET ended_at = $2 WHERE practice_id = $1 AND ended_at IS NULL",
        "UPDATE device SET ended_at = $2 WHERE practice_id = $1 AND ended_at IS NULL",
        "UPDATE attempt SET ended_at = $2 WHERE practice_id = $1 AND ended_at IS NULL",
        "UPDATE token SET replaced_at = $2 WHERE practice_id = $1 AND used_at IS NULL AND replaced_at IS NULL AND purpose <> 'not-me'",
        "UPDATE link_ask SET link_until = $2 WHERE practice_id = $1 AND used_at IS NULL AND link_until > $2",
        "UPDATE pin SET replaced_at = $2 WHERE practice_id = $1 AND used_at IS NULL AND replaced_at IS NULL",
        "UPDATE mobile_code SET used_at = $2 WHERE practice_id = $1 AND used_at IS NULL",
    ] {
        tx.execute(sql, args![id, now]).await?;
    }
    Ok(())
}
