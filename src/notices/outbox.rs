//! Messages waiting: put in with the act they tell of, claimed by one worker at a time, handed over, tried again with
//! growing pauses, given up loudly. A crash loses nothing; what is said in them is sealed until it is gone.

use futures_util::future::BoxFuture;

pub use super::worker::{purge, run, work};
use crate::args;
use crate::platform::db::Tx;
use crate::platform::error::{Error, Result};
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
}

/// Puts a message into the outbox, in the transaction of the act it tells of; answers its id.
///
/// # Errors
/// Faults and conflicts of the database.
pub async fn put(visit: &Visit, tx: &mut Tx, message: &Message<'_>) -> Result<String> {
    let body =
        serde_json::json!({ "subject": message.subject, "text": message.text, "html": message.html, "discreet": message.discreet }).to_string();
    insert(visit, tx, message.kind, message.about, message.person_id, message.to, &body).await
}

/// Puts a job: its worker looks people up and writes the message, so that the page that asked does the same work
/// for known and unknown people.
///
/// # Errors
/// As [`put`].
pub async fn put_job(visit: &Visit, tx: &mut Tx, kind: &str, to: &str, body: &serde_json::Value) -> Result<()> {
    insert(visit, tx, kind, kind, None, to, &body.to_string()).await.map(drop)
}

async fn insert(
    visit: &Visit,
    tx: &mut Tx,
    kind: &str,
    about: &str,
    person: Option<&str>,
    to: &str,
    body: &str,
) -> Result<String> {
    let practice = visit.whose()?;
    let id = visit.new_id();
    visit.note_posted();
    let whose = [practice, id.as_str(), person.unwrap_or("")];
    tx.execute(
        "INSERT INTO outbox (practice_id, id, kind, about, person_id, recipient, body, state, next_at, created_at)
         VALUES ($1, $2, $3, $4, $5, $6, $7, 'queued', $8, $8)",
        args![
            practice,
            &id,
            kind,
            about,
            person,
            visit.server.seal("outbox to", &whose, to)?,
            visit.server.seal("outbox body", &whose, body)?,
            visit.now,
        ],
    )
    .await?;
    let queued = tx
        .execute(
            "INSERT INTO outbox_state (practice_id, message_id, at, turn, state) VALUES ($1, $2, $3, 0, 'queued')",
            args![practice, &id, visit.now],
        )
        .await?;
    if queued == 1 { Ok(id) } else { Err(Error::Fault("a message was not noted".into())) }
}

/// What a feature does with its job: looks people up and puts the messages, in the transaction that also ends the job.
pub type Job = for<'a> fn(&'a Visit, &'a mut Tx, &'a str, &'a serde_json::Value) -> BoxFuture<'a, Result<()>>;

/// Which feature takes which job; filled in `app.rs`, since notices know no feature.
pub struct Jobs(pub &'static [(&'static str, Job)]);
