//! Messages waiting: put in with the act they tell of, claimed by one worker at a time, handed over, tried again with
//! growing pauses, given up loudly. A crash loses nothing; what is said in them is sealed until it is gone.

use futures_util::future::BoxFuture;

pub use super::worker::{purge, run, work};
use crate::args;
use crate::platform::db::Tx;
use crate::platform::error::Result;
use crate::platform::web::Visit;

/// A message as it will be sent; `text` messages have no subject and no HTML.
pub struct Message<'a> {
    /// mail or text.
    pub kind: &'a str,
    /// What it is about, for the practice's eyes.
    pub about: &'a str,
    pub to: &'a str,
    pub person_id: Option<&'a str>,
    pub subject: &'a str,
    pub text: &'a str,
    pub html: &'a str,
    /// The sender's name is the operator's, not the practice's.
    pub discreet: bool,
    /// Until when it is of use (unix seconds): after that it is not sent any more.
    pub until: Option<i64>,
}

/// Puts a message into the outbox, in the transaction of the act it tells of; answers its id.
///
/// # Errors
/// Faults and conflicts of the database.
pub async fn put(visit: &Visit, tx: &mut Tx, message: &Message<'_>) -> Result<String> {
    let body =
        serde_json::json!({ "subject": message.subject, "text": message.text, "html": message.html, "discreet": message.discreet }).to_string();
    let new = New {
        kind: message.kind,
        about: message.about,
        person: message.person_id,
        to: message.to,
        at: visit.now,
        until: message.until,
    };
    insert(visit, tx, &new, &body).await
}

/// Puts a job: its worker looks people up and writes the message, so that the page that asked does the same work
/// for known and unknown people.
///
/// # Errors
/// As [`put`].
pub async fn put_job(visit: &Visit, tx: &mut Tx, kind: &str, to: &str, body: &serde_json::Value) -> Result<()> {
    put_job_at(visit, tx, (kind, visit.now), to, body).await
}

/// As [`put_job`], to be done at that time (unix seconds) or soon after.
///
/// # Errors
/// As [`put`].
pub async fn put_job_at(
    visit: &Visit,
    tx: &mut Tx,
    (kind, at): (&str, i64),
    to: &str,
    body: &serde_json::Value,
) -> Result<()> {
    let new = New { kind, about: kind, person: None, to, at, until: None };
    insert(visit, tx, &new, &body.to_string()).await.map(drop)
}

/// What a row is of, and from when it is due (unix seconds).
struct New<'a> {
    kind: &'a str,
    about: &'a str,
    person: Option<&'a str>,
    to: &'a str,
    at: i64,
    until: Option<i64>,
}

async fn insert(visit: &Visit, tx: &mut Tx, new: &New<'_>, body: &str) -> Result<String> {
    let practice = visit.whose()?;
    let id = visit.new_id();
    visit.note_posted();
    let whose = [practice, id.as_str(), new.person.unwrap_or("")];
    tx.later(
        "INSERT INTO outbox (practice_id, id, kind, about, person_id, recipient, body, state, next_at, created_at, useful_until)
         VALUES ($1, $2, $3, $4, $5, $6, $7, 'queued', $8, $8, $9)",
        args![
            practice,
            &id,
            new.kind,
            new.about,
            new.person,
            visit.server.seal("outbox to", &whose, new.to)?,
            visit.server.seal("outbox body", &whose, body)?,
            new.at,
            new.until,
        ],
    )
    .await?;
    tx.later(
        "INSERT INTO outbox_state (practice_id, message_id, at, turn, state) VALUES ($1, $2, $3, 0, 'queued')",
        args![practice, &id, visit.now],
    )
    .await?;
    Ok(id)
}

/// What a feature does with its job: looks people up and puts the messages, in the transaction that also ends the job.
pub type Job = for<'a> fn(&'a Visit, &'a mut Tx, &'a str, &'a serde_json::Value) -> BoxFuture<'a, Result<()>>;

/// Which feature takes which job; filled in `app.rs`, since notices know no feature.
pub struct Jobs(pub &'static [(&'static str, Job)]);
