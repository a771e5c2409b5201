//! What becomes of somebody whose only passkey is lost, said before it happens: who could help, and what to do now.

use super::codes_left::{self, Codes};
use crate::args;
use crate::platform::error::Result;
use crate::platform::practice::Practice;
use crate::platform::web::Visit;
use crate::sign_in::person::Person;
use crate::sign_in::step::Factor;

/// Who helps whoever has nothing beside one passkey.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Loss {
    /// A client signs in by mail again.
    OfClient,
    /// As that, but no mail goes to them: the practice gives them a PIN.
    ByPin,
    /// As that, where nobody may give them a PIN: there is a password.
    ByPassword,
    /// It is their own lock: the practice takes it off, which takes a day.
    OfLock,
    /// Neither mail, PIN nor password would let them in.
    NothingElse,
    /// An administrator, by a code to the number on file.
    AdministratorHelps,
    /// As that, where wrong codes switched 2 factor authentication's off and no backup code is left.
    CodesOff,
    /// Nobody: without a number on file nobody can tell who is on the phone.
    NoNumber,
    /// Nobody at the practice: there is no other administrator.
    NoAdministrator,
    /// As `NoNumber`, with the codes off.
    CodesOffNoNumber,
    /// As `NoAdministrator`, with the codes off.
    CodesOffNoAdministrator,
}

impl Loss {
    /// What losing the only passkey would mean; none where there are others, or codes beside it.
    ///
    /// # Errors
    /// Faults of the database.
    pub async fn of_the_only(visit: &Visit, person: &Person) -> Result<Option<Loss>> {
        let alone = person.passkeys == 1 && matches!(codes_left::of(visit, person).await?, Codes::None | Codes::Off);
        if alone { Loss::of(visit, person).await.map(Some) } else { Ok(None) }
    }

    async fn of(visit: &Visit, person: &Person) -> Result<Loss> {
        if person.is_client() {
            return Ok(Loss::of_client(visit.practice()?, person));
        }
        let codes_off = person.totp_secret.is_some();
        Ok(if person.is_administrator() && is_the_only_one(visit, person).await? {
            if codes_off { Loss::CodesOffNoAdministrator } else { Loss::NoAdministrator }
        } else if person.mobile.is_none() {
            if codes_off { Loss::CodesOffNoNumber } else { Loss::NoNumber }
        } else if codes_off {
            Loss::CodesOff
        } else {
            Loss::AdministratorHelps
        })
    }

    fn of_client(practice: &Practice, person: &Person) -> Loss {
        let no_mail = person.mail_form == "none";
        match person.lock() {
            _ if person.comes_in_by_nothing_else(practice) => Loss::NothingElse,
            Some(Factor::Passkey) => Loss::OfLock,
            _ if no_mail && practice.pin_by == "nobody" => Loss::ByPassword,
            _ if no_mail => Loss::ByPin,
            _ => Loss::OfClient,
        }
    }

    /// The sentence in the catalogue.
    pub const fn sentence(self) -> &'static str {
        match self {
            Loss::OfClient => "passkey-only-one-client",
            Loss::ByPin => "passkey-only-one-pin",
            Loss::ByPassword => "passkey-only-one-password",
            Loss::OfLock => "passkey-only-one-lock",
            Loss::NothingElse => "passkey-only-one-nothing-else",
            Loss::AdministratorHelps => "passkey-only-one",
            Loss::CodesOff => "passkey-only-one-codes-off",
            Loss::NoNumber => "passkey-only-one-no-number",
            Loss::NoAdministrator => "passkey-only-one-last",
            Loss::CodesOffNoNumber => "passkey-only-one-codes-off-no-number",
            Loss::CodesOffNoAdministrator => "passkey-only-one-codes-off-last",
        }
    }

    /// Where something can be done about it: a path, and the words in the catalogue.
    pub const fn way(self) -> Option<(&'static str, &'static str)> {
        match self {
            Loss::NoNumber => Some(("/me/mobile", "passkey-give-number")),
            Loss::NoAdministrator => Some(("/help/passkey-lost", "passkey-help-lost")),
            Loss::CodesOff | Loss::CodesOffNoNumber | Loss::CodesOffNoAdministrator => {
                Some(("/me/backup-codes", "mine-backup-make"))
            }
            _ => None,
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
