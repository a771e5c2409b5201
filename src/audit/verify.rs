//! Checking the record against its chain: which line was changed, is missing, changed places, came from elsewhere or was
//! slipped in. Reads only, a page at a time, so that six years of lines need no memory.

use super::Row;
use super::chain::hash;
use super::checkpoint::{self, Checkpoint};
use crate::args;
use crate::platform::db::Db;
use crate::platform::error::Result;
use crate::platform::keyring::Keyring;

/// A line older than this must have been sealed (seconds).
const SEALED_WITHIN_SECONDS: i64 = 60;
/// So long after a cut its lines must be gone (seconds).
const GONE_WITHIN_SECONDS: i64 = 86_400;

/// What is wrong with the first bad line.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Wrong {
    /// Its text, its number or its hash is not what was sealed.
    Changed,
    /// It was sealed and is gone, or its number is skipped.
    Missing,
    /// It stands where another line was sealed.
    Reordered,
    /// It was sealed here and belongs to another practice now.
    Foreign,
    /// Old enough to be sealed, and it is not: added behind the program's back, or the worker stands still.
    NotSealed,
    /// Written after its practice had left: nobody seals it any more, and the record elsewhere does not have it.
    TooLate,
    /// The chain does not pass through the anchor that was noted elsewhere: its end was cut off or made anew.
    NotTheAnchor,
    /// A checkpoint that no server of ours sealed, or that does not go on where the one before ended.
    Checkpoint,
    /// It stands behind a checkpoint, where everything was cut: slipped in, or the deleting stands still.
    BehindCheckpoint,
}

impl Wrong {
    pub const fn word(self) -> &'static str {
        match self {
            Wrong::Changed => "changed",
            Wrong::Missing => "missing",
            Wrong::Reordered => "reordered",
            Wrong::Foreign => "foreign",
            Wrong::NotSealed => "not sealed",
            Wrong::TooLate => "written after the practice had left",
            Wrong::NotTheAnchor => "not the anchor",
            Wrong::Checkpoint => "a checkpoint with a wrong seal",
            Wrong::BehindCheckpoint => "behind the checkpoint",
        }
    }
}

/// The first bad line.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Finding {
    pub wrong: Wrong,
    /// Its number in the chain; 0 where it has none.
    pub seq: i64,
    pub record_id: String,
}

/// A number and hash noted elsewhere, at a time when the chain was whole.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Anchor {
    pub seq: i64,
    pub hash: String,
}

impl Anchor {
    /// Reads `seq:hash` (decimal, 64 hexadecimal digits).
    pub fn parse(text: &str) -> Option<Anchor> {
        let (seq, hash) = text.trim().split_once(':')?;
        let hash = hash.to_ascii_lowercase();
        let whole = hash.len() == 64 && hash.bytes().all(|byte| byte.is_ascii_hexdigit());
        let seq = seq.parse().ok().filter(|seq| *seq > 0)?;
        whole.then_some(Anchor { seq, hash })
    }
}

#[derive(Clone, Debug)]
pub struct Report {
    pub practice_id: String,
    /// Its name in the address, also where it is in another region now.
    pub slug: String,
    /// The region that it went to, where only its record stayed here; else empty.
    pub gone_to: String,
    /// Lines that were checked and found whole.
    pub sealed: i64,
    /// Lines that were cut before them, at checkpoints with right seals.
    pub cut: i64,
    /// The last number and hash, to be noted elsewhere; none where nothing was sealed.
    pub head: Option<Anchor>,
    /// Lines too young to be sealed.
    pub waiting: i64,
    pub finding: Option<Finding>,
}

/// Checks every practice of a region, closed ones included, and what stayed of those that moved away. An anchor is of one
/// practice: `(practice id, anchor)`.
///
/// # Errors
/// Faults of the database.
pub async fn verify_all(db: &Db, keys: &Keyring, now: i64, anchors: &[(String, Anchor)]) -> Result<Vec<Report>> {
    let practices: Vec<(String,)> = db
        .all(
            "SELECT id FROM practice UNION SELECT practice_id FROM audit UNION SELECT practice_id FROM audit_chain
             UNION SELECT practice_id FROM audit_cut",
            vec![],
        )
        .await?;
    let mut reports = vec![];
    for (practice,) in practices {
        let anchor = anchors.iter().find(|(id, _)| *id == practice).map(|(_, anchor)| anchor);
        reports.push(verify(db, keys, &practice, now, anchor).await?);
    }
    reports.sort_by(|a, b| (&a.slug, &a.practice_id).cmp(&(&b.slug, &b.practice_id)));
    Ok(reports)
}

/// Checks one practice: its checkpoints, then every line from the last one on.
///
/// # Errors
/// Faults of the database.
pub async fn verify(db: &Db, keys: &Keyring, practice: &str, now: i64, anchor: Option<&Anchor>) -> Result<Report> {
    let (slug, gone_to) = name_of(db, practice).await?;
    let points = checkpoint::all(db, practice).await?;
    let last = points.last().cloned().unwrap_or_default();
    let mut walk = Walk::from(last.seq, &last.hash);
    walk.finding =
        checkpoint::first_wrong(&points, keys, practice).map(|point| Finding::at_line(Wrong::Checkpoint, point.seq));
    if walk.finding.is_none() {
        walk.finding = left_behind(db, practice, &last, now).await?;
    }
    walk.anchored = anchor.is_none_or(|anchor| is_vouched_for(anchor, &points));
    walk.go_on(db, practice, anchor).await?;
    if walk.finding.is_none() && !walk.anchored {
        walk.finding = Some(Finding::at_line(Wrong::NotTheAnchor, anchor.map_or(0, |anchor| anchor.seq)));
    }
    let (waiting, slipped_in) = unsealed(db, practice, now).await?;
    let head = (walk.seq > 0).then(|| Anchor { seq: walk.seq, hash: walk.hash.clone() });
    let finding = walk.finding.or(slipped_in);
    let (sealed, cut) = (walk.seq - last.seq, last.seq);
    Ok(Report { practice_id: practice.to_owned(), slug, gone_to, sealed, cut, head, waiting, finding })
}

impl Finding {
    /// At a line whose id is not known.
    pub(super) fn at_line(wrong: Wrong, seq: i64) -> Finding {
        Finding { wrong, seq, record_id: String::new() }
    }
}

/// What it is called, and the region that it went to.
async fn name_of(db: &Db, practice: &str) -> Result<(String, String)> {
    let here: Option<(String,)> = db.optional("SELECT slug FROM practice WHERE id = $1", args![practice]).await?;
    if let Some((slug,)) = here {
        return Ok((slug, String::new()));
    }
    let gone: Option<(String, String)> = db
        .optional("SELECT now_slug, region FROM moved WHERE practice_id = $1 ORDER BY at DESC LIMIT 1", args![practice])
        .await?;
    Ok(gone.unwrap_or_else(|| (practice.to_owned(), String::new())))
}

/// An anchor that lies behind a checkpoint can be compared only where it is the checkpoint; elsewhere the seal says that
/// the lines were whole when they went.
fn is_vouched_for(anchor: &Anchor, points: &[Checkpoint]) -> bool {
    match points.iter().find(|point| point.seq >= anchor.seq) {
        Some(point) => point.seq > anchor.seq || point.hash == anchor.hash,
        None => false,
    }
}

/// A line that is still there long after it was cut.
async fn left_behind(db: &Db, practice: &str, last: &Checkpoint, now: i64) -> Result<Option<Finding>> {
    if now - last.at < GONE_WITHIN_SECONDS {
        return Ok(None);
    }
    let row: Option<(i64, String)> = db
        .optional(
            "SELECT seq, record_id FROM audit_chain WHERE practice_id = $1 AND seq <= $2 ORDER BY seq LIMIT 1",
            args![practice, last.seq],
        )
        .await?;
    Ok(row.map(|(seq, record_id)| Finding { wrong: Wrong::BehindCheckpoint, seq, record_id }))
}

/// A link of the chain with its line, where the line is still there.
#[derive(sqlx::FromRow)]
struct Link {
    seq: i64,
    record_id: String,
    sealed_hash: String,
    found: i64,
    #[sqlx(flatten)]
    row: Row,
}

async fn links(db: &Db, practice: &str, after: i64) -> Result<Vec<Link>> {
    db.all(
        "SELECT c.seq, c.record_id, c.hash AS sealed_hash, CAST(CASE WHEN a.id IS NULL THEN 0 ELSE 1 END AS BIGINT) AS found,
                c.record_id AS id, COALESCE(a.at, 0) AS at, COALESCE(a.event, '') AS event, COALESCE(a.actor_kind, '') AS actor_kind,
                COALESCE(a.actor_id, '') AS actor_id, COALESCE(a.actor_name, '') AS actor_name, COALESCE(a.subject_id, '') AS subject_id,
                COALESCE(a.subject_name, '') AS subject_name, COALESCE(a.result, '') AS result, COALESCE(a.address, '') AS address,
                COALESCE(a.browser, '') AS browser, COALESCE(a.session_id, '') AS session_id, COALESCE(a.request_id, '') AS request_id,
                COALESCE(a.detail, '') AS detail
         FROM audit_chain c LEFT JOIN audit a ON a.practice_id = c.practice_id AND a.id = c.record_id
         WHERE c.practice_id = $1 AND c.seq > $2 ORDER BY c.seq LIMIT 500",
        args![practice, after],
    )
    .await
}

/// How far a check has come.
pub(super) struct Walk {
    pub seq: i64,
    pub hash: String,
    pub finding: Option<Finding>,
    anchored: bool,
    /// The first line that is not older than this ends it (unix seconds).
    before: i64,
    ended: bool,
}

impl Walk {
    /// From behind this line on.
    pub fn from(seq: i64, hash: &str) -> Walk {
        Walk { seq, hash: hash.to_owned(), finding: None, anchored: true, before: i64::MAX, ended: false }
    }

    /// Only over lines older than this.
    pub fn older_than(mut self, before: i64) -> Walk {
        self.before = before;
        self
    }

    /// Goes on until something is wrong or nothing is left.
    ///
    /// # Errors
    /// Faults of the database.
    pub async fn go_on(&mut self, db: &Db, practice: &str, anchor: Option<&Anchor>) -> Result<()> {
        while self.finding.is_none() && !self.ended {
            let links = links(db, practice, self.seq).await?;
            if links.is_empty() {
                break;
            }
            self.over(db, practice, &links, anchor).await?;
        }
        Ok(())
    }

    async fn over(&mut self, db: &Db, practice: &str, links: &[Link], anchor: Option<&Anchor>) -> Result<()> {
        for link in links {
            let next = self.seq + 1;
            let wrong = if link.seq != next {
                Some(Wrong::Missing)
            } else if link.found == 0 {
                Some(if is_elsewhere(db, &link.record_id).await? { Wrong::Foreign } else { Wrong::Missing })
            } else if hash(&self.hash, practice, next, &link.row) != link.sealed_hash {
                let other = links
                    .iter()
                    .any(|other| other.found != 0 && hash(&self.hash, practice, next, &other.row) == link.sealed_hash);
                Some(if other { Wrong::Reordered } else { Wrong::Changed })
            } else {
                None
            };
            if let Some(wrong) = wrong {
                let record_id = if link.seq == next { link.record_id.clone() } else { String::new() };
                self.finding = Some(Finding { wrong, seq: next, record_id });
                return Ok(());
            }
            if link.row.at >= self.before {
                self.ended = true;
                return Ok(());
            }
            self.seq = next;
            self.hash.clone_from(&link.sealed_hash);
            if let Some(anchor) = anchor.filter(|anchor| anchor.seq == next) {
                self.anchored = anchor.hash == self.hash;
            }
        }
        Ok(())
    }
}

async fn is_elsewhere(db: &Db, record: &str) -> Result<bool> {
    let row: Option<(String,)> = db.optional("SELECT practice_id FROM audit WHERE id = $1", args![record]).await?;
    Ok(row.is_some())
}

/// How many lines wait to be sealed, and the first that waited too long. Where the practice was given up none waits: nobody
/// seals there any more.
async fn unsealed(db: &Db, practice: &str, now: i64) -> Result<(i64, Option<Finding>)> {
    let rows: Vec<(String, i64)> = db
        .all(
            "SELECT a.id, a.at FROM audit a WHERE a.practice_id = $1 AND NOT EXISTS (
                SELECT 1 FROM audit_chain c WHERE c.practice_id = a.practice_id AND c.record_id = a.id)
             ORDER BY a.at, a.id LIMIT 10000",
            args![practice],
        )
        .await?;
    let finding = |wrong: Wrong, (id, _): &(String, i64)| Finding { wrong, seq: 0, record_id: id.clone() };
    if let Some(first) = rows.first()
        && is_given_up(db, practice).await?
    {
        return Ok((0, Some(finding(Wrong::TooLate, first))));
    }
    let old = rows.iter().find(|(_, at)| now - at > SEALED_WITHIN_SECONDS);
    let waiting = rows.iter().filter(|(_, at)| now - at <= SEALED_WITHIN_SECONDS).count();
    Ok((i64::try_from(waiting).unwrap_or(i64::MAX), old.map(|row| finding(Wrong::NotSealed, row))))
}

/// Whether only its record is here, which has ended (as `chain::seal_since` decides).
async fn is_given_up(db: &Db, practice: &str) -> Result<bool> {
    let kept: Option<(String,)> = db
        .optional("SELECT id FROM practice WHERE id = $1 AND (moving_to IS NULL OR closed_at IS NULL)", args![practice])
        .await?;
    Ok(kept.is_none())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn anchors_are_read_whole() {
        let hash = "0a".repeat(32);
        assert_eq!(Anchor::parse(&format!("17:{hash}")), Some(Anchor { seq: 17, hash: hash.clone() }));
        for bad in [format!("0:{hash}"), format!("-1:{hash}"), "17:0a".into(), hash.clone(), format!("17:{hash}0")] {
            assert_eq!(Anchor::parse(&bad), None, "{bad}");
        }
    }
}
