//! Passkeys as rows: read, added, used, deleted. What is believed of an answer is decided before.

use crate::args;
use crate::notices::{Actor, Event, Happening, happened};
use crate::platform::db::Tx;
use crate::platform::error::{Error, Result};
use crate::platform::joined::Statement;
use crate::platform::web::Visit;
use crate::platform::webauthn::{NewCredential, Shown};
use crate::sign_in::person::Person;
use crate::sign_in::{device, session};

/// Most passkeys of one person.
pub const MOST: i64 = 20;

/// Longest name, in characters.
pub const MOST_NAME: usize = 60;

/// Times are unix seconds; ids and keys base64url.
#[derive(Clone, Debug, sqlx::FromRow)]
pub struct Passkey {
    pub id: String,
    /// For addresses of pages.
    pub short_id: String,
    pub person_id: String,
    pub public_key: String,
    pub algorithm: i64,
    pub sign_count: i64,
    pub aaguid: String,
    pub transports: String,
    pub backup_eligible: i64,
    pub backup_state: i64,
    /// Since when it may stand alone: its holder was verified beside another factor, or when it was made.
    pub verified_at: Option<i64>,
    pub name: String,
    pub created_at: i64,
    /// The browser it was made in, as stored.
    pub created_on: String,
    pub used_at: Option<i64>,
    /// When its counter last did not go forward.
    pub odd_at: Option<i64>,
}

/// All of a person's, the oldest first.
///
/// # Errors
/// A failed read is a fault, never "none".
pub async fn of(visit: &Visit, person: &str) -> Result<Vec<Passkey>> {
    visit
        .db()?
        .all(
            "SELECT id, short_id, person_id, public_key, algorithm, sign_count, aaguid, transports, backup_eligible, backup_state,
                    verified_at, name, created_at, created_on, used_at, odd_at
             FROM passkey WHERE practice_id = $1 AND person_id = $2 ORDER BY created_at, short_id",
            args![&visit.practice()?.id, person],
        )
        .await
}

/// As [`of`], within a transaction.
///
/// # Errors
/// As [`of`].
pub async fn of_in(visit: &Visit, tx: &mut Tx, person: &str) -> Result<Vec<Passkey>> {
    tx.all(
        "SELECT id, short_id, person_id, public_key, algorithm, sign_count, aaguid, transports, backup_eligible, backup_state,
                verified_at, name, created_at, created_on, used_at, odd_at
         FROM passkey WHERE practice_id = $1 AND person_id = $2 ORDER BY created_at, short_id",
        args![&visit.practice()?.id, person],
    )
    .await
}

/// The passkey of that credential id at this practice, whoever's it is.
///
/// # Errors
/// A failed read is a fault, never "unknown".
pub async fn by_id(visit: &Visit, id: &str) -> Result<Option<Passkey>> {
    visit
        .db()?
        .optional(
            "SELECT id, short_id, person_id, public_key, algorithm, sign_count, aaguid, transports, backup_eligible, backup_state,
                    verified_at, name, created_at, created_on, used_at, odd_at
             FROM passkey WHERE practice_id = $1 AND id = $2",
            args![&visit.practice()?.id, id],
        )
        .await
}

/// One of a person's by its short id; another's looks like none.
///
/// # Errors
/// [`Error::NotFound`].
pub async fn own(visit: &Visit, person: &str, short_id: &str) -> Result<Passkey> {
    let mut all = of(visit, person).await?;
    all.retain(|passkey| !short_id.is_empty() && passkey.short_id == short_id);
    all.pop().ok_or(Error::NotFound)
}

/// Whether a passkey with that id was deleted here, so that a browser may be told to forget it (AC-054).
///
/// # Errors
/// A failed read is a fault, never "gone".
pub async fn is_gone(visit: &Visit, id: &str) -> Result<bool> {
    let row: Option<(i64,)> = visit
        .db()?
        .optional(
            "SELECT at FROM passkey_gone WHERE practice_id = $1 AND id = $2
                AND NOT EXISTS (SELECT 1 FROM passkey k WHERE k.practice_id = $1 AND k.id = $2)",
            args![&visit.practice()?.id, id],
        )
        .await?;
    Ok(row.is_some())
}

/// What became of a new passkey.
pub enum Added {
    /// Its short id.
    Yes(String),
    /// The credential is on record at this practice already (AC-050).
    Known,
    TooMany,
}

/// Adds a passkey under an offered name; recognised devices end, and the person is told. Staff who make one themselves are
/// logged out everywhere but in the session or attempt they are in (`own`); one that the browser made by itself logs nobody out. A
/// client's other sessions go on, and change nothing any more by what their mailbox proved.
///
/// # Errors
/// Faults and conflicts of the database.
pub async fn add(
    visit: &Visit,
    tx: &mut Tx,
    person: &Person,
    new: &NewCredential,
    (name, event): (&str, Event),
    own: &str,
) -> Result<Added> {
    let practice = &visit.practice()?.id;
    let had = of_in(visit, tx, &person.id).await?;
    if i64::try_from(had.len()).unwrap_or(MOST) >= MOST {
        return Ok(Added::TooMany);
    }
    let (short_id, name) = (visit.new_id(), free_name(&had, name));
    let silent = event == Event::PasskeyAddedByBrowser;
    let added = tx
        .execute(
            "INSERT INTO passkey (practice_id, id, short_id, person_id, public_key, algorithm, sign_count, aaguid, transports,
                backup_eligible, backup_state, verified_at, name, created_at, created_on, made_by)
             VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16) ON CONFLICT (practice_id, id) DO NOTHING",
            args![
                practice, &new.id, &short_id, &person.id, &new.public_key, new.algorithm, new.sign_count, &new.aaguid,
                &new.transports, new.backup_eligible, new.backed_up, new.verified.then_some(visit.now), &name, visit.now,
                visit.browser().to_stored(), if silent { "browser" } else { "person" },
            ],
        )
        .await?;
    if added == 0 {
        return Ok(Added::Known);
    }
    tx.execute("DELETE FROM passkey_gone WHERE practice_id = $1 AND id = $2", args![practice, &new.id]).await?;
    tx.execute(
        "UPDATE person SET re_enrol_since = NULL WHERE practice_id = $1 AND id = $2",
        args![practice, &person.id],
    )
    .await?;
    device::end_all(visit, tx, &person.id).await?;
    if person.is_client() {
        session::stale_all(visit, tx, &person.id, own).await?;
    } else if !silent {
        session::end_all(visit, tx, &person.id, Some(own)).await?;
    }
    // What the mail says: without verification it takes the password once more.
    let alone = if new.verified { "yes" } else { "no" };
    // An attempt's id is that of the session it leads to.
    happened(visit, tx, of_passkey(event, person, &name).session(own).detail("alone", alone)).await?;
    if person.re_enrol_since.is_some() {
        happened(visit, tx, Happening::of(Event::ReEnrolled, person)).await?;
    }
    Ok(Added::Yes(short_id))
}

/// A name that none of the person's other passkeys has: "Windows Hello 2". A long one gives way to its number.
pub fn free_name(had: &[Passkey], wanted: &str) -> String {
    let taken = |name: &str| had.iter().any(|passkey| passkey.name == name);
    let numbered = (2..=MOST + 1).map(|number| {
        let number = format!(" {number}");
        let kept: String = wanted.chars().take(MOST_NAME - number.len()).collect();
        format!("{}{number}", kept.trim_end())
    });
    let mut names = std::iter::once(wanted.to_owned()).chain(numbered);
    names.find(|name| !taken(name)).unwrap_or_else(|| wanted.to_owned())
}

/// An event about a passkey, with its name for the record and the mail.
pub fn of_passkey<'a>(event: Event, person: &'a Person, name: &str) -> Happening<'a> {
    Happening::of(event, person).detail("passkey", name)
}

/// What a right answer of a passkey did.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Use {
    Alone,
    /// Another factor was shown beside it, by which a verification counts from now on (WebAuthn L3, 7.2 step 26).
    Beside,
    /// It let nobody in, so that it was not used.
    SetAside,
}

/// The statement that notes an answer: its one row says `passkey`, and there is none when the passkey is not as it was read any
/// more.
///
/// # Errors
/// Not found where there is no practice.
pub fn using(visit: &Visit, passkey: &Passkey, shown: &Shown, of: Use) -> Result<Statement> {
    let count = if shown.went_back { passkey.sign_count } else { shown.sign_count };
    let odd_at = if shown.went_back { Some(visit.now) } else { passkey.odd_at };
    let verified_at = passkey.verified_at.or((shown.verified && of == Use::Beside).then_some(visit.now));
    let sql = "UPDATE passkey SET sign_count = $5, backup_state = $6, used_at = COALESCE($7, used_at), odd_at = $8, verified_at = $9
         WHERE practice_id = $1 AND id = $2 AND person_id = $3 AND sign_count = $4 RETURNING 'passkey'";
    let (practice, before) = (&visit.practice()?.id, passkey.sign_count);
    let args = args![
        practice,
        &passkey.id,
        &passkey.person_id,
        before,
        count,
        shown.backed_up,
        (of != Use::SetAside).then_some(visit.now),
        odd_at,
        verified_at
    ];
    Ok((sql, args))
}

/// Deletes one; recognised devices and sessions end, but for the one it was asked for in (`own`), and the person is told. `how` says for the record how a colleague knew who asked for
/// it (empty: nothing is said). Answers whether it was there.
///
/// # Errors
/// Faults and conflicts of the database.
pub async fn delete(
    visit: &Visit,
    tx: &mut Tx,
    person: &Person,
    passkey: &Passkey,
    (by, how): (Actor, &str),
    own: Option<&str>,
) -> Result<bool> {
    let practice = &visit.practice()?.id;
    let gone = tx
        .execute(
            "DELETE FROM passkey WHERE practice_id = $1 AND person_id = $2 AND id = $3",
            args![practice, &person.id, &passkey.id],
        )
        .await?;
    if gone == 0 {
        return Ok(false);
    }
    tx.execute(
        "INSERT INTO passkey_gone (practice_id, id, at) VALUES ($1, $2, $3) ON CONFLICT (practice_id, id) DO NOTHING",
        args![practice, &passkey.id, visit.now],
    )
    .await?;
    device::end_all(visit, tx, &person.id).await?;
    session::end_all(visit, tx, &person.id, own).await?;
    let event =
        if matches!(by, Actor::Person(..)) { Event::PasskeyRemovedByAdministrator } else { Event::PasskeyRemoved };
    let mut happening = of_passkey(event, person, &passkey.name).by(by).session(own.unwrap_or_default());
    if !how.is_empty() {
        happening = happening.detail("how", how);
    }
    happened(visit, tx, happening).await?;
    Ok(true)
}

/// Where a client has deleted the last one, passkeys are their lock no more. Whoever else deletes them leaves the lock where
/// it is: then the practice helps. Answers whether they were.
///
/// # Errors
/// Faults and conflicts of the database.
pub async fn unlock_without_any(visit: &Visit, tx: &mut Tx, person: &str) -> Result<bool> {
    let taken = tx
        .execute(
            "UPDATE person SET passkey_lock_since = NULL WHERE practice_id = $1 AND id = $2 AND passkey_lock_since IS NOT NULL
                AND NOT EXISTS (SELECT 1 FROM passkey k WHERE k.practice_id = $1 AND k.person_id = $2)",
            args![&visit.practice()?.id, person],
        )
        .await?;
    Ok(taken == 1)
}

/// All of a person's at once, within an act that tells of it itself; the browsers that have them may be told.
///
/// # Errors
/// Faults and conflicts of the database.
pub async fn delete_all(visit: &Visit, tx: &mut Tx, person: &str) -> Result<u64> {
    delete_since(visit, tx, person, 0).await
}

/// As [`delete_all`], of those made at that time (unix seconds) or later.
///
/// # Errors
/// As [`delete_all`].
pub async fn delete_since(visit: &Visit, tx: &mut Tx, person: &str, since: i64) -> Result<u64> {
    let practice = &visit.practice()?.id;
    tx.execute(
        "INSERT INTO passkey_gone (practice_id, id, at) SELECT practice_id, id, CAST($3 AS BIGINT) FROM passkey
         WHERE practice_id = $1 AND person_id = $2 AND created_at >= $4 ON CONFLICT (practice_id, id) DO NOTHING",
        args![practice, person, visit.now, since],
    )
    .await?;
    tx.execute(
        "DELETE FROM passkey WHERE practice_id = $1 AND person_id = $2 AND created_at >= $3",
        args![practice, person, since],
    )
    .await
}
