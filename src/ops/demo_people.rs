//! What of the demo's people is still as its table says: in a folder that was there before, somebody may have changed a password.

use super::world_of_samples::{PEOPLE, PRACTICES, SamplePerson, SamplePractice};
use crate::args;
use crate::platform::email::Email;
use crate::platform::error::{Error, Result};
use crate::platform::hashing::{Secret, Verdict};
use crate::platform::server::Server;

/// One of the demo's people and what is known of their password.
#[derive(Clone, Copy)]
pub struct Known {
    pub person: &'static SamplePerson,
    /// It is another one by now, or nobody has that address any more.
    pub changed: bool,
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
        let home = PRACTICES.iter().find(|practice| practice.slug == person.practice && there.contains(&practice.slug));
        let changed = match (home, person.password) {
            (Some(home), Some(password)) => !is_right(server, home, person, password).await?,
            _ => false,
        };
        all.push(Known { person, changed });
    }
    Ok(all)
}

async fn is_right(server: &Server, home: &SamplePractice, person: &SamplePerson, password: &str) -> Result<bool> {
    let region = server.region(home.region).ok_or(Error::NotFound)?;
    let email = Email::parse(person.email).map_err(|problem| Error::Fault(format!("{problem:?}")))?;
    let row: Option<(Option<String>,)> = region
        .db
        .optional(
            "SELECT n.password FROM person n JOIN practice p ON p.id = n.practice_id
             WHERE p.slug = $1 AND n.email_key = $2 AND n.kind = $3",
            args![home.slug, email.canonical(), person.kind],
        )
        .await?;
    let Some((Some(stored),)) = row else { return Ok(false) };
    let verdict = server.hashing.verify(Some(stored), Secret::new(password.to_owned())).await;
    Ok(matches!(verdict.map_err(|error| Error::fault("password", error))?, Verdict::Right { .. }))
}
