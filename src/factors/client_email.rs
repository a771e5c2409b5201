//! A client's new address: a code is mailed to it, whoever reads it there types it or tells the practice, and only then the
//! address changes. What the practice began for a protected client waits a day more, in which the client can stop it.

use futures_util::future::BoxFuture;

use super::client_mail;
use crate::args;
use crate::notices::compose::{self, Letter, discreet_letter, letter_with_id};
use crate::notices::outbox::put_job_at;
use crate::notices::{Actor, Event, Happening, happened};
use crate::platform::asked;
use crate::platform::db::{Db, Tx};
use crate::platform::email::Email;
use crate::platform::error::Result;
use crate::platform::secret;
use crate::platform::web::Visit;
use crate::platform::when;
use crate::sign_in::person::{self, Person};
use crate::sign_in::session::{self, Session};

/// The code in the mail works for so long, in seconds; it opens nothing, so that it may wait for the evening.
const CODE_SECONDS: i64 = 86_400;
/// What the practice began for a protected client waits so long after the new mailbox was proved, in seconds (AC-071).
const HOLD_SECONDS: i64 = 86_400;
/// Tries of one code, wherever they are made.
const MOST_TRIES: i64 = 5;
/// The job that puts a held change in force.
pub const JOB: &str = "client-email";

/// One change under way. Times are unix seconds.
#[derive(Clone, Debug, sqlx::FromRow)]
pub struct Change {
    pub id: String,
    pub person_id: String,
    pub email: String,
    email_key: String,
    before_key: String,
    asked_by: String,
    asked_by_name: String,
    tries: i64,
    pub created_at: i64,
    pub expires_at: i64,
    pub confirmed_at: Option<i64>,
    /// From when a confirmed change is in force, unless it is stopped.
    pub holds_until: Option<i64>,
    done_at: Option<i64>,
    ended_at: Option<i64>,
    link_hash: Option<String>,
}

/// What became of a typed code.
pub enum Typed {
    /// The address has changed.
    Done,
    /// It changes at that time.
    Held(i64),
    /// So many tries are left.
    Wrong(i64),
    Over,
}

impl Change {
    /// Whether a code may still be typed.
    pub fn takes_codes(&self, now: i64) -> bool {
        self.confirmed_at.is_none() && self.ended_at.is_none() && self.expires_at > now && self.tries < MOST_TRIES
    }

    pub fn is_asked_by(&self, person: &str) -> bool {
        self.asked_by == person
    }

    /// Whether this is what was asked for a moment ago: the button was pressed twice.
    pub fn was_just_asked(&self, email: &Email, by: &Session, now: i64) -> bool {
        let same = self.email_key == email.canonical() && self.is_asked_by(&by.person_id);
        same && self.takes_codes(now) && asked::a_moment_ago(self.created_at, now)
    }

    /// Whether the mail to the new address has a link; else the code alone is typed, or read out.
    pub fn has_link(&self) -> bool {
        self.link_hash.is_some()
    }

    pub fn is_done(&self) -> bool {
        self.done_at.is_some()
    }

    /// The address is confirmed: in force, or waiting for its day.
    pub fn is_confirmed(&self) -> bool {
        self.confirmed_at.is_some() && (self.done_at.is_some() || self.ended_at.is_none())
    }
}

/// A client whom somebody may be after: mail alone opens nothing of theirs.
pub fn is_protected(person: &Person) -> bool {
    person.is_private() || person.lock().is_some()
}

/// The change of a client that is under way, if any.
///
/// # Errors
/// A failed read is a fault, never "none".
pub async fn under_way(db: &Db, practice: &str, person: &str, now: i64) -> Result<Option<Change>> {
    db.optional(
        "SELECT id, person_id, email, email_key, before_key, asked_by, asked_by_name, tries, created_at, expires_at, confirmed_at,
            holds_until, done_at, ended_at, link_hash FROM email_change
         WHERE practice_id = $1 AND person_id = $2 AND done_at IS NULL AND ended_at IS NULL
            AND (expires_at > $3 OR confirmed_at IS NOT NULL) ORDER BY created_at DESC, id DESC LIMIT 1",
        args![practice, person, now],
    )
    .await
}

/// The newest change of a client, whatever became of it: a code that was pressed twice may have done what it asks for.
///
/// # Errors
/// As [`under_way`].
pub async fn newest(db: &Db, practice: &str, person: &str) -> Result<Option<Change>> {
    db.optional(
        "SELECT id, person_id, email, email_key, before_key, asked_by, asked_by_name, tries, created_at, expires_at, confirmed_at,
            holds_until, done_at, ended_at, link_hash FROM email_change
         WHERE practice_id = $1 AND person_id = $2 ORDER BY created_at DESC, id DESC LIMIT 1",
        args![practice, person],
    )
    .await
}

/// The change behind a link's secret, whatever became of it.
///
/// # Errors
/// As [`under_way`].
pub async fn by_link(visit: &Visit, token: &str) -> Result<Option<Change>> {
    visit
        .db()?
        .optional(
            "SELECT id, person_id, email, email_key, before_key, asked_by, asked_by_name, tries, created_at, expires_at, confirmed_at,
                holds_until, done_at, ended_at, link_hash FROM email_change WHERE practice_id = $1 AND link_hash = $2",
            args![&visit.practice()?.id, secret::hash_token(token)],
        )
        .await
}

/// Begins a change, which ends an older one, and mails the code to the new address; the old one is told.
///
/// # Errors
/// Faults and conflicts of the database.
pub async fn ask(visit: &Visit, tx: &mut Tx, person: &Person, email: &Email, by: &Session) -> Result<()> {
    let practice = &visit.practice()?.id;
    end_under_way(visit, tx, &person.id).await?;
    let (id, code) = (visit.new_id(), secret::six_digits(&*visit.server.world));
    let own = by.person_id == person.id;
    // A protected client's code is typed where somebody knows who they are: signed in, or before the practice's eyes.
    let discreet =
        is_discreet(visit, person)? || client_mail::is_quiet(visit, tx, email.canonical(), &person.id).await?;
    let link = (!own && !is_protected(person) && !discreet).then(|| visit.new_token());
    let message = mail(visit, tx, person, email, &Made { code: &code, link: link.as_deref(), discreet }).await?;
    tx.execute(
        "INSERT INTO email_change (practice_id, id, person_id, email, email_key, before_key, asked_by, asked_by_name, message_id,
            link_hash, code_hash, created_at, expires_at)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)",
        args![
            practice, &id, &person.id, email.typed(), email.canonical(), &person.email_key, &by.person_id, &by.name, message,
            link.as_deref().map(secret::hash_token), code_hash(visit, &id, &code)?, visit.now, visit.now + CODE_SECONDS,
        ],
    )
    .await?;
    let asked = Happening::of(Event::ClientEmailAsked, person).by(actor(&by.person_id, &by.name, person));
    happened(visit, tx, asked.session(&by.id).detail("new_email", &email.masked())).await
}

fn actor(id: &str, name: &str, person: &Person) -> Actor {
    if id == person.id { Actor::Self_ } else { Actor::Person(id.to_owned(), name.to_owned()) }
}

/// Whether mail to this client names nobody, and so has no link. Who wants no mail at all gets the one that proves a new mailbox.
///
/// # Errors
/// Not found where there is no practice.
pub fn is_discreet(visit: &Visit, person: &Person) -> Result<bool> {
    Ok(person.is_private() || person.mail_form != "plain" || visit.practice()?.discreet != 0)
}

/// What goes into the mail to the new address, and whether it names nobody.
struct Made<'a> {
    code: &'a str,
    link: Option<&'a str>,
    discreet: bool,
}

/// The mail to the new address; answers its id in the outbox.
async fn mail(visit: &Visit, tx: &mut Tx, person: &Person, email: &Email, made: &Made<'_>) -> Result<String> {
    let practice = visit.practice()?;
    let mut letter = Letter {
        name: "address-code",
        to: email.typed(),
        person_id: Some(&person.id),
        language: person.language.as_deref().unwrap_or(&practice.language),
        words: vec![
            ("code", made.code.to_owned()),
            ("until", when::full(visit.now + CODE_SECONDS, &practice.zone)),
            ("contact", compose::contact(visit)?),
        ],
        until: Some(visit.now + CODE_SECONDS),
    };
    if made.discreet {
        letter.name = "discreet-code";
        return discreet_letter(visit, tx, &letter).await;
    }
    if let Some(link) = made.link {
        letter.name = "address-link";
        letter.words.push(("link", format!("{}/portal/address/{link}", visit.server.home_of(practice))));
    }
    letter_with_id(visit, tx, &letter).await
}

/// Takes one of the five tries and compares, in the transaction that also confirms. Once the address is another, every session
/// of the client ends but the one that the code was typed in (`here`), if it is theirs.
///
/// # Errors
/// Faults and conflicts of the database.
pub async fn try_code(
    visit: &Visit,
    tx: &mut Tx,
    change: &Change,
    code: &str,
    here: Option<&Session>,
) -> Result<Typed> {
    let taken: Option<(String, i64)> = tx
        .optional(
            "UPDATE email_change SET tries = tries + 1 WHERE practice_id = $1 AND id = $2 AND tries < $3 AND confirmed_at IS NULL
                AND ended_at IS NULL AND expires_at > $4 RETURNING code_hash, tries",
            args![&visit.practice()?.id, &change.id, MOST_TRIES, visit.now],
        )
        .await?;
    let Some((stored, tries)) = taken else { return Ok(Typed::Over) };
    let person = person::by_id_in(tx, &visit.practice()?.id, &change.person_id).await?;
    if !secret::same(&stored, &code_hash(visit, &change.id, code)?) {
        let wrong = Happening::of(Event::WrongMailedCode, &person).by(Actor::Stranger).result("refused");
        happened(visit, tx, wrong.detail("factor", "new address")).await?;
        return Ok(if tries < MOST_TRIES { Typed::Wrong(MOST_TRIES - tries) } else { Typed::Over });
    }
    confirm(visit, tx, change, &person, here.filter(|here| here.person_id == person.id)).await
}

/// The new mailbox is proved: in force now, or after the day of a protected client whose change the practice began.
async fn confirm(
    visit: &Visit,
    tx: &mut Tx,
    change: &Change,
    person: &Person,
    here: Option<&Session>,
) -> Result<Typed> {
    let own = change.asked_by == person.id;
    let until = (!own && is_protected(person)).then_some(visit.now + HOLD_SECONDS);
    let confirmed = tx
        .execute(
            "UPDATE email_change SET confirmed_at = $3, holds_until = $4 WHERE practice_id = $1 AND id = $2 AND confirmed_at IS NULL
                AND ended_at IS NULL AND expires_at > $3",
            args![&visit.practice()?.id, &change.id, visit.now, until],
        )
        .await?;
    if confirmed == 0 {
        return Ok(Typed::Over);
    }
    let Some(until) = until else {
        let but = here.map(|here| here.id.as_str());
        return Ok(if put_in_force(visit, tx, change, person, but).await? { Typed::Done } else { Typed::Over });
    };
    put_job_at(visit, tx, (JOB, until), &person.id, &serde_json::json!({ "change": change.id })).await?;
    let held = Happening::of(Event::ClientEmailConfirmed, person);
    happened(visit, tx, held.by(actor(&change.asked_by, &change.asked_by_name, person))).await?;
    Ok(Typed::Held(until))
}

/// The job at the end of the day: in force, unless somebody stopped it.
pub fn after_the_day<'a>(
    visit: &'a Visit,
    tx: &'a mut Tx,
    _to: &'a str,
    body: &'a serde_json::Value,
) -> BoxFuture<'a, Result<()>> {
    Box::pin(async move {
        let practice = &visit.practice()?.id;
        let change: Option<Change> = tx
            .optional(
                "SELECT id, person_id, email, email_key, before_key, asked_by, asked_by_name, tries, created_at, expires_at, confirmed_at,
                    holds_until, done_at, ended_at, link_hash FROM email_change
                 WHERE practice_id = $1 AND id = $2 AND done_at IS NULL AND ended_at IS NULL AND holds_until <= $3",
                args![practice, body["change"].as_str().unwrap_or_default(), visit.now],
            )
            .await?;
        let Some(change) = change else { return Ok(()) };
        let person = person::by_id_in(tx, practice, &change.person_id).await?;
        put_in_force(visit, tx, &change, &person, None).await.map(drop)
    })
}

/// Changes the address, once, while the client still has the one they had and their access is on. What the old mailbox let in
/// ends, but for the session in which the client changed it (`but`).
async fn put_in_force(visit: &Visit, tx: &mut Tx, change: &Change, person: &Person, but: Option<&str>) -> Result<bool> {
    let practice = &visit.practice()?.id;
    let done = tx
        .execute(
            "UPDATE email_change SET done_at = $3 WHERE practice_id = $1 AND id = $2 AND done_at IS NULL AND ended_at IS NULL",
            args![practice, &change.id, visit.now],
        )
        .await?;
    let changed = if done == 1 { write(visit, tx, person, change).await? } else { 0 };
    if changed == 0 {
        end_under_way(visit, tx, &person.id).await?;
        return Ok(false);
    }
    session::end_all(visit, tx, &person.id, but).await?;
    let by = || actor(&change.asked_by, &change.asked_by_name, person);
    client_mail::stay_quiet(visit, tx, person, by()).await?;
    let now = person::by_id_in(tx, practice, &person.id).await?;
    happened(visit, tx, Happening::of(Event::ClientEmailChanged, &now).before(person).by(by())).await?;
    Ok(true)
}

async fn write(visit: &Visit, tx: &mut Tx, person: &Person, change: &Change) -> Result<u64> {
    let by = (change.asked_by != person.id).then(|| change.asked_by.clone());
    tx.execute(
        "UPDATE person SET email = $3, email_key = $4, email_changed_at = $5, email_changed_by = $6, bounced_at = NULL
         WHERE practice_id = $1 AND id = $2 AND email_key = $7 AND kind = 'client' AND closed_at IS NULL",
        args![&visit.practice()?.id, &person.id, &change.email, &change.email_key, visit.now, by, &change.before_key],
    )
    .await
}

/// Corrects a slip of the finger at once: only in an address that nobody has signed in with, of a client without a lock.
/// Whether it is a slip is for who asks.
///
/// # Errors
/// Faults and conflicts of the database.
pub async fn correct(visit: &Visit, tx: &mut Tx, person: &Person, email: &Email, by: &Session) -> Result<bool> {
    let corrected = tx
        .execute(
            "UPDATE person SET email = $3, email_key = $4, email_changed_at = $5, email_changed_by = $6, bounced_at = NULL
             WHERE practice_id = $1 AND id = $2 AND email_key = $7 AND kind = 'client' AND closed_at IS NULL
                AND last_sign_in_at IS NULL AND passphrase IS NULL AND passkey_lock_since IS NULL AND private_since IS NULL",
            args![
                &visit.practice()?.id,
                &person.id,
                email.typed(),
                email.canonical(),
                visit.now,
                &by.person_id,
                &person.email_key
            ],
        )
        .await?;
    if corrected == 1 {
        end_under_way(visit, tx, &person.id).await?;
        let happening = Happening::of(Event::ClientEmailCorrected, person).by(actor(&by.person_id, &by.name, person));
        let masked = |email: &str| Email::parse(email).map(|email| email.masked()).unwrap_or_default();
        let happening = happening.session(&by.id).detail("before", &masked(&person.email));
        happened(visit, tx, happening.detail("after", &email.masked())).await?;
        client_mail::stay_quiet(visit, tx, person, actor(&by.person_id, &by.name, person)).await?;
    }
    Ok(corrected == 1)
}

/// Stops the change that is under way, confirmed or not; answers whether there was one.
///
/// # Errors
/// Faults and conflicts of the database.
pub async fn stop(visit: &Visit, tx: &mut Tx, person: &Person, by: &Session) -> Result<bool> {
    let stopped = end_under_way(visit, tx, &person.id).await? > 0;
    if stopped {
        let happening = Happening::of(Event::ClientEmailStopped, person);
        happened(visit, tx, happening.by(actor(&by.person_id, &by.name, person)).session(&by.id)).await?;
    }
    Ok(stopped)
}

/// Ends the change that is under way, confirmed or not, and says nothing of it; answers how many that were.
///
/// # Errors
/// Faults and conflicts of the database.
pub async fn end_under_way(visit: &Visit, tx: &mut Tx, person: &str) -> Result<u64> {
    tx.execute(
        "UPDATE email_change SET ended_at = $3 WHERE practice_id = $1 AND person_id = $2 AND done_at IS NULL AND ended_at IS NULL",
        args![&visit.practice()?.id, person, visit.now],
    )
    .await
}

/// What is stored of a code.
fn code_hash(visit: &Visit, change: &str, code: &str) -> Result<String> {
    let key = visit.server.stable_key("mailed codes");
    Ok(secret::keyed_hash(&key, &[&visit.practice()?.id, "new address", change, code]))
}
