//! Recognised devices: a record per browser and person. The browser holds a secret that turns at every sign-in, and,
//! where it can, a key it cannot give away (WebCrypto). A device stands for the code, never for the password.

use data_encoding::BASE64URL_NOPAD;
use p256::ecdsa::signature::Verifier;
use p256::ecdsa::{Signature, VerifyingKey};
use p256::pkcs8::DecodePublicKey;

use super::session::{self, Done};
use super::step::Factor;
use crate::args;
use crate::notices::{Actor, Event, Happening, happened};
use crate::platform::db::{Arg, Tx};
use crate::platform::error::Result;
use crate::platform::secret;
use crate::platform::web::{Fields, Visit};

const COOKIE: &str = "__Host-devices";
/// Most records that one browser carries (people at one reception computer), and most devices of one person.
const MOST: usize = 10;
/// The secret before the last turn is forgiven for so long (seconds): two tabs, or an answer that got lost.
const FORGIVEN_SECONDS: i64 = 120;
/// Characters of a random token; the mark follows.
const TOKEN_CHARS: usize = 43;
/// How long a browser may take to sign the challenge of a page it has open, in seconds.
const CHALLENGE_SECONDS: i64 = crate::platform::form::FORM_SECONDS;

/// A browser that was recognised for a person.
#[derive(Clone, Debug)]
pub struct Known {
    pub id: String,
    /// `key` when it signed the challenge, `cookie` when it could only show its secret.
    pub by: &'static str,
}

/// What is on record of the browser after a sign-in.
pub struct Remembered {
    pub id: String,
    pub trusted_until: i64,
    pub is_new: bool,
}

#[derive(sqlx::FromRow)]
struct Record {
    id: String,
    secret_hash: String,
    previous_hash: Option<String>,
    rotated_at: i64,
    public_key: Option<String>,
    trusted_until: i64,
}

/// What a shown secret says about the browser that shows it.
enum Shown {
    Current,
    /// The one before, within the forgiven time.
    JustTurned,
    /// Given by us for this record, but long replaced: two browsers carry the same record.
    Copied,
    /// Never ours; a stranger who guesses raises no alarm.
    Foreign,
}

/// The text that the page's script signs, except for the host it adds itself.
pub fn challenge(visit: &Visit) -> String {
    let key = visit.server.stable_key("device challenge");
    format!("{}.{}", visit.now, secret::keyed_hash(&key, &[&visit.browser_id, &visit.now.to_string()]))
}

/// Whether this browser is recognised for the person. A copied secret ends the record and raises the alarm.
///
/// # Errors
/// A failed read is a fault, never "unknown".
pub async fn recognise(visit: &Visit, person: &super::person::Person, fields: &Fields) -> Result<Option<Known>> {
    let (carried, records) = (carried(visit), records(visit, &person.id).await?);
    let allowed = person.keep_days(visit.practice()?) > 0;
    for (id, shown) in carried {
        let Some(record) = records.iter().find(|record| record.id == id) else { continue };
        match judge(visit, record, &shown)? {
            Shown::Current | Shown::JustTurned if allowed && record.trusted_until > visit.now => {
                return Ok(shown_right(visit, record, fields));
            }
            Shown::Copied => end_copied(visit, person, &record.id).await?,
            Shown::Current | Shown::JustTurned | Shown::Foreign => {}
        }
    }
    Ok(None)
}

/// Asks the database what [`recognise`] asks it, and forgets the answer: with a cookie full of made-up records, an address that
/// nobody has takes as long as one that somebody has. `other` is one of the practice's people.
///
/// # Errors
/// As [`recognise`].
pub async fn recognise_nobody(visit: &Visit, other: &str) -> Result<()> {
    records(visit, other).await.map(drop)
}

fn judge(visit: &Visit, record: &Record, shown: &str) -> Result<Shown> {
    let hash = secret::hash_token(shown);
    if secret::same(&hash, &record.secret_hash) {
        return Ok(Shown::Current);
    }
    if !issued(visit, &record.id, shown)? {
        return Ok(Shown::Foreign);
    }
    let before = record.previous_hash.as_deref().is_some_and(|previous| secret::same(&hash, previous));
    let just = before && visit.now - record.rotated_at <= FORGIVEN_SECONDS;
    Ok(if just { Shown::JustTurned } else { Shown::Copied })
}

/// A new secret for a record: random, and a mark by which it is known as ours after any number of turns. Only the
/// last two hashes are stored, and a thief who signs in twice would otherwise leave the owner's copy unnoticed.
fn new_secret(visit: &Visit, id: &str) -> Result<String> {
    let token = visit.new_token();
    let mark = mark_of(visit, id, &token)?;
    Ok(token + &mark)
}

fn issued(visit: &Visit, id: &str, shown: &str) -> Result<bool> {
    let Some((token, mark)) = shown.split_at_checked(TOKEN_CHARS) else { return Ok(false) };
    Ok(secret::same(mark, &mark_of(visit, id, token)?))
}

fn mark_of(visit: &Visit, id: &str, token: &str) -> Result<String> {
    let key = visit.server.stable_key("device secret");
    let mut mark = secret::keyed_hash(&key, &[&visit.practice()?.id, id, token]);
    mark.truncate(22);
    Ok(mark)
}

fn shown_right(visit: &Visit, record: &Record, fields: &Fields) -> Option<Known> {
    let by = match &record.public_key {
        None => "cookie",
        Some(key) if signed(visit, key, fields) => "key",
        Some(_) => return None,
    };
    Some(Known { id: record.id.clone(), by })
}

/// The signature is raw r‖s (IEEE P1363), as WebCrypto makes it, over label, host and our challenge.
fn signed(visit: &Visit, key: &str, fields: &Fields) -> bool {
    let challenge = fields.text("device_challenge");
    let Some((at, mac)) = challenge.split_once('.') else { return false };
    let ours = {
        let key = visit.server.stable_key("device challenge");
        secret::keyed_hash(&key, &[&visit.browser_id, at])
    };
    if !secret::same(mac, &ours) {
        return false;
    }
    let age = at.parse::<i64>().ok().and_then(|at| visit.since(at));
    if !age.is_some_and(|age| (-60..=CHALLENGE_SECONDS).contains(&age)) {
        return false;
    }
    let Some(key) = verifying_key(key) else { return false };
    let Ok(raw) = BASE64URL_NOPAD.decode(fields.text("device_signature").as_bytes()) else { return false };
    let Ok(signature) = Signature::from_slice(&raw) else { return false };
    signed_hosts(visit)
        .iter()
        .any(|host| key.verify(format!("portico-device\n{host}\n{challenge}").as_bytes(), &signature).is_ok())
}

/// The key this browser offers for a new record, if it signed with it: a key nobody holds would never be recognised.
pub fn offered<'a>(visit: &Visit, fields: &'a Fields) -> Option<&'a str> {
    let key = fields.text("device_key");
    (!key.is_empty() && signed(visit, key, fields)).then_some(key)
}

fn verifying_key(spki: &str) -> Option<VerifyingKey> {
    VerifyingKey::from_public_key_der(&BASE64URL_NOPAD.decode(spki.as_bytes()).ok()?).ok()
}

/// `location.host` as the script sees it: the practice's current and first names, with the public port.
fn signed_hosts(visit: &Visit) -> Vec<String> {
    let Ok(practice) = visit.practice() else { return vec![] };
    let server = &visit.server;
    let current = format!("{}.{}.{}", practice.slug, practice.region, server.config.base);
    [current.as_str(), practice.host.as_str()]
        .into_iter()
        .filter_map(|host| server.origin_of(host).split_once("://").map(|(_, host)| host.to_owned()))
        .collect()
}

/// After a sign-in: turns the secret of a recognised browser; with `keep_days` remembers it, or trusts it anew when
/// every factor was shown.
///
/// # Errors
/// Faults and conflicts of the database.
pub(super) async fn after_sign_in(
    visit: &Visit,
    tx: &mut Tx,
    done: &Done<'_>,
    keep_days: Option<i64>,
) -> Result<Option<Remembered>> {
    let full = done.proved.has(Factor::Passkey) || done.proved.list().count() > 1 || !has_code(done);
    if let Some(id) = &done.attempt.device_id {
        let until = keep_days.filter(|_| full).map(|days| visit.now + days * 86_400);
        return turn(visit, tx, &done.person.id, id, until).await;
    }
    match keep_days {
        Some(days) => remember(visit, tx, done, visit.now + days * 86_400).await.map(Some),
        None => Ok(None),
    }
}

fn has_code(done: &Done<'_>) -> bool {
    done.person.totp_secret.is_some() || done.person.passkeys > 0
}

async fn turn(visit: &Visit, tx: &mut Tx, person: &str, id: &str, until: Option<i64>) -> Result<Option<Remembered>> {
    let fresh = new_secret(visit, id)?;
    let row: Option<(i64,)> = tx
        .optional(
            "UPDATE device SET previous_hash = secret_hash, secret_hash = $4, rotated_at = $5, seen_at = $5,
                    trusted_until = CASE WHEN $6 > trusted_until THEN $6 ELSE trusted_until END
             WHERE practice_id = $1 AND person_id = $2 AND id = $3 AND ended_at IS NULL RETURNING trusted_until",
            args![&visit.practice()?.id, person, id, secret::hash_token(&fresh), visit.now, until.unwrap_or(0)],
        )
        .await?;
    let Some((trusted_until,)) = row else { return Ok(None) };
    carry(visit, id, &fresh);
    Ok(Some(Remembered { id: id.to_owned(), trusted_until, is_new: false }))
}

async fn remember(visit: &Visit, tx: &mut Tx, done: &Done<'_>, trusted_until: i64) -> Result<Remembered> {
    let (practice, person) = (&visit.practice()?.id, &done.person.id);
    // A record of this browser that was not recognised this time (its key did not sign, say) makes room for the new one.
    for (id, _) in carried(visit) {
        end(visit, tx, person, &id).await?;
    }
    let id = visit.new_id();
    let token = new_secret(visit, &id)?;
    let key = done.attempt.device_key.as_deref().filter(|key| verifying_key(key).is_some());
    let browser = visit.browser();
    tx.execute(
        "INSERT INTO device (practice_id, id, person_id, secret_hash, rotated_at, public_key, name, browser, place, created_at, seen_at, trusted_until)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $5, $5, $10)",
        args![practice, &id, person, secret::hash_token(&token), visit.now, key, browser.in_english(), browser.to_stored(), visit.place(), trusted_until],
    )
    .await?;
    tx.execute(
        "UPDATE device SET ended_at = $3 WHERE practice_id = $1 AND person_id = $2 AND ended_at IS NULL AND id NOT IN (
            SELECT id FROM device WHERE practice_id = $1 AND person_id = $2 AND ended_at IS NULL ORDER BY seen_at DESC, id DESC LIMIT 10)",
        args![practice, person, visit.now],
    )
    .await?;
    carry(visit, &id, &token);
    Ok(Remembered { id, trusted_until, is_new: true })
}

/// Ends one recognised device of a person; answers whether it was there.
///
/// # Errors
/// Faults and conflicts of the database.
pub async fn end(visit: &Visit, tx: &mut Tx, person: &str, id: &str) -> Result<bool> {
    let ended = tx
        .execute(
            "UPDATE device SET ended_at = $4 WHERE practice_id = $1 AND person_id = $2 AND id = $3 AND ended_at IS NULL",
            args![&visit.practice()?.id, person, id, visit.now],
        )
        .await?;
    // A sign-in that is half way through loses what this device stood for.
    tx.execute(
        "UPDATE attempt SET device_id = NULL, device_by = NULL
         WHERE practice_id = $1 AND person_id = $2 AND device_id = $3 AND ended_at IS NULL",
        args![&visit.practice()?.id, person, id],
    )
    .await?;
    Ok(ended == 1)
}

/// Ends every recognised device of a person at once: after a password change, a factor change, "Log out everywhere".
///
/// # Errors
/// Faults and conflicts of the database.
pub async fn end_all(visit: &Visit, tx: &mut Tx, person: &str) -> Result<u64> {
    tx.execute(
        "UPDATE attempt SET device_id = NULL, device_by = NULL
         WHERE practice_id = $1 AND person_id = $2 AND device_id IS NOT NULL AND ended_at IS NULL",
        args![&visit.practice()?.id, person],
    )
    .await?;
    tx.execute(
        "UPDATE device SET ended_at = $3 WHERE practice_id = $1 AND person_id = $2 AND ended_at IS NULL",
        args![&visit.practice()?.id, person, visit.now],
    )
    .await
}

/// The person's records among those this browser carries, in one question however many it carries.
async fn records(visit: &Visit, person: &str) -> Result<Vec<Record>> {
    let mut ids = carried_ids(visit);
    if ids.is_empty() {
        return Ok(vec![]);
    }
    ids.resize(MOST, String::new());
    let mut args = args![&visit.practice()?.id, person];
    args.extend(ids.into_iter().map(Arg::from));
    visit
        .db()?
        .all(
            "SELECT id, secret_hash, previous_hash, rotated_at, public_key, trusted_until FROM device
             WHERE practice_id = $1 AND person_id = $2 AND ended_at IS NULL
                AND id IN ($3, $4, $5, $6, $7, $8, $9, $10, $11, $12)",
            args,
        )
        .await
}

/// Whoever has the copy may be logged in with it: the sessions of that record end too.
async fn end_copied(visit: &Visit, person: &super::person::Person, id: &str) -> Result<()> {
    let mut tx = visit.db()?.write().await?;
    if end(visit, &mut tx, &person.id, id).await? {
        session::end_of_device(visit, &mut tx, &person.id, id).await?;
        happened(visit, &mut tx, Happening::of(Event::DeviceCopied, person).by(Actor::Stranger)).await?;
    }
    tx.commit().await
}

/// Whether this browser carries a record of anybody.
pub fn carries_any(visit: &Visit) -> bool {
    !carried(visit).is_empty()
}

/// The records this browser carries: `id~secret` joined by dots, newest first.
fn carried(visit: &Visit) -> Vec<(String, String)> {
    let cookie = visit.cookie(COOKIE).unwrap_or_default();
    let pairs = cookie.split('.').filter_map(|pair| pair.split_once('~'));
    pairs.take(MOST).map(|(id, token)| (id.to_owned(), token.to_owned())).collect()
}

/// The ids of the records this browser carries, right secret or not; for "this one" in a list, never for a decision.
pub fn carried_ids(visit: &Visit) -> Vec<String> {
    carried(visit).into_iter().map(|(id, _)| id).collect()
}

fn carry(visit: &Visit, id: &str, token: &str) {
    let others = carried(visit).into_iter().filter(|(other, _)| other != id).take(MOST - 1);
    let all: Vec<String> = std::iter::once((id.to_owned(), token.to_owned()))
        .chain(others)
        .map(|(id, token)| format!("{id}~{token}"))
        .collect();
    // The record in the database ends by itself; the cookie only has to outlive it.
    visit.set_cookie(COOKIE, &all.join("."), Some(120 * 86_400));
}
