//! Backup codes: one instead of the app's code at a sign-in, and a new set of ten, shown once. What a code looks like
//! and how it is hashed is in `backup_code.rs`.

use axum::http::StatusCode;
use axum::response::Response;

use crate::args;
use crate::factors::backup_code::{self, CODES, RANDOM_BYTES};
use crate::factors::code::{CodeKind, CodePage};
use crate::factors::totp::{self, WrongRow};
use crate::notices::{Event, Happening, happened};
use crate::platform::db::Tx;
use crate::platform::error::{Error, Result};
use crate::platform::frame::Frame;
use crate::platform::limit::{self, Turn};
use crate::platform::web::{Fields, Query, Visit, page, page_with};
use crate::platform::when;
use crate::platform::world::random;
use crate::sign_in::person::{self, Person};
use crate::sign_in::session::{self, Session};
use crate::sign_in::step::Factor;
use crate::sign_in::{self, Attempt, act};

/// What the keys of the hashes are derived for.
const KEY_LABEL: &str = "backup codes";
/// At so many left the person is told to make a new set.
const LOW: i64 = 2;

/// `GET /sign-in/backup-code`.
pub async fn ask(visit: Visit) -> Result<Response> {
    let (attempt, person) = match totp::asked(&visit).await? {
        Ok(found) => found,
        Err(response) => return Ok(response),
    };
    let lane = lane(&visit, &person.id)?;
    match limit::look(visit.db()?, &visit.practice()?.id, &lane, limit::BACKUP_CODE, visit.now).await? {
        Turn::Allowed(_) => asking(&visit, &attempt, &person).fresh(),
        turn => held_back(&visit, &attempt, &person, turn),
    }
}

/// `POST /sign-in/backup-code`.
pub async fn answer(visit: Visit, fields: Fields) -> Result<Response> {
    // read
    let (attempt, person) = match totp::asked(&visit).await? {
        Ok(found) => found,
        Err(response) => return Ok(response),
    };
    let code_page = asking(&visit, &attempt, &person);
    if fields.text("of") != attempt.id {
        return code_page.refused(visit.say_with("code-other-sign-in", &[("email", &person.email)]));
    }
    let Some(canonical) = backup_code::canonical(fields.text("code")) else {
        return code_page.refused(visit.say("backup-code-shape"));
    };
    let lane = lane(&visit, &person.id)?;
    let count = match visit.take_try(&lane, limit::BACKUP_CODE).await? {
        Turn::Allowed(count) => count,
        turn => return held_back(&visit, &attempt, &person, turn),
    };

    // work
    let found = find(&visit, &person, &canonical).await?;

    // write
    match found {
        Some(Found { hash, used_at: None }) => right(&visit, &attempt, &person, &hash).await,
        Some(_) => wrong(&visit, &attempt, &person, count, true).await,
        None => wrong(&visit, &attempt, &person, count, false).await,
    }
}

/// A code that is none of the set, or one that was used before, which a thief may have found crossed out. A second press of the
/// one that this very attempt has just taken is neither.
async fn wrong(visit: &Visit, attempt: &Attempt, person: &Person, count: i64, used: bool) -> Result<Response> {
    let said = visit.say(if used { "backup-code-used" } else { "backup-code-wrong" });
    if used && has_taken_one(visit, attempt).await? {
        return asking(visit, attempt, person).refused(said);
    }
    let (lane, bound, factor) = (lane(visit, &person.id)?, limit::BACKUP_CODE, Factor::BackupCode);
    let row = WrongRow { lane: &lane, bound, count, factor, goal: &attempt.goal, used };
    totp::wrong(visit, person, &row).await?;
    match limit::look(visit.db()?, &visit.practice()?.id, &lane, bound, visit.now).await? {
        Turn::Allowed(_) => asking(visit, attempt, person).refused(said),
        turn => held_back(visit, attempt, person, turn),
    }
}

async fn has_taken_one(visit: &Visit, attempt: &Attempt) -> Result<bool> {
    let mut tx = visit.db()?.write().await?;
    Ok(sign_in::proofs(visit, &mut tx, attempt).await?.has(Factor::BackupCode))
}

struct Found {
    hash: String,
    used_at: Option<i64>,
}

/// The code in the person's living set, under whichever key of the ring it was hashed.
async fn find(visit: &Visit, person: &Person, canonical: &str) -> Result<Option<Found>> {
    for hash in hashes(visit, &person.id, canonical)? {
        let row: Option<(Option<i64>,)> = visit
            .db()?
            .optional(
                "SELECT used_at FROM backup_code WHERE practice_id = $1 AND person_id = $2 AND hash = $3 AND set_id = $4",
                args![&visit.practice()?.id, &person.id, &hash, person.backup_set.clone()],
            )
            .await?;
        if let Some((used_at,)) = row {
            return Ok(Some(Found { hash, used_at }));
        }
    }
    Ok(None)
}

/// `{key id}.{hash}` for every key of the ring, the current one first.
fn hashes(visit: &Visit, person: &str, canonical: &str) -> Result<Vec<String>> {
    let (ring, practice) = (visit.server.keyring(), &visit.practice()?.id);
    let hash = |id: &str| {
        let key = ring.derive(id, KEY_LABEL)?;
        Some(format!("{id}.{}", backup_code::keyed_hash(&key, practice, person, canonical)))
    };
    Ok(ring.ids().filter_map(hash).collect())
}

async fn right(visit: &Visit, attempt: &Attempt, person: &Person, hash: &str) -> Result<Response> {
    // Before the transaction, so that a run that met another writer does not count against the person.
    limit::clear(visit.db()?, &visit.practice()?.id, &lane(visit, &person.id)?).await?;
    totp::forgive(visit, &person.id).await?;
    let mut tx = visit.db()?.write().await?;
    let taken = tx
        .execute(
            "UPDATE backup_code SET used_at = $4 WHERE practice_id = $1 AND person_id = $2 AND hash = $3 AND used_at IS NULL
                AND set_id = (SELECT backup_set FROM person WHERE practice_id = $1 AND id = $2)",
            args![&visit.practice()?.id, &person.id, hash, visit.now],
        )
        .await?;
    if taken == 0 {
        drop(tx);
        // Unused a moment ago, and used by another press since: the first of a new row.
        return wrong(visit, attempt, person, 1, true).await;
    }
    visit.server.world.reached("code accepted");
    sign_in::proved(visit, &mut tx, attempt, Factor::BackupCode).await?;
    let left = person::by_id_in(&mut tx, &visit.practice()?.id, &person.id).await?.backup_left;
    let of = |event| Happening::of(event, person).detail("left", &left.to_string());
    happened(visit, &mut tx, of(Event::BackupCodeUsed)).await?;
    if left == LOW || left == 0 {
        happened(visit, &mut tx, of(Event::BackupCodesLow)).await?;
    }
    sign_in::advance(visit, tx, attempt).await
}

pub(super) fn lane(visit: &Visit, person: &str) -> Result<String> {
    visit.lane("backup code", person)
}

fn held_back(visit: &Visit, attempt: &Attempt, person: &Person, turn: Turn) -> Result<Response> {
    let mut code_page = asking(visit, attempt, person);
    if let Turn::Wait(until) = turn {
        let time = when::clock_from(until, visit.zone());
        return code_page.too_often(visit.say_with(totp::wait_id(person), &[("time", &time)]), until - visit.now);
    }
    code_page.closed = true;
    let practice = &visit.practice()?.name;
    let said = if person.passkeys > 0 { "backup-code-off-passkey" } else { "backup-code-off" };
    code_page.too_often(visit.say_with(said, &[("practice", practice)]), 900)
}

/// With no code left the page says so and names the other ways; it takes none.
fn asking(visit: &Visit, attempt: &Attempt, person: &Person) -> CodePage {
    let none_left = person.backup_left == 0;
    let intro = match attempt.goal.as_str() {
        _ if none_left => "backup-code-none-left",
        "sign-in" => "backup-code-who",
        _ => "backup-code-who-fresh",
    };
    let mut ways = vec![("/sign-in/code".to_owned(), visit.say("code-use-app"))];
    if person.passkeys > 0 {
        ways.push(("/sign-in/passkey".to_owned(), visit.say("code-use-passkey")));
    }
    ways.push(("/help/lost-phone".to_owned(), visit.say("help-lost-phone-title")));
    if attempt.goal == "fresh" {
        ways.push(("/me".to_owned(), visit.say("confirm-cancel")));
    }
    CodePage {
        frame: sign_in::other::frame(visit, person, "backup-code-title"),
        step: 0,
        action: "/sign-in/backup-code".into(),
        hidden: Some(("of", attempt.id.clone())),
        intro: visit.say_with(intro, &[("email", &person.email)]),
        label: visit.say("field-backup-code"),
        hint: visit.say("backup-code-hint"),
        kind: CodeKind::Letters,
        button: visit.say("code-verify"),
        problem: None,
        closed: none_left,
        ways,
        again: None,
    }
}

#[derive(askama::Template)]
#[template(path = "factors/backup_codes.html")]
pub(super) struct CodesPage {
    pub frame: Frame,
    /// The new codes; empty where only their number is told.
    pub codes: Vec<String>,
    pub left: i64,
    pub made_at: Option<i64>,
    pub email: String,
    /// Inside a sign-in: where the button "Continue" goes.
    pub go_on: Option<&'static str>,
    /// Whether the person has 2 factor authentication at all.
    pub on: bool,
}

impl CodesPage {
    fn count(&self) -> String {
        self.frame.say1("backup-codes-left", "left", &self.left.to_string())
    }

    /// Stands above the codes in the saved file and on paper.
    fn heading(&self) -> String {
        self.frame.say2("backup-codes-heading", ("practice", &self.frame.practice()), ("email", &self.email))
    }
}

/// `GET /me/backup-codes`: how many are left; the codes themselves are never shown again.
/// `?on=1` comes from a set-up whose form was sent twice: the codes it made may never have been seen.
pub async fn mine(visit: Visit, Query(query): Query) -> Result<Response> {
    let (session, person) = match staff(&visit).await? {
        Ok(found) => found,
        Err(response) => return Ok(response),
    };
    let mut codes_page = counted(&visit, &session, &person);
    if query.ticked("on") && codes_page.on {
        codes_page.frame = codes_page.frame.banner("success", "backup-codes-on-already");
    }
    page(&codes_page)
}

/// `POST /me/backup-codes`: a new set, in the place of the old.
pub async fn make(visit: Visit) -> Result<Response> {
    // read
    let (session, person) = match staff(&visit).await? {
        Ok(found) => found,
        Err(response) => return Ok(response),
    };
    if person.totp_secret.is_none() {
        return page_with(StatusCode::UNPROCESSABLE_ENTITY, &counted(&visit, &session, &person));
    }

    // write
    let mut tx = act::begin(&visit, &session).await?;
    let codes = replace(&visit, &mut tx, &person.id).await?;
    happened(&visit, &mut tx, Happening::of(Event::BackupCodesMade, &person).session(&session.id)).await?;
    tx.commit().await?;
    visit.server.outbox_bell.notify_one();
    let mut codes_page = counted(&visit, &session, &person);
    codes_page.frame = codes_page.frame.script("codes.js");
    codes_page.codes = codes;
    page(&codes_page)
}

/// Makes a new set and ends the old, for a person who has (or gets, in this transaction) an app. Wrong codes before it count no more.
pub(super) async fn replace(visit: &Visit, tx: &mut Tx, person: &str) -> Result<Vec<String>> {
    let (practice, set) = (&visit.practice()?.id, visit.new_id());
    tx.execute("DELETE FROM backup_code WHERE practice_id = $1 AND person_id = $2", args![practice, person]).await?;
    let mut codes = Vec::with_capacity(CODES);
    for _ in 0..CODES {
        let code = backup_code::make(&random::<RANDOM_BYTES>(&*visit.server.world));
        let canonical = backup_code::canonical(&code).unwrap_or_default();
        let hash = hashes(visit, person, &canonical)?.into_iter().next();
        tx.execute(
            "INSERT INTO backup_code (practice_id, person_id, hash, set_id) VALUES ($1, $2, $3, $4)",
            args![practice, person, hash.ok_or_else(|| Error::Fault("no key for backup codes".into()))?, &set],
        )
        .await?;
        codes.push(code);
    }
    tx.execute(
        "UPDATE person SET backup_set = $3, backup_made_at = $4 WHERE practice_id = $1 AND id = $2",
        args![practice, person, &set, visit.now],
    )
    .await?;
    limit::clear_in(tx, practice, &lane(visit, person)?).await?;
    Ok(codes)
}

/// Forgets a set, when what it stands for goes.
pub async fn forget(visit: &Visit, tx: &mut Tx, person: &str) -> Result<()> {
    let practice = &visit.practice()?.id;
    tx.execute("DELETE FROM backup_code WHERE practice_id = $1 AND person_id = $2", args![practice, person]).await?;
    tx.execute(
        "UPDATE person SET backup_set = NULL, backup_made_at = NULL WHERE practice_id = $1 AND id = $2",
        args![practice, person],
    )
    .await?;
    Ok(())
}

async fn staff(visit: &Visit) -> Result<std::result::Result<(std::sync::Arc<Session>, Person), Response>> {
    let session = match session::fresh(visit).await? {
        Ok(session) => session,
        Err(response) => return Ok(Err(response)),
    };
    let person = person::by_id(visit.db()?, &visit.practice()?.id, &session.person_id).await?;
    Ok(Ok((session, person.filter(|person| person.kind == "staff").ok_or(Error::NotFound)?)))
}

fn counted(visit: &Visit, session: &Session, person: &Person) -> CodesPage {
    CodesPage {
        frame: session::frame(visit, session, "backup-codes-title"),
        codes: vec![],
        left: person.backup_left,
        made_at: person.backup_made_at,
        email: person.email.clone(),
        go_on: None,
        on: person.totp_secret.is_some(),
    }
}
