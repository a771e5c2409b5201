//! How often: wrong answers per person and network, askings per address. Counted in the database, so that neither
//! a restart nor another node forgets; each count is one statement on its own, so that nobody waits for a transaction. What a
//! request counts apart from its act it counts by `tried.rs`, once however often it is run.

use super::db::{Db, Tx};
use super::error::Result;
use super::joined::Statement;

/// How many wrong answers before it slows, and before the factor is off (decisions.md, Values).
#[derive(Clone, Copy, Debug)]
pub struct Bound {
    /// From this many in a row on, each further one waits: 30 s, doubling to 15 min.
    pub slow_from: i64,
    /// At this many in a row the factor is off until it is proved or replaced in another way.
    pub off_at: i64,
}

/// Wrong passwords from one network at one person.
pub const PASSWORD_NEAR: Bound = Bound { slow_from: 5, off_at: 50 };
/// Wrong passwords at one person from everywhere: strangers elsewhere slow nobody before the 20th.
pub const PASSWORD_ALL: Bound = Bound { slow_from: 20, off_at: 50 };
pub const TOTP: Bound = Bound { slow_from: 5, off_at: 20 };
pub const BACKUP_CODE: Bound = Bound { slow_from: 5, off_at: 50 };

#[derive(Debug, PartialEq, Eq, Clone, Copy)]
pub enum Turn {
    /// This try may be made; it is already counted. How many in a row with it.
    Allowed(i64),
    /// Not before this time (unix seconds).
    Wait(i64),
    /// Switched off by wrong answers.
    Off,
}

/// Takes one try. It counts before it is judged, so that a hundred at once cannot outrun the count.
///
/// # Errors
/// A fault when the count cannot be kept: then nobody may try (fail closed).
pub(super) async fn take(db: &Db, practice: &str, lane: &str, bound: Bound, now: i64) -> Result<Turn> {
    let taken: Option<(i64,)> = db
        .change(
            "INSERT INTO tries (practice_id, lane, count, blocked_until, window_start, updated_at) VALUES ($1, $2, 1, 0, $3, $3)
             ON CONFLICT (practice_id, lane) DO UPDATE SET
                count = tries.count + 1,
                updated_at = $3,
                blocked_until = CASE WHEN tries.count + 1 < $4 THEN 0
                                     WHEN tries.count + 1 >= $4 + 5 THEN $3 + 900
                                     ELSE $3 + (30 << CAST(tries.count + 1 - $4 AS INTEGER)) END
             WHERE tries.blocked_until <= $3 AND tries.count < $5
             RETURNING count",
            crate::args![practice, lane, now, bound.slow_from, bound.off_at],
        )
        .await?;
    match taken {
        Some((count,)) => Ok(Turn::Allowed(count)),
        None => Ok(refused(look(db, practice, lane, bound, now).await?, now)),
    }
}

/// A try that was not counted is not made, even where the reason went away a moment later.
pub(super) fn refused(turn: Turn, now: i64) -> Turn {
    if let Turn::Allowed(_) = turn { Turn::Wait(now + 1) } else { turn }
}

/// What a lane says, without taking a try.
///
/// # Errors
/// As [`take`].
pub async fn look(db: &Db, practice: &str, lane: &str, bound: Bound, now: i64) -> Result<Turn> {
    let row: Option<(i64, i64)> = db
        .optional(
            "SELECT count, blocked_until FROM tries WHERE practice_id = $1 AND lane = $2",
            crate::args![practice, lane],
        )
        .await?;
    Ok(match row {
        Some((count, _)) if count >= bound.off_at => Turn::Off,
        Some((_, until)) if until > now => Turn::Wait(until),
        Some((count, _)) => Turn::Allowed(count),
        None => Turn::Allowed(0),
    })
}

/// A right answer ends the row of wrong ones.
///
/// # Errors
/// Faults of the database.
pub async fn clear(db: &Db, practice: &str, lane: &str) -> Result<()> {
    db.execute("DELETE FROM tries WHERE practice_id = $1 AND lane = $2", crate::args![practice, lane]).await?;
    Ok(())
}

/// As [`clear`], with the act that the right answer allows.
///
/// # Errors
/// Faults and conflicts of the database.
pub async fn clear_in(tx: &mut Tx, practice: &str, lane: &str) -> Result<()> {
    clear_both_in(tx, practice, lane, lane).await
}

/// As [`clear_in`], for two lanes that are taken together.
///
/// # Errors
/// As [`clear_in`].
pub async fn clear_both_in(tx: &mut Tx, practice: &str, lane: &str, other: &str) -> Result<()> {
    let sql = "DELETE FROM tries WHERE practice_id = $1 AND lane IN ($2, $3)";
    tx.later(sql, crate::args![practice, lane, other]).await
}

const COUNT_WITHIN: &str =
    "INSERT INTO tries (practice_id, lane, count, blocked_until, window_start, updated_at) VALUES ($1, $2, 1, 0, $3, $3)
     ON CONFLICT (practice_id, lane) DO UPDATE SET
        count = CASE WHEN tries.window_start + $4 <= $3 THEN 1 ELSE tries.count + 1 END,
        window_start = CASE WHEN tries.window_start + $4 <= $3 THEN $3 ELSE tries.window_start END,
        updated_at = $3
     RETURNING count";

/// As [`within`], counted only when the transaction lasts.
///
/// # Errors
/// Faults and conflicts of the database.
pub async fn within_in(tx: &mut Tx, practice: &str, lane: &str, most: i64, seconds: i64, now: i64) -> Result<bool> {
    let row: Option<(i64,)> = tx.optional(COUNT_WITHIN, crate::args![practice, lane, now, seconds]).await?;
    Ok(row.is_some_and(|(count,)| count <= most))
}

/// Counts an asking within a window; answers whether it is still within the limit. A new window begins when the old is over.
///
/// # Errors
/// As [`take`].
pub(super) async fn within(db: &Db, practice: &str, lane: &str, most: i64, seconds: i64, now: i64) -> Result<bool> {
    let row: Option<(i64,)> = db.change(COUNT_WITHIN, crate::args![practice, lane, now, seconds]).await?;
    Ok(row.is_some_and(|(count,)| count <= most))
}

/// Whether this is the first time within so many seconds; it counts only when the transaction lasts.
///
/// # Errors
/// Faults and conflicts of the database.
pub async fn once(tx: &mut Tx, practice: &str, lane: &str, seconds: i64, now: i64) -> Result<bool> {
    let first = tx
        .execute(
            "INSERT INTO tries (practice_id, lane, count, blocked_until, window_start, updated_at) VALUES ($1, $2, 1, 0, $3, $3)
             ON CONFLICT (practice_id, lane) DO UPDATE SET count = 1, window_start = $3, updated_at = $3
             WHERE tries.window_start + $4 <= $3",
            crate::args![practice, lane, now, seconds],
        )
        .await?;
    Ok(first == 1)
}

/// Whether [`once`] said yes on that lane within so many seconds.
///
/// # Errors
/// As [`take`].
pub async fn lately(db: &Db, practice: &str, lane: &str, seconds: i64, now: i64) -> Result<bool> {
    let row: Option<(i64,)> = db
        .optional(
            "SELECT window_start FROM tries WHERE practice_id = $1 AND lane = $2 AND window_start > $3",
            crate::args![practice, lane, now - seconds],
        )
        .await?;
    Ok(row.is_some())
}

/// One mail a minute, five an hour, ten a day to an address, known or not.
pub const MAILS: [(i64, i64); 3] = [(1, 60), (5, 3600), (10, 86_400)];

/// Whether the limits of mail per address allow one more.
///
/// # Errors
/// As [`take`].
pub(super) async fn mail_allowed(db: &Db, practice: &str, address_lane: &str, now: i64) -> Result<bool> {
    let mut tx = db.counting().await?;
    let allowed = mail_allowed_in(&mut tx, practice, address_lane, now).await?;
    tx.commit().await?;
    Ok(allowed)
}

/// As [`mail_allowed`], counted only when the transaction lasts, so that a request run again is not counted twice.
///
/// # Errors
/// Faults and conflicts of the database.
pub async fn mail_allowed_in(tx: &mut Tx, practice: &str, address_lane: &str, now: i64) -> Result<bool> {
    let counted: Vec<(String, String, i64)> = tx.together(vec![mail_counting(practice, address_lane, now)]).await?;
    mail_counted(tx, practice, counted.into_iter().map(|(_, lane, _)| lane).collect()).await
}

/// The statement of [`mail_allowed_in`], to be asked together with others. Its rows say `mail`, a lane that was counted, and 0.
pub fn mail_counting(practice: &str, address_lane: &str, now: i64) -> Statement {
    let mut all = crate::args![practice, now];
    for (most, seconds) in MAILS {
        all.extend(crate::args![format!("mail{seconds}:{address_lane}"), seconds, most]);
    }
    (COUNT_MAIL, all)
}

/// Whether these lanes are all that there are to be counted. Where they are not, another asking came between the look at all and
/// the count of one: what was counted alone is given back.
///
/// # Errors
/// As [`mail_allowed_in`].
pub async fn mail_counted(tx: &mut Tx, practice: &str, counted: Vec<String>) -> Result<bool> {
    if counted.len() == MAILS.len() {
        return Ok(true);
    }
    give_mail_back(tx, practice, counted).await?;
    Ok(false)
}

/// What was counted for a mail that does not go after all.
///
/// # Errors
/// As [`mail_allowed_in`].
pub async fn give_mail_back(tx: &mut Tx, practice: &str, counted: Vec<String>) -> Result<()> {
    for lane in counted {
        let back = "UPDATE tries SET count = count - 1 WHERE practice_id = $1 AND lane = $2 AND count > 0";
        tx.later(back, crate::args![practice, lane]).await?;
    }
    Ok(())
}

/// One statement, since everybody who asks waits for it: all three counts go up, unless one of them is full.
const COUNT_MAIL: &str =
    "INSERT INTO tries (practice_id, lane, count, blocked_until, window_start, updated_at)
     SELECT CAST($1 AS TEXT), lanes.lane, 1, 0, CAST($2 AS BIGINT), CAST($2 AS BIGINT)
     FROM (SELECT CAST($3 AS TEXT) AS lane UNION ALL SELECT CAST($6 AS TEXT) UNION ALL SELECT CAST($9 AS TEXT)) lanes
     WHERE NOT EXISTS (SELECT 1 FROM tries t WHERE t.practice_id = $1 AND t.lane IN ($3, $6, $9)
        AND t.window_start + CASE WHEN t.lane = $3 THEN CAST($4 AS BIGINT)
            WHEN t.lane = $6 THEN CAST($7 AS BIGINT) ELSE CAST($10 AS BIGINT) END > $2
        AND t.count >= CASE WHEN t.lane = $3 THEN CAST($5 AS BIGINT)
            WHEN t.lane = $6 THEN CAST($8 AS BIGINT) ELSE CAST($11 AS BIGINT) END)
     ON CONFLICT (practice_id, lane) DO UPDATE SET
        count = CASE WHEN tries.window_start + CASE WHEN tries.lane = $3 THEN CAST($4 AS BIGINT)
                WHEN tries.lane = $6 THEN CAST($7 AS BIGINT) ELSE CAST($10 AS BIGINT) END <= $2 THEN 1 ELSE tries.count + 1 END,
        window_start = CASE WHEN tries.window_start + CASE WHEN tries.lane = $3 THEN CAST($4 AS BIGINT)
                WHEN tries.lane = $6 THEN CAST($7 AS BIGINT) ELSE CAST($10 AS BIGINT) END <= $2 THEN $2 ELSE tries.window_start END,
        updated_at = $2
     WHERE tries.window_start + CASE WHEN tries.lane = $3 THEN CAST($4 AS BIGINT)
            WHEN tries.lane = $6 THEN CAST($7 AS BIGINT) ELSE CAST($10 AS BIGINT) END <= $2
        OR tries.count < CASE WHEN tries.lane = $3 THEN CAST($5 AS BIGINT)
            WHEN tries.lane = $6 THEN CAST($8 AS BIGINT) ELSE CAST($11 AS BIGINT) END
     RETURNING 'mail', lane, CAST(0 AS BIGINT)";
