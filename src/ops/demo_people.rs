//! What of the demo's people is still as its table says: in a folder that was there before, somebody may have changed a password.

use super::world_of_samples::{PEOPLE, PRACTICES, SamplePerson, SamplePractice};
use crate::args;
use crate::platform::email::Email;
use crate::platform::error::{Error, Result};
use crate::platform::hashing::{Secret, Verdict};
use crate::platform::server::Server;

/// One of the demo's people and what is known of their password.
#[derive(Clone)]
pub struct Known {
    pub person: &'static SamplePerson,
    /// It is another one by now, or nobody has that address any more.
    pub changed: bool,
    /// What is stored of it; as long as it stays, nothing has to be hashed to know.
    stored: Option<String>,
}

impl Known {
    /// The password that works; none where there is none or it is not known.
    pub fn password(&self) -> Option<&'static str> {
        self.person.password.filter(|_| !self.changed)
    }
}

/// Everybody, each looked at whose practice was there before (`there`, by its name in the address).
///
/// # Errors
/// Faults of the databases.
pub async fn known(server: &Server, there: &[&str]) -> Result<Vec<Known>> {
    let mut all = vec![];
    for person in PEOPLE {
        let Some(home) = PRACTICES.iter().find(|practice| practice.slug == person.practice) else { continue };
        let stored = stored(server, home, person).await?;
        let changed = match person.password {
            Some(password) if there.contains(&home.slug) => !is_right(server, stored.as_deref(), password).await?,
            _ => false,
        };
        all.push(Known { person, changed, stored });
    }
    Ok(all)
}

/// The same person as things are now: looked at anew only where another password is stored.
///
/// # Errors
/// Faults of the databases.
pub async fn now(server: &Server, then: &Known) -> Result<Known> {
    let person = then.person;
    let Some(home) = PRACTICES.iter().find(|practice| practice.slug == person.practice) else {
        return Ok(then.clone());
    };
    let stored = stored(server, home, person).await?;
    let changed = match person.password {
        Some(password) if stored != then.stored => !is_right(server, stored.as_deref(), password).await?,
        _ => then.changed,
    };
    Ok(Known { person, changed, stored })
}

/// None too where the region is another deployment's.
async fn stored(server: &Server, home: &SamplePractice, person: &SamplePerson) -> Result<Option<String>> {
    let Some(region) = server.region(home.region) else { return Ok(None) };
    let email = Email::parse(person.email).map_err(|problem| Error::Fault(format!("{problem:?}")))?;
    let row: Option<(Option<String>,)> = region
        .db
        .optional(
            "SELECT n.password FROM person n JOIN practice p ON p.id = n.practice_id
             WHERE p.slug = $1 AND n.email_key = $2 AND n.kind = $3",
            args![home.slug, email.canonical(), person.kind],
        )
        .await?;
    Ok(row.and_then(|(password,)| password))
}

async fn is_right(server: &Server, stored: Option<&str>, password: &str) -> Result<bool> {
    let Some(stored) = stored else { return Ok(false) };
    let verdict = server.hashing.verify(Some(stored.to_owned()), Secret::new(password.to_owned())).await;
    Ok(matches!(verdict.map_err(|error| Error::fault("password", error))?, Verdict::Right { .. }))
}
