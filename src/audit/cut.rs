//! Cutting the record at its old end, as long after the acts as the operator says: every line that goes is checked once
//! more, a checkpoint takes their place, and then they are deleted in small batches. A crash in between leaves lines that
//! the next turn deletes. The triggers of migration 0004 refuse any other way to delete a line.

use jiff::civil::Date;
use jiff::tz::TimeZone;
use jiff::{Timestamp, ToSpan};

use super::checkpoint::{self, Checkpoint};
use super::remainder::{self, Whose};
use super::verify::{Finding, Walk, Wrong};
use super::{Line, append};
use crate::args;
use crate::platform::db::Db;
use crate::platform::error::{Error, Result};
use crate::platform::keyring::Keyring;
use crate::platform::practice::is_moving;
use crate::platform::world::{World, new_id};

/// Lines deleted in one transaction: a few milliseconds, so that no sign-in waits.
const BATCH: i64 = 500;

/// What came of one practice.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// So many lines are old enough; there is a checkpoint at the last of them, or would be.
    Cut { lines: i64, seq: i64 },
    /// The old lines or the checkpoints before are not as they were sealed: nothing was cut, so that it can be looked into.
    NotWhole(Finding),
}

/// The time before which lines may go (unix seconds): the first of the month, so many years ago. By the month, since each
/// cut leaves a checkpoint that stays for good.
///
/// # Errors
/// A fault for a clock outside the calendar.
pub fn before(now: i64, years: u32) -> Result<i64> {
    let fault = |error| Error::fault("the clock", error);
    let today: Date = Timestamp::from_second(now).map_err(fault)?.to_zoned(TimeZone::UTC).date();
    let day = today.first_of_month().checked_sub(i64::from(years).years()).map_err(fault)?;
    Ok(day.to_zoned(TimeZone::UTC).map_err(fault)?.timestamp().as_second())
}

/// Cuts every practice of a region, closed ones and those that moved away included, that has lines older than `before`;
/// with `dry` it only says what it would do. One on its way waits until it has arrived.
///
/// # Errors
/// Faults of the database; what is cut already stays cut.
pub async fn cut_all(
    db: &Db,
    keys: &Keyring,
    world: &dyn World,
    before: i64,
    dry: bool,
) -> Result<Vec<(String, Outcome)>> {
    let old: Vec<(String,)> =
        db.all("SELECT DISTINCT practice_id FROM audit WHERE at < $1 ORDER BY practice_id", args![before]).await?;
    let mut all = vec![];
    for (practice,) in old {
        if is_moving(db, &practice).await? {
            continue;
        }
        if let Some(outcome) = cut(db, keys, world, &practice, before, dry).await? {
            all.push((practice, outcome));
        }
    }
    Ok(all)
}

async fn cut(
    db: &Db,
    keys: &Keyring,
    world: &dyn World,
    practice: &str,
    before: i64,
    dry: bool,
) -> Result<Option<Outcome>> {
    let points = checkpoint::all(db, practice).await?;
    if let Some(wrong) = checkpoint::first_wrong(&points, keys, practice) {
        let finding = Finding { wrong: Wrong::Checkpoint, seq: wrong.seq, record_id: String::new() };
        return Ok(Some(Outcome::NotWhole(finding)));
    }
    let last = points.last().cloned().unwrap_or_default();
    let mut walk = Walk::from(last.seq, &last.hash).older_than(before);
    walk.go_on(db, practice, None).await?;
    if let Some(finding) = walk.finding {
        return Ok(Some(Outcome::NotWhole(finding)));
    }
    let lines = walk.seq - last.seq;
    if !dry {
        if lines > 0 {
            let at = world.now();
            let new = Checkpoint { seq: walk.seq, hash: walk.hash, lines, before_at: before, at, seal: String::new() };
            replace(db, world, practice, &new.sealed(keys, practice)).await?;
        }
        remove(db, practice).await?;
    }
    Ok((lines > 0).then_some(Outcome::Cut { lines, seq: last.seq + lines }))
}

/// The checkpoint, and in the record that it was made.
async fn replace(db: &Db, world: &dyn World, practice: &str, new: &Checkpoint) -> Result<()> {
    let line = Line {
        practice_id: practice,
        id: new_id(world),
        at: new.at,
        event: "record-cut",
        actor_kind: "system",
        actor_id: "",
        actor_name: "",
        subject_id: "",
        subject_name: "",
        result: "done",
        address: String::new(),
        browser: String::new(),
        session_id: "",
        request_id: "",
        detail: serde_json::json!({ "lines": new.lines, "last": new.seq }).to_string(),
    };
    let mut tx = db.write().await?;
    let whose = remainder::whose(&mut tx, practice).await?;
    if whose == Whose::Moving || !checkpoint::put(&mut tx, practice, new).await? {
        return Err(Error::Conflict);
    }
    // What stayed behind of a practice gets no lines: its record goes on elsewhere.
    if whose == Whose::Here {
        append(&mut tx, line).await?;
    }
    tx.commit().await
}

/// Deletes what lies behind the last checkpoint: first the lines, then their links, or the triggers refuse.
async fn remove(db: &Db, practice: &str) -> Result<()> {
    loop {
        let mut tx = db.write().await?;
        if remainder::whose(&mut tx, practice).await? == Whose::Moving {
            return Ok(());
        }
        tx.execute(
            "DELETE FROM audit WHERE practice_id = $1 AND id IN (
                SELECT record_id FROM audit_chain WHERE practice_id = $1
                    AND seq <= (SELECT COALESCE(MAX(seq), 0) FROM audit_cut WHERE practice_id = $1) ORDER BY seq LIMIT $2)",
            args![practice, BATCH],
        )
        .await?;
        let links = tx
            .execute(
                "DELETE FROM audit_chain WHERE practice_id = $1 AND seq IN (
                    SELECT seq FROM audit_chain WHERE practice_id = $1
                        AND seq <= (SELECT COALESCE(MAX(seq), 0) FROM audit_cut WHERE practice_id = $1) ORDER BY seq LIMIT $2)",
                args![practice, BATCH],
            )
            .await?;
        tx.commit().await?;
        if i64::try_from(links).is_ok_and(|links| links < BATCH) {
            return Ok(());
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::platform::when;

    #[test]
    fn years_are_the_calendars_and_never_fewer_days() {
        for (now, years, first) in [
            ("2026-11-21T06:00:00Z", 6, "2020-11-01T00:00:00Z"),
            ("2026-11-01T00:00:00Z", 6, "2020-11-01T00:00:00Z"),
            ("2026-10-31T23:59:59Z", 6, "2020-10-01T00:00:00Z"),
            ("2028-02-29T12:00:00Z", 7, "2021-02-01T00:00:00Z"),
            ("2026-11-21T06:00:00Z", 100, "1926-11-01T00:00:00Z"),
        ] {
            let now: Timestamp = now.parse().unwrap();
            let cut = before(now.as_second(), years).unwrap();
            assert_eq!(when::rfc3339(cut), first);
            assert!(now.as_second() - cut >= i64::from(years) * 365 * 86_400, "the triggers would refuse it");
        }
    }
}
