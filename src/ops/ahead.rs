//! What a clock that was ahead has left: counts and messages that wait for a day which is not near, and sessions in use till then. A
//! set-back clock would keep honest people out until then, their mail in, and their sessions unlocked.

use crate::args;
use crate::platform::db::Db;
use crate::platform::error::Result;

/// Nodes' clocks may differ so much (seconds) before one is called ahead; nobody waits longer than this for a next try.
const MOST_AHEAD: i64 = 900;

/// A word for the log and the statement ($1 now, $2 from when on a time is ahead).
const LATER_THAN_NOW: &[(&str, &str)] = &[
    // No window is longer than a day. What was counted stays: a factor that wrong answers switched off is off.
    (
        "counts",
        "UPDATE tries SET updated_at = $1,
            window_start = CASE WHEN window_start > $2 THEN CAST($1 AS BIGINT) - 86400 ELSE window_start END,
            blocked_until = CASE WHEN blocked_until > $2 THEN $1 ELSE blocked_until END
         WHERE updated_at > $2",
    ),
    ("names tried in vain", "UPDATE sprayed SET at = $1 WHERE at > $2"),
    // A client's new address may wait for its day (factors/client_email.rs); all else is put for now.
    (
        "messages",
        "UPDATE outbox SET created_at = $1, next_at = $1, claimed_until = 0
         WHERE ended_at IS NULL AND created_at > $2 AND kind <> 'client-email'",
    ),
    // Nobody is fresh by it: a proof that cannot have been given yet is asked for again.
    (
        "sessions",
        "UPDATE session SET seen_at = CASE WHEN seen_at > $2 THEN CAST($1 AS BIGINT) ELSE seen_at END,
            fresh_at = CASE WHEN fresh_at > $2 THEN 0 ELSE fresh_at END
         WHERE ended_at IS NULL AND ends_at > $2 AND (seen_at > $2 OR fresh_at > $2)",
    ),
];

/// Brings all that back to now; answers how many rows those were.
///
/// # Errors
/// Faults of the database.
pub async fn bring_back(db: &Db, now: i64) -> Result<u64> {
    let mut all = 0;
    for (what, sql) in LATER_THAN_NOW {
        let rows = db.execute(sql, args![now, now + MOST_AHEAD]).await?;
        if rows > 0 {
            tracing::warn!(what, rows, "written by a clock that was ahead of this one; brought back to now");
        }
        all += rows;
    }
    Ok(all)
}
