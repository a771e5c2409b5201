//! New addresses of a member of staff that wait for their mailbox to be proved: asked for by themself (`mine_email.rs`) or entered
//! by an administrator (`practice/people_email.rs`). Shown in My info, and stopped from there or by "this wasn't me".

use crate::args;
use crate::notices::{Actor, Event, Happening, happened};
use crate::platform::db::Tx;
use crate::platform::email::Email;
use crate::platform::error::{Error, Result};
use crate::platform::frame::Frame;
use crate::platform::web::Visit;
use crate::sign_in::person::Person;

/// What the token of an address is for that the person asked for themself.
pub const OWN: &str = "email";
const OWN_LABEL: &str = "new email";
/// The same of one that an administrator entered, and the label of the address sealed in it.
pub const BY_ADMINISTRATOR: &str = "email-by-administrator";

/// A new address whose mailbox is still to be proved.
pub struct Waiting {
    /// What its token is for: [`OWN`] or [`BY_ADMINISTRATOR`].
    pub purpose: &'static str,
    pub email: String,
    /// The name of the administrator who entered it; none: the person asked.
    pub by: Option<String>,
}

impl Waiting {
    /// What My info says of it.
    pub fn words(&self, frame: &Frame) -> String {
        match &self.by {
            Some(by) => frame.say2("mine-email-waits-by", ("email", &self.email), ("actor", by)),
            None => frame.say1("mine-email-waits", "email", &self.email),
        }
    }
}

/// The new addresses that wait for a person, the newest first.
///
/// # Errors
/// Faults of the database, and an address that does not open.
pub async fn of(visit: &Visit, person: &Person) -> Result<Vec<Waiting>> {
    let practice = &visit.practice()?.id;
    let rows: Vec<(String, String)> = visit
        .db()?
        .all(
            "SELECT purpose, data FROM token WHERE practice_id = $1 AND person_id = $2 AND purpose IN ('email', 'email-by-administrator')
                AND used_at IS NULL AND replaced_at IS NULL AND expires_at > $3 ORDER BY created_at DESC, hash",
            args![practice, &person.id, visit.now],
        )
        .await?;
    let one = |(purpose, sealed): (String, String)| {
        let (purpose, label) = if purpose == OWN { (OWN, OWN_LABEL) } else { (BY_ADMINISTRATOR, BY_ADMINISTRATOR) };
        let plain = visit.server.open(label, &[practice, &person.id], &sealed)?;
        let value: serde_json::Value = serde_json::from_str(&plain).map_err(|error| Error::fault("token", error))?;
        let text = |name: &str| value[name].as_str().map(str::to_owned);
        Ok(Waiting { purpose, email: text("email").unwrap_or_default(), by: text("by_name") })
    };
    rows.into_iter().map(one).collect()
}

/// Whether that address waits already, asked for by the person themself.
///
/// # Errors
/// Faults and conflicts of the database.
pub async fn is_waiting(visit: &Visit, tx: &mut Tx, person: &Person, email: &Email) -> Result<bool> {
    let row: Option<(String,)> = tx
        .optional(
            "SELECT hash FROM token WHERE practice_id = $1 AND person_id = $2 AND purpose = 'email' AND sent_to = $3
                AND used_at IS NULL AND replaced_at IS NULL AND expires_at > $4 LIMIT 1",
            args![&visit.practice()?.id, &person.id, email.canonical(), visit.now],
        )
        .await?;
    Ok(row.is_some())
}

/// Stops them all, as [`stop_one`] does, and answers whether any still waited.
///
/// # Errors
/// Faults and conflicts of the database.
pub async fn stop(visit: &Visit, tx: &mut Tx, person: &Person) -> Result<bool> {
    let own = stop_one(visit, tx, person, OWN).await?;
    Ok(stop_one(visit, tx, person, BY_ADMINISTRATOR).await? || own)
}

/// Stops those of one purpose, [`OWN`] or [`BY_ADMINISTRATOR`]; administrators hear of it where one of them had entered an
/// address. Answers whether any still waited.
///
/// # Errors
/// Faults and conflicts of the database.
pub async fn stop_one(visit: &Visit, tx: &mut Tx, person: &Person, purpose: &str) -> Result<bool> {
    let ended = end(visit, tx, person, purpose).await?;
    if ended && purpose == OWN {
        let by = Actor::Person(person.id.clone(), person.name.clone());
        happened(visit, tx, Happening::of(Event::EmailChangeWithdrawn, person).by(by).quietly()).await?;
    } else if ended {
        happened(visit, tx, Happening::of(Event::EmailChangeStopped, person)).await?;
    }
    Ok(ended)
}

/// Ends those of one purpose and says nothing of it; answers whether there was one that could still be used.
///
/// # Errors
/// Faults and conflicts of the database.
pub async fn end(visit: &Visit, tx: &mut Tx, person: &Person, purpose: &str) -> Result<bool> {
    let ended = tx
        .execute(
            "UPDATE token SET replaced_at = $4 WHERE practice_id = $1 AND person_id = $2 AND purpose = $3 AND used_at IS NULL
                AND replaced_at IS NULL AND expires_at > $4",
            args![&visit.practice()?.id, &person.id, purpose, visit.now],
        )
        .await?;
    Ok(ended > 0)
}
