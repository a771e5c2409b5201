//! The record that stays behind where a practice moved away: nothing is added to it any more, and when the practice comes
//! back it must be the beginning of the record that comes along.

use super::checkpoint::{self, Checkpoint};
use super::verify::{Finding, verify};
use crate::args;
use crate::platform::db::{Db, Tx};
use crate::platform::error::Result;
use crate::platform::keyring::Keyring;

/// Where the practice of a record is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Whose {
    /// Of a practice that is here, in service or closed.
    Here,
    /// It is on its way: nobody writes, or the copy would be of two times.
    Moving,
    /// Given up by this region: the record goes on elsewhere.
    Elsewhere,
}

/// Whose record it is, as this transaction sees it.
///
/// # Errors
/// Faults and conflicts of the database.
pub async fn whose(tx: &mut Tx, practice: &str) -> Result<Whose> {
    let row: Option<(Option<String>, Option<i64>)> =
        tx.optional("SELECT moving_to, closed_at FROM practice WHERE id = $1", args![practice]).await?;
    Ok(match row {
        Some((None, _)) => Whose::Here,
        Some((Some(_), None)) => Whose::Moving,
        Some((Some(_), Some(_))) | None => Whose::Elsewhere,
    })
}

/// The first line at which what stayed in `to` is not the beginning of the record in `from`: changed on either side, or
/// gone on by itself. None where nothing stayed, or all of it agrees.
///
/// # Errors
/// Faults of the databases.
pub async fn differs(from: &Db, to: &Db, keys: &Keyring, practice: &str, now: i64) -> Result<Option<Finding>> {
    let stayed = verify(to, keys, practice, now, None).await?;
    let unsealed = || Finding::at_line(super::verify::Wrong::NotSealed, 0);
    if stayed.finding.is_some() {
        return Ok(stayed.finding);
    }
    if stayed.waiting > 0 {
        return Ok(Some(unsealed()));
    }
    let Some(head) = stayed.head else { return Ok(None) };
    Ok(verify(from, keys, practice, now, Some(&head)).await?.finding)
}

/// The checkpoints that bring the record which stayed in `to` as far as the one in `from` was cut, once they agree: those
/// of `from` where `to` has none, else one that goes on from its last.
///
/// # Errors
/// Faults of the databases.
pub async fn checkpoints(from: &Db, to: &mut Tx, keys: &Keyring, practice: &str, now: i64) -> Result<Vec<Checkpoint>> {
    let all = checkpoint::all(from, practice).await?;
    let here: Option<(i64,)> = to
        .optional("SELECT seq FROM audit_cut WHERE practice_id = $1 ORDER BY seq DESC LIMIT 1", args![practice])
        .await?;
    let Some((here,)) = here else { return Ok(all) };
    let further = all.into_iter().next_back().filter(|last| last.seq > here);
    Ok(further
        .map(|last| Checkpoint { lines: last.seq - here, at: now, ..last }.sealed(keys, practice))
        .into_iter()
        .collect())
}
