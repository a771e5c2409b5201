//! What strangers repeat is counted: the first refused tries of an hour have a line each, the rest become one line with a
//! number, so that a flood neither fills the disk nor hides anything else (AC-141). Only refused acts of somebody who has
//! proved nothing are gathered; everything that changes something has its line, always.

use super::{Line, append};
use crate::args;
use crate::platform::db::{Db, Tx};
use crate::platform::error::Result;
use crate::platform::world::{World, new_id};

/// Lines an hour about one person, or about unknown names from one network.
pub const LINES_EACH: i64 = 20;
/// Tries an hour of unknown names at one practice, from everywhere, after which no try has a line of its own.
pub const LINES_UNKNOWN: i64 = 200;
/// So many empty counts are forgotten in one act.
const AT_ONCE: i64 = 2_000;
/// How long one count goes (seconds); its line comes within a minute after.
pub const WINDOW_SECONDS: i64 = 3600;

/// One refused try.
#[derive(Clone, Copy, Debug)]
pub struct Try<'a> {
    pub practice: &'a str,
    pub event: &'a str,
    /// The person it was about, where there is one.
    pub person_id: &'a str,
    pub person_name: &'a str,
    pub network: &'a str,
    /// Unix seconds.
    pub at: i64,
}

/// Where a try is written down.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Place {
    /// A line of its own.
    Line,
    /// A number in the count of this name (a person's id, a network, or nothing).
    Number(String),
}

/// A place, and whether this try is the first that the whole practice has no line for any more.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Taken {
    pub place: Place,
    pub flood: bool,
}

/// Counts a try and answers where it belongs. In a flood of unknown names tries about people are numbers too, one for each
/// person with the network that tried last: a line takes longer than a number, and would tell a stranger that a name is known.
/// It is as many statements for a known person as for nobody. Where the disk is nearly full (`scarce`) every try is a number.
///
/// # Errors
/// Faults of the database: then the try is not judged either (fail closed).
pub async fn take(db: &Db, one: Try<'_>, scarce: bool) -> Result<Taken> {
    let known = !one.person_id.is_empty();
    let own = if known { one.person_id } else { one.network };
    let mut tx = db.counting().await?;
    let everybody = count(&mut tx, one, "", i64::from(!known)).await?;
    let times = count(&mut tx, one, own, 1).await?;
    tx.commit().await?;
    let many = everybody > LINES_UNKNOWN;
    let place = match (many, known) {
        (false, _) if times <= LINES_EACH && !scarce => Place::Line,
        (true, false) => Place::Number(String::new()),
        _ => Place::Number(own.to_owned()),
    };
    Ok(Taken { place, flood: !known && everybody == LINES_UNKNOWN + 1 })
}

async fn count(tx: &mut Tx, one: Try<'_>, whose: &str, times: i64) -> Result<i64> {
    let (id, name) = if whose == one.person_id { (one.person_id, one.person_name) } else { ("", "") };
    let row: Option<(i64,)> = tx
        .optional(
            "INSERT INTO audit_gathered (practice_id, event, whose, person_id, person_name, window_start, times, gathered, last_at, last_network)
             VALUES ($1, $2, $3, $4, $5, $6, $7, 0, $6, $8)
             ON CONFLICT (practice_id, event, whose) DO UPDATE SET times = audit_gathered.times + $7,
                 last_at = CASE WHEN $7 > 0 THEN $6 ELSE audit_gathered.last_at END,
                 last_network = CASE WHEN $7 > 0 THEN $8 ELSE audit_gathered.last_network END
             RETURNING times",
            args![one.practice, one.event, whose, id, name, one.at, times, one.network],
        )
        .await?;
    Ok(row.map_or(i64::MAX, |(times,)| times))
}

/// Adds a try to the number it was given, in place of its line.
///
/// # Errors
/// Faults of the database.
pub async fn add(tx: &mut Tx, one: Try<'_>, whose: &str) -> Result<()> {
    let (id, name) = if whose == one.person_id { (one.person_id, one.person_name) } else { ("", "") };
    // Where the worker has ended the count since, this begins the next.
    tx.execute(
        "INSERT INTO audit_gathered (practice_id, event, whose, person_id, person_name, window_start, times, gathered, last_at, last_network)
         VALUES ($1, $2, $3, $4, $5, $6, 1, 1, $6, $7)
         ON CONFLICT (practice_id, event, whose) DO UPDATE SET gathered = audit_gathered.gathered + 1, last_at = $6, last_network = $7",
        args![one.practice, one.event, whose, id, name, one.at, one.network],
    )
    .await?;
    Ok(())
}

#[derive(sqlx::FromRow)]
struct Over {
    practice_id: String,
    event: String,
    whose: String,
    person_id: String,
    person_name: String,
    window_start: i64,
}

/// Ends the counts whose hour is over: one line each where anything was gathered. Answers how many lines. The counts of a
/// practice on its way go along with it: a line written here would be missing there.
///
/// # Errors
/// Faults of the database; what is left is done at the next turn.
pub async fn close(db: &Db, world: &dyn World) -> Result<u64> {
    let now = world.now();
    forget_empty(db, now).await?;
    let mut lines = 0;
    loop {
        let over: Vec<Over> = db
            .all(
                "SELECT practice_id, event, whose, person_id, person_name, window_start FROM audit_gathered
                 WHERE window_start <= $1 AND practice_id NOT IN (SELECT id FROM practice WHERE moving_to IS NOT NULL)
                 ORDER BY window_start LIMIT 500",
                args![now - WINDOW_SECONDS],
            )
            .await?;
        for one in &over {
            lines += u64::from(close_one(db, world, one, now).await?);
        }
        if over.len() < 500 {
            return Ok(lines);
        }
    }
}

/// Counts whose tries all have lines need none; a flood leaves one for each network it came from.
async fn forget_empty(db: &Db, now: i64) -> Result<()> {
    loop {
        let gone = db
            .execute(
                "DELETE FROM audit_gathered WHERE gathered = 0 AND (practice_id, event, whose) IN (
                     SELECT practice_id, event, whose FROM audit_gathered WHERE window_start <= $1 AND gathered = 0
                        AND practice_id NOT IN (SELECT id FROM practice WHERE moving_to IS NOT NULL) LIMIT $2)",
                args![now - WINDOW_SECONDS, AT_ONCE],
            )
            .await?;
        if gone < AT_ONCE.unsigned_abs() {
            return Ok(());
        }
    }
}

async fn close_one(db: &Db, world: &dyn World, over: &Over, now: i64) -> Result<bool> {
    let mut tx = db.write().await?;
    // Read as it goes, so that no try is counted in between and lost.
    let ended: Option<Ended> = tx
        .optional(
            "DELETE FROM audit_gathered WHERE practice_id = $1 AND event = $2 AND whose = $3 AND window_start = $4
                AND practice_id NOT IN (SELECT id FROM practice WHERE moving_to IS NOT NULL)
             RETURNING gathered, last_at, last_network",
            args![&over.practice_id, &over.event, &over.whose, over.window_start],
        )
        .await?;
    let ended = ended.filter(|ended| ended.gathered > 0);
    let any = ended.is_some();
    if let Some(ended) = ended {
        append(&mut tx, line_of(over, ended, new_id(world), now)).await?;
    }
    tx.commit().await?;
    Ok(any)
}

/// What a count came to.
#[derive(sqlx::FromRow)]
struct Ended {
    gathered: i64,
    last_at: i64,
    last_network: String,
}

/// The line of a count: at the network it was of, or else at the one that tried last.
fn line_of(over: &Over, ended: Ended, id: String, now: i64) -> Line<'_> {
    let when = crate::platform::when::rfc3339;
    Line {
        practice_id: &over.practice_id,
        id,
        at: now,
        event: &over.event,
        actor_kind: "stranger",
        actor_id: "",
        actor_name: "",
        subject_id: &over.person_id,
        subject_name: &over.person_name,
        result: "refused",
        address: ended.last_network,
        browser: String::new(),
        session_id: "",
        request_id: "",
        detail: serde_json::json!({ "times": ended.gathered, "from": when(over.window_start), "until": when(ended.last_at) })
            .to_string(),
    }
}
