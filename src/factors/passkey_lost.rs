//! What becomes of somebody whose only passkey is lost, said before it happens: who could help, and what to do now.

use crate::args;
use crate::platform::error::Result;
use crate::platform::web::Visit;
use crate::sign_in::person::Person;

/// Who helps whoever has nothing beside one passkey.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Loss {
    /// A client signs in by mail, or the practice helps.
    OfClient,
    /// An administrator, by a code to the number on file.
    AdministratorHelps,
    /// Nobody: without a number on file nobody can tell who is on the phone.
    NoNumber,
    /// Nobody at the practice: there is no other administrator.
    NoAdministrator,
}

impl Loss {
    /// # Errors
    /// Faults of the database.
    pub async fn of(visit: &Visit, person: &Person) -> Result<Loss> {
        Ok(if person.is_client() {
            Loss::OfClient
        } else if person.is_administrator() && is_the_only_one(visit, person).await? {
            Loss::NoAdministrator
        } else if person.mobile.is_none() {
            Loss::NoNumber
        } else {
            Loss::AdministratorHelps
        })
    }

    /// The sentence in the catalogue.
    pub const fn sentence(self) -> &'static str {
        match self {
            Loss::OfClient => "passkey-only-one-client",
            Loss::AdministratorHelps => "passkey-only-one",
            Loss::NoNumber => "passkey-only-one-no-number",
            Loss::NoAdministrator => "passkey-only-one-last",
        }
    }

    /// Where something can be done about it: a path, and the words in the catalogue.
    pub const fn way(self) -> Option<(&'static str, &'static str)> {
        match self {
            Loss::OfClient | Loss::AdministratorHelps => None,
            Loss::NoNumber => Some(("/me/mobile", "passkey-give-number")),
            Loss::NoAdministrator => Some(("/help/passkey-lost", "passkey-help-lost")),
        }
    }
}

/// Whether somebody's passkey is their second factor and no number is on file by which a colleague could know them.
///
/// # Errors
/// Faults of the database.
pub async fn lacks_number(visit: &Visit, person: &Person) -> Result<bool> {
    let concerns = person.passkeys > 0 && person.totp_secret.is_none();
    Ok(concerns && Loss::of(visit, person).await? == Loss::NoNumber)
}

async fn is_the_only_one(visit: &Visit, person: &Person) -> Result<bool> {
    let other: Option<(String,)> = visit
        .db()?
        .optional(
            "SELECT id FROM person WHERE practice_id = $1 AND id <> $2 AND kind = 'staff' AND role = 'administrator'
                AND closed_at IS NULL AND joined_at IS NOT NULL LIMIT 1",
            args![&visit.practice()?.id, &person.id],
        )
        .await?;
    Ok(other.is_none())
}
