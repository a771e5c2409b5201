//! Mails that strangers ask for, counted for a practice and for a region: past the limit nothing more goes to addresses
//! that nobody has, which is what burns a sender's name, while people on file still get theirs (AC-070).

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};

use super::db::{Db, Tx};
use super::error::Result;
use super::joined::Statement;
use super::limit::{self, within_in};
use super::server::ENTRANCE;
use super::web::Visit;

/// The window of every count here, in seconds.
const SECONDS: i64 = 3600;
/// Stands where a practice's id does, for what is counted over all practices of a region.
const REGION: &str = "region";
/// Two presses of one button come within so many seconds, however slow the line.
const MOMENT_SECONDS: i64 = 60;
const MAILS_ASKED: &str = "mails asked";
const MAILS_TOLD: &str = "mails told";

/// Until when (unix seconds) nobody is told of a flood again, by what this process read. Whoever asks in a flood would
/// otherwise hold the one row that says so, until the disk has what they asked.
#[derive(Default)]
pub struct Told(Mutex<HashMap<String, i64>>);

impl Told {
    fn lately(&self, what: &str, now: i64) -> bool {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).get(what).is_some_and(|until| *until > now)
    }

    fn until(&self, what: String, until: i64) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).insert(what, until);
    }
}

/// Whether that was a moment ago (both unix seconds): a button that is pressed twice finds done what it asks for.
pub const fn a_moment_ago(at: i64, now: i64) -> bool {
    now - at <= MOMENT_SECONDS
}

/// When (unix seconds) the limits of [`limit::mail_allowed`] let one more mail through on a lane that is full now.
///
/// # Errors
/// Faults of the database.
pub async fn mail_waits_until(db: &Db, practice: &str, lane: &str, now: i64) -> Result<i64> {
    let mut until = now;
    for (most, seconds) in limit::MAILS {
        let full: Option<(i64,)> = db
            .optional(
                "SELECT window_start FROM tries WHERE practice_id = $1 AND lane = $2 AND count >= $3 AND window_start > $4",
                crate::args![practice, format!("mail{seconds}:{lane}"), most, now - seconds],
            )
            .await?;
        until = until.max(full.map_or(now, |(start,)| start + seconds));
    }
    Ok(until)
}

/// Takes the next minute of a lane whose mail of this minute has gone, where hour and day have room; answers when it begins (unix
/// seconds). One mail waits for a lane at most: none else gets that minute.
///
/// # Errors
/// Faults and conflicts of the database.
pub async fn mail_next_minute(tx: &mut Tx, practice: &str, lane: &str, now: i64) -> Result<Option<i64>> {
    let [(_, minute), (hour_most, hour), (day_most, day)] = limit::MAILS;
    let name = |seconds: i64| format!("mail{seconds}:{lane}");
    let taken: Option<(i64,)> = tx
        .optional(
            "UPDATE tries SET window_start = window_start + $4, count = 1, updated_at = $3
             WHERE practice_id = $1 AND lane = $2 AND count >= 1 AND window_start <= $3 AND window_start + $4 > $3
                AND NOT EXISTS (SELECT 1 FROM tries t WHERE t.practice_id = $1
                    AND (t.lane = $5 AND t.count >= $6 AND t.window_start + $7 > $3
                        OR t.lane = $8 AND t.count >= $9 AND t.window_start + $10 > $3))
             RETURNING window_start",
            crate::args![practice, name(minute), now, minute, name(hour), hour_most, hour, name(day), day_most, day],
        )
        .await?;
    let Some((at,)) = taken else { return Ok(None) };
    for (most, seconds) in [(hour_most, hour), (day_most, day)] {
        within_in(tx, practice, &name(seconds), most, seconds, now).await?;
    }
    Ok(Some(at))
}

/// How much strangers ask for just now.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Load {
    Usual,
    /// More than the limit within the hour: of this practice, or of everything in this database.
    Flood(Wide),
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Wide {
    Practice,
    Region,
}

impl Load {
    pub fn is_flood(self) -> bool {
        self != Load::Usual
    }
}

/// One statement, since everybody who asks waits for it: an asking counts for its network, its practice and its region, or for
/// none of them where the network is over its limit. The entrance has no practice.
const COUNT: &str = "INSERT INTO tries (practice_id, lane, count, blocked_until, window_start, updated_at)
     SELECT lanes.owner, lanes.lane, 1, 0, CAST($6 AS BIGINT), CAST($6 AS BIGINT)
     FROM (SELECT CAST($1 AS TEXT) AS owner, CAST($2 AS TEXT) AS lane, 1 AS place
        UNION ALL SELECT CAST($1 AS TEXT), CAST($4 AS TEXT), 2
        UNION ALL SELECT CAST($5 AS TEXT), CAST($4 AS TEXT), 3) lanes
     WHERE NOT (lanes.place = 2 AND lanes.owner = 'entrance')
        AND NOT EXISTS (SELECT 1 FROM tries t WHERE t.practice_id = $1 AND t.lane = $2 AND t.count >= $3
            AND t.window_start + CAST($7 AS BIGINT) > $6)
     ORDER BY lanes.place
     ON CONFLICT (practice_id, lane) DO UPDATE SET
        count = CASE WHEN tries.window_start + CAST($7 AS BIGINT) <= $6 THEN 1 ELSE tries.count + 1 END,
        window_start = CASE WHEN tries.window_start + CAST($7 AS BIGINT) <= $6 THEN $6 ELSE tries.window_start END,
        updated_at = $6
     RETURNING practice_id, lane, count";

/// A row of a count, or of what is asked with it.
type Counted = (String, String, i64);

/// Whose askings are counted: a network's, which may ask so many times within the hour.
#[derive(Clone, Copy)]
pub struct Asker<'a> {
    pub network: &'a str,
    pub most: i64,
}

/// Counts one asking of a network, its practice and its region; none when the network asked more often than it may within
/// the hour, which then counts nowhere else. A request that is run again is not counted twice.
///
/// # Errors
/// Faults of the database.
pub async fn count(visit: &Visit, asker: Asker<'_>) -> Result<Option<Load>> {
    let counting = async {
        let (sql, args) = counting(visit, asker)?;
        load(visit, asker, &visit.db()?.tally(sql, args).await?)
    };
    visit.once(format!("asked {}", asker.network), counting).await
}

/// As [`count`], together with what an asking writes: begins that, asks its first questions and answers their rows, among which
/// those of the count may stand.
///
/// # Errors
/// Faults and conflicts of the database.
pub async fn begin(
    visit: &Visit,
    asker: Asker<'_>,
    questions: Vec<Statement>,
) -> Result<Option<(Tx, Load, Vec<Counted>)>> {
    let (db, counting) = (visit.db()?, counting(visit, asker)?);
    let apart = visit.once(format!("asked {}", asker.network), db.tally_apart(counting.clone())).await?;
    if let Some(counted) = &apart
        && load(visit, asker, counted)?.is_none()
    {
        return Ok(None);
    }
    // Everybody who asks at a practice looks where the others write; each waits for the one before at most, and none runs again.
    let mut tx = db.counting().await?;
    let first = apart.is_none().then_some(counting);
    let rows: Vec<Counted> = tx.together(first.into_iter().chain(questions).collect()).await?;
    // Left without a commit, what the questions counted is undone.
    Ok(load(visit, asker, apart.as_ref().unwrap_or(&rows))?.map(|load| (tx, load, rows)))
}

fn counting(visit: &Visit, asker: Asker<'_>) -> Result<Statement> {
    let whose = visit.whose()?;
    Ok((COUNT, crate::args![whose, asker.network, asker.most, MAILS_ASKED, REGION, visit.now, SECONDS]))
}

/// What the rows of a count mean; none when the network asked too often.
fn load(visit: &Visit, asker: Asker<'_>, counted: &[Counted]) -> Result<Option<Load>> {
    let (whose, limits) = (visit.whose()?, visit.server.config.asked);
    let count =
        |owner: &str, lane: &str| counted.iter().find(|(o, l, _)| o == owner && l == lane).map(|(.., count)| *count);
    // Two at the same moment may both have found the network below its limit.
    if count(whose, asker.network).is_none_or(|count| count > asker.most) {
        return Ok(None);
    }
    let above = |owner: &str, most: i64| count(owner, MAILS_ASKED).is_some_and(|count| count > most);
    Ok(Some(if above(REGION, limits.in_all) {
        Load::Flood(Wide::Region)
    } else if above(whose, limits.per_practice) {
        Load::Flood(Wide::Practice)
    } else {
        Load::Usual
    }))
}

/// Whether a mail to somebody on file still goes during a flood: as many again as the limit, so that there is an end.
///
/// # Errors
/// Faults and conflicts of the database.
pub async fn still_goes(visit: &Visit, tx: &mut Tx) -> Result<bool> {
    let (whose, limits) = (visit.whose()?, visit.server.config.asked);
    let practice =
        whose == ENTRANCE || within_in(tx, whose, "mails in flood", limits.per_practice, SECONDS, visit.now).await?;
    Ok(practice && within_in(tx, REGION, "mails in flood", limits.in_all, SECONDS, visit.now).await?)
}

/// Whether a flood is to be told now, once an hour for each practice; one of the whole region goes into the operator's log.
///
/// # Errors
/// Faults and conflicts of the database.
pub async fn alarm(visit: &Visit, tx: &mut Tx, load: Load) -> Result<bool> {
    if load == Load::Flood(Wide::Region) && is_first(visit, tx, REGION).await? {
        tracing::error!(
            limit = visit.server.config.asked.in_all,
            "strangers asked for more mails within an hour than [mail] asked_in_all allows; mails to addresses not on file are held back"
        );
    }
    Ok(load.is_flood() && is_first(visit, tx, visit.whose()?).await?)
}

/// Whether nobody was told within the hour. It is read before it is written, since the row is held by whoever writes it, and
/// on PostgreSQL by whoever only would.
async fn is_first(visit: &Visit, tx: &mut Tx, owner: &str) -> Result<bool> {
    let (told, what) = (&visit.server.told, format!("{owner} of {}", visit.whose()?));
    if told.lately(&what, visit.now) {
        return Ok(false);
    }
    let row: Option<(i64,)> = tx
        .optional(
            "SELECT window_start FROM tries WHERE practice_id = $1 AND lane = $2 AND window_start > $3",
            crate::args![owner, MAILS_TOLD, visit.now - SECONDS],
        )
        .await?;
    if let Some((at,)) = row {
        told.until(what, at + SECONDS);
        return Ok(false);
    }
    limit::once(tx, owner, MAILS_TOLD, SECONDS, visit.now).await
}
