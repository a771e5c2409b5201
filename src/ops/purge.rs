//! Throws away what nobody can use any more, in small batches, so that no sign-in waits for it.
//! Neither the record nor what an administrator reads about messages is touched here.

use std::sync::Arc;
use std::time::Duration;

use super::ahead;
use super::tasks::{Stop, pause};
use crate::args;
use crate::platform::db::Db;
use crate::platform::error::Result;
use crate::platform::server::Server;

/// Between two rounds.
const EVERY: Duration = Duration::from_secs(600);
/// Rows of one statement: each is a transaction of a few milliseconds.
const BATCH: i64 = 500;
const DAY: i64 = 86_400;

/// What goes: a word for the log, how long after its end (seconds), and the statement ($1 before when, $2 how many).
const OLD: &[(&str, i64, &str)] = &[
    (
        "attempts",
        DAY,
        "DELETE FROM attempt WHERE (practice_id, id) IN
            (SELECT practice_id, id FROM attempt WHERE expires_at < $1 ORDER BY expires_at LIMIT $2)",
    ),
    (
        "proofs",
        2 * DAY,
        "DELETE FROM proof WHERE (practice_id, attempt_id, factor) IN
            (SELECT practice_id, attempt_id, factor FROM proof WHERE at < $1 LIMIT $2)",
    ),
    // An old link still says that it is old for a month.
    (
        "links",
        30 * DAY,
        "DELETE FROM token WHERE (practice_id, hash) IN
            (SELECT practice_id, hash FROM token WHERE expires_at < $1 ORDER BY expires_at LIMIT $2)",
    ),
    (
        "askings for a link",
        32 * DAY,
        "DELETE FROM link_ask WHERE (practice_id, id) IN
            (SELECT practice_id, id FROM link_ask WHERE asked_at < $1 ORDER BY asked_at LIMIT $2)",
    ),
    (
        "PINs",
        7 * DAY,
        "DELETE FROM pin WHERE (practice_id, id) IN
            (SELECT practice_id, id FROM pin WHERE expires_at < $1 ORDER BY expires_at LIMIT $2)",
    ),
    // The record keeps what was changed.
    (
        "changes of address",
        32 * DAY,
        "DELETE FROM email_change WHERE (practice_id, id) IN
            (SELECT practice_id, id FROM email_change WHERE created_at < $1 ORDER BY created_at LIMIT $2)",
    ),
    (
        "links to one thing",
        30 * DAY,
        "DELETE FROM guest_link WHERE (practice_id, id) IN
            (SELECT practice_id, id FROM guest_link WHERE until_at < $1 ORDER BY until_at LIMIT $2)",
    ),
    (
        "sessions",
        30 * DAY,
        "DELETE FROM session WHERE (practice_id, id) IN
            (SELECT practice_id, id FROM session WHERE ends_at < $1 OR ended_at < $1 LIMIT $2)",
    ),
    (
        "devices",
        30 * DAY,
        "DELETE FROM device WHERE (practice_id, id) IN
            (SELECT practice_id, id FROM device WHERE trusted_until < $1 OR ended_at < $1 LIMIT $2)",
    ),
    (
        "codes to mobiles",
        DAY,
        "DELETE FROM mobile_code WHERE (practice_id, id) IN
            (SELECT practice_id, id FROM mobile_code WHERE expires_at < $1 LIMIT $2)",
    ),
    (
        "answered ceremonies",
        DAY,
        "DELETE FROM ceremony_used WHERE (practice_id, hash) IN
            (SELECT practice_id, hash FROM ceremony_used WHERE at < $1 ORDER BY at LIMIT $2)",
    ),
    // A browser that was away for a year is told of a deleted passkey no more; its person reads it on the page.
    (
        "deleted passkeys",
        400 * DAY,
        "DELETE FROM passkey_gone WHERE (practice_id, id) IN
            (SELECT practice_id, id FROM passkey_gone WHERE at < $1 LIMIT $2)",
    ),
    (
        "set-ups",
        DAY,
        "DELETE FROM totp_setup WHERE (practice_id, person_id) IN
            (SELECT practice_id, person_id FROM totp_setup WHERE created_at < $1 LIMIT $2)",
    ),
    (
        "names tried in vain",
        DAY,
        "DELETE FROM sprayed WHERE (practice_id, network, who) IN
            (SELECT practice_id, network, who FROM sprayed WHERE at < $1 ORDER BY at LIMIT $2)",
    ),
    (
        "askings at the entrance",
        DAY,
        "DELETE FROM finder WHERE (practice_id, id) IN
            (SELECT practice_id, id FROM finder WHERE created_at < $1 ORDER BY created_at LIMIT $2)",
    ),
    (
        "questions heard",
        3600,
        "DELETE FROM heard WHERE (practice_id, id) IN (SELECT practice_id, id FROM heard WHERE at < $1 ORDER BY at LIMIT $2)",
    ),
    (
        "states of the entrance's mail",
        DAY,
        "DELETE FROM outbox_state WHERE (practice_id, message_id, turn, state) IN
            (SELECT practice_id, message_id, turn, state FROM outbox_state WHERE practice_id = 'entrance' AND at < $1 LIMIT $2)",
    ),
    (
        "the entrance's mail",
        DAY,
        "DELETE FROM outbox WHERE (practice_id, id) IN
            (SELECT practice_id, id FROM outbox WHERE practice_id = 'entrance' AND ended_at < $1 ORDER BY id LIMIT $2)",
    ),
    // Fewer than five wrong answers slow nobody, and mail is counted by the day.
    (
        "counts",
        2 * DAY,
        "DELETE FROM tries WHERE (practice_id, lane) IN
            (SELECT practice_id, lane FROM tries WHERE updated_at < $1 AND (count < 5 OR lane LIKE 'mail%') ORDER BY updated_at LIMIT $2)",
    ),
    // A longer row of wrong answers is not forgotten within a year, or guessing would only have to be patient.
    (
        "old counts",
        400 * DAY,
        "DELETE FROM tries WHERE (practice_id, lane) IN
            (SELECT practice_id, lane FROM tries WHERE updated_at < $1 ORDER BY updated_at LIMIT $2)",
    ),
];

/// Goes on until the server ends.
pub async fn run(server: Arc<Server>, stop: Stop) {
    bring_back(&server).await;
    while pause(EVERY, &stop).await {
        bring_back(&server).await;
        for region in server.databases() {
            match round(&region.db, server.world.now(), &stop).await {
                Ok(0) => {}
                Ok(rows) => tracing::info!(region = region.name, rows, "what was over was thrown away"),
                Err(error) => tracing::warn!(region = region.name, %error, "what is over could not be thrown away"),
            }
        }
    }
}

async fn bring_back(server: &Server) {
    for region in server.databases() {
        if let Err(error) = ahead::bring_back(&region.db, server.world.now()).await {
            tracing::warn!(region = region.name, %error, "what a clock ahead has left could not be looked for");
        }
    }
}

/// One round through one database; answers how many rows went.
///
/// # Errors
/// Faults of the database; what went before stays gone.
pub async fn round(db: &Db, now: i64, stop: &Stop) -> Result<u64> {
    let mut all = 0;
    for (what, after, sql) in OLD {
        loop {
            let gone = db.execute(sql, args![now - after, BATCH]).await?;
            all += gone;
            tracing::debug!(what, gone, "thrown away");
            let more = i64::try_from(gone).is_ok_and(|gone| gone >= BATCH);
            if !more || super::serve::is_ending(stop) {
                break;
            }
        }
    }
    db.count_tables().await?;
    Ok(all)
}
