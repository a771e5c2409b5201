//! Sealing: every line gets a number and a hash over the hash before it, so that a change, a gap or another order
//! shows. Lines are sealed moments after their act, so that sign-ins never wait for each other.

use std::time::Duration;

use data_encoding::HEXLOWER;
use sha2::{Digest, Sha256};

use super::Row;
use super::checkpoint;
use crate::args;
use crate::platform::db::Db;
use crate::platform::error::{Error, Result};
use crate::platform::server::Server;

/// Lines sealed in one transaction.
const BATCH: usize = 500;
/// How far back the worker looks each second: a line is almost always there by then (seconds).
const GLANCE_SECONDS: i64 = 5;
/// How far back it looks now and then, and how often; longer than any request lives (seconds).
const LOOK_BACK_SECONDS: i64 = 120;
const LOOK_BACK_EACH: i64 = 15;
/// How often it looks at everything, for lines that a set clock put out of sight, and says the heads (seconds).
const SWEEP_SECONDS: i64 = 600;

/// The hash of a line at its place. Every field is framed by its length, so that no text can pass for two.
pub fn hash(before: &str, practice: &str, seq: i64, row: &Row) -> String {
    let mut digest = Sha256::new();
    let (seq, at) = (seq.to_string(), row.at.to_string());
    let fields = [
        before,
        practice,
        &seq,
        &row.id,
        &at,
        &row.event,
        &row.actor_kind,
        &row.actor_id,
        &row.actor_name,
        &row.subject_id,
        &row.subject_name,
        &row.result,
        &row.address,
        &row.browser,
        &row.session_id,
        &row.request_id,
        &row.detail,
    ];
    for field in fields {
        digest.update(u64::try_from(field.len()).unwrap_or(u64::MAX).to_be_bytes());
        digest.update(field.as_bytes());
    }
    HEXLOWER.encode(&digest.finalize())
}

/// Number and hash of the last sealed line, also where all lines were cut; 0 and nothing before the first.
///
/// # Errors
/// Faults of the database.
pub async fn head(db: &Db, practice: &str) -> Result<(i64, String)> {
    let row: Option<(i64, String)> = db
        .optional("SELECT seq, hash FROM audit_chain WHERE practice_id = $1 ORDER BY seq DESC LIMIT 1", args![practice])
        .await?;
    match row {
        Some(head) => Ok(head),
        None => Ok(checkpoint::last(db, practice).await?.unwrap_or_default()),
    }
}

/// Seals everything that waits, in every region; answers how many lines.
///
/// # Errors
/// Faults of the databases.
pub async fn seal_all(server: &Server) -> Result<u64> {
    let mut sealed = 0;
    for region in &server.regions {
        sealed += seal_since(&region.db, i64::MIN).await?;
    }
    Ok(sealed)
}

/// Seals the lines from that time on (unix seconds) that have no number yet; answers how many. Where a practice was given
/// up its record ends, so that it stays the beginning of the one that goes on elsewhere.
///
/// # Errors
/// Faults of the database. Where another node came first, nothing is lost: the next turn finds what is left.
pub async fn seal_since(db: &Db, since: i64) -> Result<u64> {
    let waiting: Vec<(String,)> = db
        .all(
            "SELECT DISTINCT a.practice_id FROM audit a WHERE a.at >= $1 AND NOT EXISTS (
                SELECT 1 FROM audit_chain c WHERE c.practice_id = a.practice_id AND c.record_id = a.id)
                AND EXISTS (SELECT 1 FROM practice p WHERE p.id = a.practice_id AND (p.moving_to IS NULL OR p.closed_at IS NULL))",
            args![since],
        )
        .await?;
    let mut sealed = 0;
    for (practice,) in waiting {
        match seal_one(db, &practice, since).await {
            Err(Error::Conflict) => {}
            done => sealed += done?,
        }
    }
    Ok(sealed)
}

/// Seals all of one practice that has no number yet; answers how many lines.
///
/// # Errors
/// Faults and conflicts of the database.
pub async fn seal_practice(db: &Db, practice: &str) -> Result<u64> {
    seal_one(db, practice, i64::MIN).await
}

async fn seal_one(db: &Db, practice: &str, since: i64) -> Result<u64> {
    let mut sealed = 0;
    loop {
        let count = seal_batch(db, practice, since).await?;
        sealed += count;
        if count < BATCH as u64 {
            return Ok(sealed);
        }
    }
}

async fn seal_batch(db: &Db, practice: &str, since: i64) -> Result<u64> {
    let rows: Vec<Row> = db
        .all(
            "SELECT a.id, a.at, a.event, a.actor_kind, a.actor_id, a.actor_name, a.subject_id, a.subject_name, a.result, a.address,
                    a.browser, a.session_id, a.request_id, a.detail
             FROM audit a WHERE a.practice_id = $1 AND a.at >= $2 AND NOT EXISTS (
                SELECT 1 FROM audit_chain c WHERE c.practice_id = a.practice_id AND c.record_id = a.id)
             ORDER BY a.at, a.id LIMIT 500",
            args![practice, since],
        )
        .await?;
    if rows.is_empty() {
        return Ok(0);
    }
    let (mut seq, mut last) = head(db, practice).await?;
    let mut sealed = vec![];
    for row in rows.iter().take(BATCH) {
        seq += 1;
        last = hash(&last, practice, seq, row);
        sealed.push((seq, &row.id, last.clone()));
    }
    let mut tx = db.write().await?;
    for lines in sealed.chunks(TOGETHER) {
        // The primary key lets one node win; whoever loses undoes its whole batch.
        if lines.len() == TOGETHER {
            let mut all = args![practice];
            all.extend(lines.iter().flat_map(|(seq, id, hash)| args![*seq, *id, hash]));
            won(tx.execute(SEAL_EIGHT, all).await?, TOGETHER)?;
        } else {
            for (seq, id, hash) in lines {
                won(tx.execute(SEAL_ONE, args![practice, *seq, *id, hash]).await?, 1)?;
            }
        }
    }
    tx.commit().await?;
    Ok(u64::try_from(rows.len()).unwrap_or(u64::MAX))
}

const SEAL_ONE: &str =
    "INSERT INTO audit_chain (practice_id, seq, record_id, hash) VALUES ($1, $2, $3, $4) ON CONFLICT DO NOTHING";
/// Lines that one statement seals.
const TOGETHER: usize = 8;
const SEAL_EIGHT: &str = "INSERT INTO audit_chain (practice_id, seq, record_id, hash)
     VALUES ($1, $2, $3, $4), ($1, $5, $6, $7), ($1, $8, $9, $10), ($1, $11, $12, $13),
            ($1, $14, $15, $16), ($1, $17, $18, $19), ($1, $20, $21, $22), ($1, $23, $24, $25)
     ON CONFLICT DO NOTHING";

fn won(lines: u64, of: usize) -> Result<()> {
    if usize::try_from(lines) == Ok(of) { Ok(()) } else { Err(Error::Conflict) }
}

/// The worker: seals each second, forever. Every ten minutes it says each practice's last number and hash, for a log kept
/// elsewhere: lines cut from the end show only against such an anchor.
#[expect(clippy::disallowed_methods, reason = "work in the background goes by the clock")]
pub async fn run(server: std::sync::Arc<Server>) {
    let (mut swept_at, mut looked_at) = (i64::MIN, i64::MIN);
    loop {
        let now = server.world.now();
        let sweep = now.saturating_sub(swept_at) >= SWEEP_SECONDS || now < swept_at;
        let look_back = now.saturating_sub(looked_at) >= LOOK_BACK_EACH || now < looked_at;
        for region in &server.regions {
            let since = match () {
                () if sweep => i64::MIN,
                () if look_back => now - LOOK_BACK_SECONDS,
                () => now - GLANCE_SECONDS,
            };
            if let Err(error) = seal_since(&region.db, since).await {
                tracing::error!(region = region.name, %error, "the record could not be sealed");
            }
            if sweep && let Err(error) = say_heads(&region.name, &region.db).await {
                tracing::error!(region = region.name, %error, "the record's heads could not be read");
            }
        }
        if sweep {
            swept_at = now;
        }
        if look_back {
            looked_at = now;
        }
        tokio::time::sleep(Duration::from_secs(1)).await;
    }
}

/// Not of what stayed of a practice that has left: its head stands still, and would pass for the last one of the practice.
async fn say_heads(region: &str, db: &Db) -> Result<()> {
    for (practice, seq, hash) in heads(db).await? {
        tracing::info!(region, practice, seq, hash, "record head");
    }
    Ok(())
}

/// The last number and hash of each practice that is here.
///
/// # Errors
/// Faults of the database.
pub async fn heads(db: &Db) -> Result<Vec<(String, i64, String)>> {
    db.all(
        "SELECT c.practice_id, c.seq, c.hash FROM audit_chain c
             JOIN (SELECT practice_id, MAX(seq) AS seq FROM audit_chain GROUP BY practice_id) last
                ON last.practice_id = c.practice_id AND last.seq = c.seq
             JOIN practice p ON p.id = c.practice_id AND (p.moving_to IS NULL OR p.closed_at IS NULL)",
        vec![],
    )
    .await
}

#[cfg(test)]
mod tests {
    use super::*;

    fn row() -> Row {
        let text = |value: &str| value.to_owned();
        Row {
            id: text("r1"),
            at: 1_795_240_800,
            event: text("closed"),
            actor_kind: text("person"),
            actor_id: text("a"),
            actor_name: text("Alex"),
            subject_id: text("s"),
            subject_name: text("Sam"),
            result: text("done"),
            address: text("192.0.2.1"),
            browser: text("Chrome"),
            session_id: text("x"),
            request_id: text("q"),
            detail: text("{}"),
        }
    }

    #[test]
    fn every_field_counts() {
        let first = hash("", "p", 1, &row());
        let changes: [fn(&mut Row); 14] = [
            |r| r.id.push('x'),
            |r| r.at += 1,
            |r| r.event.push('x'),
            |r| r.actor_kind.push('x'),
            |r| r.actor_id.push('x'),
            |r| r.actor_name.push('x'),
            |r| r.subject_id.push('x'),
            |r| r.subject_name.push('x'),
            |r| r.result.push('x'),
            |r| r.address.push('x'),
            |r| r.browser.push('x'),
            |r| r.session_id.push('x'),
            |r| r.request_id.push('x'),
            |r| r.detail.push('x'),
        ];
        for change in changes {
            let mut other = row();
            change(&mut other);
            assert_ne!(hash("", "p", 1, &other), first, "{other:?}");
        }
        assert_ne!(hash("", "p", 2, &row()), first);
        assert_ne!(hash("", "q", 1, &row()), first);
        assert_ne!(hash("0", "p", 1, &row()), first);
    }

    #[test]
    fn fields_are_framed() {
        let shifted = Row { actor_name: "AlexS".into(), subject_id: String::new(), ..row() };
        let whole = Row { actor_name: "Alex".into(), subject_id: "S".into(), ..row() };
        assert_ne!(hash("", "p", 1, &shifted), hash("", "p", 1, &whole));
    }
}
