//! The record: who did what to whom, from where, with what result. Rows are only ever added, in the transaction of
//! the act itself (no act without its row); `chain.rs` seals them by hash, `verify.rs` finds what was changed,
//! `export.rs` writes them for other programs, `cut.rs` lets the oldest go at a checkpoint, `gather.rs` counts what
//! strangers repeat, `rejoin.rs` brings one from a backup as far as the one that went on. What an event means is not known here.

pub mod chain;
pub mod checkpoint;
pub mod cut;
pub mod export;
pub mod gather;
pub mod rejoin;
pub mod remainder;
pub mod verify;

use crate::args;
use crate::platform::db::Tx;
use crate::platform::error::Result;

/// One line of the record.
pub struct Line<'a> {
    pub practice_id: &'a str,
    pub id: String,
    /// Unix seconds.
    pub at: i64,
    pub event: &'a str,
    /// person, system, support or stranger.
    pub actor_kind: &'a str,
    pub actor_id: &'a str,
    pub actor_name: &'a str,
    pub subject_id: &'a str,
    pub subject_name: &'a str,
    /// done, refused or failed.
    pub result: &'a str,
    pub address: String,
    pub browser: String,
    pub session_id: &'a str,
    pub request_id: &'a str,
    /// A JSON object of short texts.
    pub detail: String,
}

/// Adds a line, where the practice is in service: a line of one that is on its way or gone would be missing where it goes.
/// Outside its service the name of the practice is NULL, which the table refuses.
///
/// # Errors
/// [`Error::OutOfService`](crate::platform::error::Error::OutOfService), with this or a later statement of the transaction;
/// faults of the database. The act itself does not happen then either (fail closed).
pub async fn append(tx: &mut Tx, line: Line<'_>) -> Result<()> {
    tx.later(
        "INSERT INTO audit (practice_id, id, at, event, actor_kind, actor_id, actor_name, subject_id, subject_name, result, address, browser, session_id, request_id, detail)
         VALUES ((SELECT id FROM practice WHERE id = $1 AND moving_to IS NULL AND closed_at IS NULL), $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15)",
        args![
            line.practice_id, line.id, line.at, line.event, line.actor_kind, line.actor_id, line.actor_name, line.subject_id,
            line.subject_name, line.result, line.address, line.browser, line.session_id, line.request_id, line.detail,
        ],
    )
    .await
}

/// One line as it is stored. Times are unix seconds.
#[derive(Clone, Debug, sqlx::FromRow)]
pub struct Row {
    pub id: String,
    pub at: i64,
    pub event: String,
    pub actor_kind: String,
    pub actor_id: String,
    pub actor_name: String,
    pub subject_id: String,
    pub subject_name: String,
    pub result: String,
    pub address: String,
    pub browser: String,
    pub session_id: String,
    pub request_id: String,
    pub detail: String,
}
