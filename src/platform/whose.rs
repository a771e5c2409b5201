//! Whose database it is. The name of its region is written into it at the first opening, so that two regions never share one
//! however its address is spelled, and databases that were swapped are refused instead of served at the wrong addresses.

use super::db::Db;
use super::error::{Error, Result};
use crate::args;

/// The row's key; it is of no practice.
const KEY: &str = "entrance";

/// Refuses a database that names another region (or the entrance); one that names none yet is taken. Nothing is changed.
///
/// # Errors
/// A fault that names both and says what to do.
pub async fn check(db: &Db, region: &str) -> Result<()> {
    let row: Result<Option<(String,)>> =
        db.optional("SELECT region FROM whose_database WHERE practice_id = $1", args![KEY]).await;
    match row {
        Ok(Some((other,))) if other != region => Err(Error::Fault(format!(
            "the database of the region {region} belongs to {}: that name was written into it when it was first opened; nothing was \
             changed. Give each region its own database, and look whether two were swapped. If the region was renamed: docs/running.md",
            if other == "entrance" { "the entrance".to_owned() } else { format!("the region {other}") }
        ))),
        Ok(_) | Err(Error::NoTable(_)) => Ok(()),
        Err(error) => Err(error),
    }
}

/// As [`check`], and writes the name into a database that has none; its schema is up to date.
///
/// # Errors
/// As [`check`].
pub async fn claim(db: &Db, region: &str, now: i64) -> Result<()> {
    let sql = "INSERT INTO whose_database (practice_id, region, at) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING";
    let known: Option<(i64,)> = db.optional("SELECT at FROM whose_database WHERE practice_id = $1", args![KEY]).await?;
    if known.is_none() {
        match db.execute(sql, args![KEY, region, now]).await {
            // Another node was quicker; whose name it wrote is read now.
            Ok(_) | Err(Error::Conflict) => {}
            Err(error) => return Err(error),
        }
    }
    check(db, region).await
}
