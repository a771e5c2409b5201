//! Whom a message was for. A mail to a mailbox that several people share names none of them, so that nobody learns by it whose
//! it is; what becomes of it concerns each.

use std::sync::Arc;

use crate::platform::db::Db;
use crate::platform::email::Email;
use crate::platform::error::Result;
use crate::platform::server::Server;
use crate::sign_in::person::{self, Person};

/// A message as its row in the outbox has it; the recipient is sealed.
pub(super) struct Addressed<'a> {
    pub practice_id: &'a str,
    pub id: &'a str,
    pub kind: &'a str,
    pub person_id: Option<&'a str>,
    pub recipient: &'a str,
}

/// The person that the message names, or the clients behind its address.
///
/// # Errors
/// Faults of the database; a recipient that cannot be opened.
pub(super) async fn of(server: &Arc<Server>, db: &Db, message: &Addressed<'_>) -> Result<Vec<Person>> {
    if let Some(id) = message.person_id {
        return Ok(person::by_id(db, message.practice_id, id).await?.into_iter().collect());
    }
    if message.kind != "mail" || message.recipient.is_empty() {
        return Ok(vec![]);
    }
    let whose = [message.practice_id, message.id, ""];
    let Ok(email) = Email::parse(&server.open("outbox to", &whose, message.recipient)?) else { return Ok(vec![]) };
    person::clients_by_email(db, message.practice_id, email.canonical()).await
}

/// Their names in one line, for whoever is told once of all of them; nothing where it is one.
pub(super) fn names(people: &[Person]) -> String {
    if people.len() < 2 {
        return String::new();
    }
    people.iter().map(|person| person.name.as_str()).collect::<Vec<_>>().join(", ")
}
