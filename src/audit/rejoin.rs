//! The record of a region that was put back from a backup, where another goes on with the practice: lines that the backup had not
//! sealed yet get the places that they have there, with those between them that it lacks. So what is here stays the beginning
//! of the record there.

use super::chain::{hash, head};
use super::{Row, checkpoint};
use crate::args;
use crate::platform::db::{Db, Tx};
use crate::platform::error::{Error, Result};

/// A line with its place.
#[derive(sqlx::FromRow)]
pub struct Sealed {
    seq: i64,
    sealed_hash: String,
    #[sqlx(flatten)]
    row: Row,
}

/// The lines of the newer record that follow the head of the older one, up to the last that waits there to be sealed; none where
/// nothing waits, the newer has nothing of it, or the two are no longer one record.
///
/// # Errors
/// Faults of the databases.
pub async fn missing(older: &Db, newer: &Db, practice: &str) -> Result<Vec<Sealed>> {
    let waiting: Vec<(String,)> = older
        .all(
            "SELECT a.id FROM audit a WHERE a.practice_id = $1 AND NOT EXISTS (
                SELECT 1 FROM audit_chain c WHERE c.practice_id = a.practice_id AND c.record_id = a.id)
             ORDER BY a.at, a.id LIMIT 10000",
            args![practice],
        )
        .await?;
    let mut last = 0;
    for (id,) in &waiting {
        let place = "SELECT seq FROM audit_chain WHERE practice_id = $1 AND record_id = $2";
        let there: Option<(i64,)> = newer.optional(place, args![practice, id]).await?;
        last = last.max(there.map_or(0, |(seq,)| seq));
    }
    let (seq, sealed_hash) = head(older, practice).await?;
    if last <= seq || !passes_through(newer, practice, seq, &sealed_hash).await? {
        return Ok(vec![]);
    }
    let mut lines: Vec<Sealed> = newer
        .all(
            "SELECT c.seq, c.hash AS sealed_hash, a.id, a.at, a.event, a.actor_kind, a.actor_id, a.actor_name, a.subject_id, a.subject_name,
                    a.result, a.address, a.browser, a.session_id, a.request_id, a.detail
             FROM audit_chain c JOIN audit a ON a.practice_id = c.practice_id AND a.id = c.record_id
             WHERE c.practice_id = $1 AND c.seq > $2 AND c.seq <= $3 ORDER BY c.seq",
            args![practice, seq, last],
        )
        .await?;
    let (mut next, mut before) = (seq + 1, sealed_hash);
    let wrong = lines.iter().position(|line| {
        let is_next = line.seq == next && hash(&before, practice, next, &line.row) == line.sealed_hash;
        next += 1;
        before.clone_from(&line.sealed_hash);
        !is_next
    });
    lines.truncate(wrong.unwrap_or(lines.len()));
    Ok(lines)
}

async fn passes_through(db: &Db, practice: &str, seq: i64, sealed_hash: &str) -> Result<bool> {
    let link: Option<(String,)> =
        db.optional("SELECT hash FROM audit_chain WHERE practice_id = $1 AND seq = $2", args![practice, seq]).await?;
    Ok(match link {
        Some((link,)) => link == sealed_hash,
        None if seq == 0 => true,
        None => checkpoint::last(db, practice).await?.is_some_and(|last| last == (seq, sealed_hash.to_owned())),
    })
}

/// Puts them there.
///
/// # Errors
/// [`Error::Conflict`] where a server has sealed meanwhile; faults of the database.
pub async fn put(tx: &mut Tx, practice: &str, lines: &[Sealed]) -> Result<()> {
    for Sealed { seq, sealed_hash, row } in lines {
        tx.execute(
            "INSERT INTO audit (practice_id, id, at, event, actor_kind, actor_id, actor_name, subject_id, subject_name, result, address, browser,
                session_id, request_id, detail)
             VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15) ON CONFLICT DO NOTHING",
            args![
                practice, &row.id, row.at, &row.event, &row.actor_kind, &row.actor_id, &row.actor_name, &row.subject_id, &row.subject_name,
                &row.result, &row.address, &row.browser, &row.session_id, &row.request_id, &row.detail,
            ],
        )
        .await?;
        let place = "INSERT INTO audit_chain (practice_id, seq, record_id, hash) VALUES ($1, $2, $3, $4) ON CONFLICT DO NOTHING";
        if tx.execute(place, args![practice, *seq, &row.id, sealed_hash]).await? != 1 {
            return Err(Error::Conflict);
        }
    }
    Ok(())
}
