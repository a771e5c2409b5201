//! How sessions end: one, those of a device, all of a person. This node forgets them at once, the others within
//! seconds.

use super::contact;
use super::remembered::Remembered;
use crate::args;
use crate::platform::db::Tx;
use crate::platform::error::Result;
use crate::platform::web::Visit;

/// Ends one session of a person; answers whether it was there.
///
/// # Errors
/// Faults and conflicts of the database.
pub async fn end(visit: &Visit, tx: &mut Tx, person: &str, id: &str) -> Result<bool> {
    let ended = tx
        .execute(
            "UPDATE session SET ended_at = $4 WHERE practice_id = $1 AND person_id = $2 AND id = $3 AND ended_at IS NULL",
            args![&visit.practice()?.id, person, id, visit.now],
        )
        .await?;
    // A mailbox that was proved to open this session again opens no other.
    tx.execute(
        "UPDATE link_ask SET proved_in = NULL WHERE practice_id = $1 AND session_id = $3 AND proved_in IS NOT NULL
            AND email_key = (SELECT p.email_key FROM person p WHERE p.practice_id = $1 AND p.id = $2)",
        args![&visit.practice()?.id, person, id],
    )
    .await?;
    visit.server.kept::<Remembered>()?.forget(person, visit.now);
    Ok(ended == 1)
}

/// Ends the sessions that a recognised device let in, or was remembered in.
///
/// # Errors
/// Faults and conflicts of the database.
pub(super) async fn end_of_device(visit: &Visit, tx: &mut Tx, person: &str, device: &str) -> Result<u64> {
    let ended = tx
        .execute(
            "UPDATE session SET ended_at = $4 WHERE practice_id = $1 AND person_id = $2 AND device_id = $3 AND ended_at IS NULL",
            args![&visit.practice()?.id, person, device, visit.now],
        )
        .await?;
    visit.server.kept::<Remembered>()?.forget(person, visit.now);
    Ok(ended)
}

/// Looks a person's sessions up anew: their name or address changed.
///
/// # Errors
/// A fault when the program forgot to keep them.
pub fn look_again(visit: &Visit, person: &str) -> Result<()> {
    visit.server.kept::<Remembered>()?.forget(person, visit.now);
    Ok(())
}

/// A client has a stronger factor from now on: what their other sessions proved by mail alone is fresh no more, nor is a proof under
/// way there. They go on otherwise (docs/decisions/0017).
///
/// # Errors
/// Faults and conflicts of the database.
pub async fn stale_all(visit: &Visit, tx: &mut Tx, person: &str, but: &str) -> Result<()> {
    let practice = &visit.practice()?.id;
    tx.execute(
        "UPDATE session SET fresh_at = 0 WHERE practice_id = $1 AND person_id = $2 AND id <> $3 AND ended_at IS NULL",
        args![practice, person, but],
    )
    .await?;
    tx.execute(
        "UPDATE attempt SET ended_at = $4 WHERE practice_id = $1 AND person_id = $2 AND ended_at IS NULL AND goal = 'fresh'
            AND session_id <> $3",
        args![practice, person, but, visit.now],
    )
    .await?;
    visit.server.kept::<Remembered>()?.forget(person, visit.now);
    Ok(())
}

/// What a practice's rules allow from now on.
pub struct Limits {
    pub keep_days: i64,
    pub idle_minutes: i64,
    pub total_minutes: i64,
}

/// Shorter limits reach what there is already of everybody of that kind: recognised devices; kept sessions, which are left the
/// time of one that nobody kept; and those that nobody kept, which are left that time from now on at most.
///
/// # Errors
/// Faults and conflicts of the database.
pub async fn shorten(visit: &Visit, tx: &mut Tx, kind: &str, limits: Limits) -> Result<()> {
    let (practice, now) = (&visit.practice()?.id, visit.now);
    let [kept, idle, total] = [limits.keep_days * 86_400, limits.idle_minutes * 60, limits.total_minutes * 60];
    tx.execute(
        "UPDATE device SET trusted_until = $2 WHERE practice_id = $1 AND ended_at IS NULL AND trusted_until > $2
            AND person_id IN (SELECT p.id FROM person p WHERE p.practice_id = $1 AND p.kind = $3)",
        args![practice, now + kept, kind],
    )
    .await?;
    tx.execute(
        "UPDATE session SET ends_at = CASE WHEN kept = 1 AND ends_at > $2 THEN $2 WHEN kept = 0 AND ends_at > $3 THEN $3 ELSE ends_at END,
            idle_seconds = CASE WHEN idle_seconds > $4 THEN $4 ELSE idle_seconds END
         WHERE practice_id = $1 AND ended_at IS NULL AND ends_at > $5
            AND person_id IN (SELECT p.id FROM person p WHERE p.practice_id = $1 AND p.kind = $6)",
        args![practice, now + kept.max(total), now + total, idle, now, kind],
    )
    .await?;
    Ok(())
}

/// Ends every session of a person, and those in which a contact has their portal open; attempts under way end too, and what
/// a mailbox of theirs was proved for. The session or the attempt that asks for it may be spared (`but`). Answers how many sessions of their own.
///
/// # Errors
/// Faults and conflicts of the database.
pub async fn end_all(visit: &Visit, tx: &mut Tx, person: &str, but: Option<&str>) -> Result<u64> {
    let practice = &visit.practice()?.id;
    let ended = tx
        .execute(
            "UPDATE session SET ended_at = $4 WHERE practice_id = $1 AND person_id = $2 AND id <> $3 AND ended_at IS NULL AND ends_at > $4",
            args![practice, person, but.unwrap_or(""), visit.now],
        )
        .await?;
    contact::end_all(visit, tx, person).await?;
    tx.execute(
        "UPDATE attempt SET ended_at = $3 WHERE practice_id = $1 AND person_id = $2 AND ended_at IS NULL AND id <> $4
            AND (session_id IS NULL OR session_id <> $4)",
        args![practice, person, visit.now, but.unwrap_or("")],
    )
    .await?;
    tx.execute(
        "UPDATE link_ask SET proved_in = NULL WHERE practice_id = $1 AND proved_in IS NOT NULL
            AND email_key = (SELECT p.email_key FROM person p WHERE p.practice_id = $1 AND p.id = $2)",
        args![practice, person],
    )
    .await?;
    visit.server.kept::<Remembered>()?.forget(person, visit.now);
    Ok(ended)
}
