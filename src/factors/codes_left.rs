//! What is left of 2 factor authentication where wrong answers switched its codes off: whoever has it is still asked for a code.

use super::{backup_codes, totp};
use crate::platform::error::Result;
use crate::platform::limit::{self, Bound, Turn};
use crate::platform::web::Visit;
use crate::sign_in::person::Person;

/// Which codes let a person in beside the password.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Codes {
    /// 2 factor authentication is not on.
    None,
    App,
    /// The app is switched off, and a backup code switches it on again.
    Backup,
    /// Neither: the password leads nowhere.
    Off,
}

/// What a person's codes are worth now.
///
/// # Errors
/// A failed read is a fault, never "they work".
pub async fn of(visit: &Visit, person: &Person) -> Result<Codes> {
    if person.totp_secret.is_none() {
        return Ok(Codes::None);
    }
    if !is_off(visit, &totp::lane(visit, &person.id)?, limit::TOTP).await? {
        return Ok(Codes::App);
    }
    let spent =
        person.backup_left == 0 || is_off(visit, &backup_codes::lane(visit, &person.id)?, limit::BACKUP_CODE).await?;
    Ok(if spent { Codes::Off } else { Codes::Backup })
}

async fn is_off(visit: &Visit, lane: &str, bound: Bound) -> Result<bool> {
    Ok(limit::look(visit.db()?, &visit.practice()?.id, lane, bound, visit.now).await? == Turn::Off)
}
