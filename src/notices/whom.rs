//! Whom a message was for. A mail to a mailbox that several people share names none of them, so that nobody learns by it whose
//! it is; what becomes of it concerns each.

use std::sync::Arc;

use super::Happening;
use crate::args;
use crate::platform::db::{Db, Tx};
use crate::platform::email::Email;
use crate::platform::error::Result;
use crate::platform::server::Server;
use crate::platform::web::Visit;
use crate::sign_in::person::{self, Person};

/// A message as its row in the outbox has it; the recipient is sealed.
pub(super) struct Addressed<'a> {
    pub practice_id: &'a str,
    pub id: &'a str,
    pub kind: &'a str,
    pub person_id: Option<&'a str>,
    pub recipient: &'a str,
}

/// Administrators are told of one address at most once in so many seconds.
pub(super) const TOLD_AGAIN_SECONDS: i64 = 86_400;
/// What a mail server says of an address that takes no mail: no such mailbox, no such domain, no address at all, moved away, or a
/// domain without mail (RFC 3463, 3.2; RFC 7505).
const DEAD: [&str; 5] = ["5.1.1", "5.1.2", "5.1.3", "5.1.6", "5.1.10"];

/// The person that the message names, or the clients behind its address. A mail to another address than the person has now (the
/// notice to the old one, the code for a new one) was for nobody of whom its fate tells anything.
///
/// # Errors
/// Faults of the database; a recipient that cannot be opened.
pub(super) async fn of(server: &Arc<Server>, db: &Db, message: &Addressed<'_>) -> Result<Vec<Person>> {
    let named = match message.person_id {
        Some(id) => person::by_id(db, message.practice_id, id).await?,
        None => None,
    };
    if message.kind != "mail" || message.recipient.is_empty() {
        return Ok(named.into_iter().collect());
    }
    let whose = [message.practice_id, message.id, message.person_id.unwrap_or_default()];
    let Ok(email) = Email::parse(&server.open("outbox to", &whose, message.recipient)?) else { return Ok(vec![]) };
    if message.person_id.is_some() {
        return Ok(named.into_iter().filter(|person| person.email_key == email.canonical()).collect());
    }
    person::clients_by_email(db, message.practice_id, email.canonical()).await
}

/// Marks an address at which no mail arrives, for everybody who has it.
///
/// # Errors
/// Faults and conflicts of the database.
pub(super) async fn mark(tx: &mut Tx, practice: &str, email_key: &str, now: i64) -> Result<()> {
    tx.execute(
        "UPDATE person SET bounced_at = $3 WHERE practice_id = $1 AND email_key = $2 AND bounced_at IS NULL",
        args![practice, email_key, now],
    )
    .await?;
    Ok(())
}

/// The lane on which the practice is told once a day that mail to an address does not arrive, however that showed.
///
/// # Errors
/// Not found where there is no practice.
pub(super) fn lane(visit: &Visit, email_key: &str) -> Result<String> {
    visit.lane("bounced", email_key)
}

/// As [`super::happened`] of everybody behind one mailbox: a line of the record for each, and the practice is told once, of all.
///
/// # Errors
/// Faults and conflicts of the database.
pub async fn happened_to_all<'a>(
    visit: &Visit,
    tx: &mut Tx,
    people: &'a [Person],
    of: impl Fn(&'a Person) -> Happening<'a>,
) -> Result<()> {
    let names = names(people);
    for (place, person) in people.iter().enumerate() {
        let happening = of(person).detail("person", &names);
        if place == 0 {
            super::happened(visit, tx, happening).await?;
        } else {
            super::record(visit, tx, &happening).await?;
        }
    }
    Ok(())
}

/// Their names in one line, for whoever is told once of all of them; nothing where it is one.
pub(super) fn names(people: &[Person]) -> String {
    if people.len() < 2 {
        return String::new();
    }
    people.iter().map(|person| person.name.as_str()).collect::<Vec<_>>().join(", ")
}

/// Everybody who may manage this practice's people.
///
/// # Errors
/// Faults of the database.
pub async fn administrators(visit: &Visit, tx: &mut Tx) -> Result<Vec<(String, String, String)>> {
    tx.all(
        "SELECT id, name, email FROM person WHERE practice_id = $1 AND kind = 'staff' AND role = 'administrator'
            AND closed_at IS NULL AND joined_at IS NOT NULL ORDER BY name, id",
        args![&visit.practice()?.id],
    )
    .await
}

/// Whether the server refused the address itself; its words begin with both codes (RFC 2034).
pub(super) fn is_dead(reason: &str) -> bool {
    let mut words = reason.split_whitespace();
    words.next().is_some_and(|code| code.len() == 3 && code.starts_with('5'))
        && words.next().is_some_and(|status| DEAD.contains(&status))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_is_said_of_the_address_is() {
        for reason in ["550 5.1.1 no such mailbox here", "550 5.1.10 null MX", "553 5.1.3"] {
            assert!(is_dead(reason), "{reason}");
        }
        for reason in [
            "550 5.7.1 relaying denied",
            "550 5.1.8 bad sender",
            "552 5.2.2 the mailbox is full",
            "550 no",
            "450 4.1.1 5.1.1",
            "given up after 48 hours: 550 5.1.1",
            "",
        ] {
            assert!(!is_dead(reason), "{reason}");
        }
    }
}
