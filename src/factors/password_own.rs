//! The password of somebody who is signed in: for fresh proof, for unlocking, for changing it. It is counted on lanes of
//! its own, so that neither a stolen cookie can guess on nor a stranger at the sign-in page hold anybody up here.

use super::password::{pool_error, verify};
use super::password_lanes::{self, Held, Lanes};
use crate::platform::error::{Error, Result};
use crate::platform::hashing::{PoolError, Verdict};
use crate::platform::web::Visit;
use crate::sign_in::person::{self, Person};

/// The lane of fresh proof and of changing, per person: whatever cookie asks.
pub const FRESH_LANE: &str = "password fresh";
/// The lane of a locked session, per session.
pub const UNLOCK_LANE: &str = "password unlock";

/// What came of a typed password.
pub enum Own {
    Right(Box<Person>),
    Wrong,
    Held(Held),
}

/// Checks the typed password of a person on one lane.
///
/// # Errors
/// Busy when the pool's queue is full; faults of the database.
pub async fn check(visit: &Visit, person_id: &str, lane: (&str, &str), typed: &str) -> Result<Own> {
    let person = person::by_id(visit.db()?, &visit.practice()?.id, person_id).await?.ok_or(Error::NotFound)?;
    let lanes = Lanes::own(visit, lane.0, lane.1)?;
    let taken = match lanes.take(visit, "").await? {
        Ok(taken) => taken,
        Err(held) => {
            lanes.note_held(visit, Some(&person)).await?;
            return Ok(Own::Held(held));
        }
    };
    let usable = person.closed_at.is_none() && person.password_stolen_at.is_none();
    let stored = person.password.clone().filter(|_| usable);
    let verdict = verify(visit, stored, typed).await.map_err(pool_error)?;
    match verdict {
        Verdict::Right { .. } => {
            lanes.clear(visit).await?;
            Ok(Own::Right(Box::new(person)))
        }
        Verdict::Wrong => {
            password_lanes::wrong(visit, Some(&person), &person.email_key, &lanes, taken.last).await?;
            Ok(Own::Wrong)
        }
    }
}

/// Comparisons of a new password with the one in place, per person and hour: whoever holds a mailed link may choose, not guess.
const COMPARED_PER_HOUR: i64 = 20;

/// Whether what was chosen is the password that is in place, stolen or not. A stored hash that cannot be checked is nobody's
/// password any more.
///
/// # Errors
/// Too often beyond [`COMPARED_PER_HOUR`]; busy when the pool's queue is full; faults of the database.
pub async fn is_in_place(visit: &Visit, person: &Person, typed: &str) -> Result<bool> {
    if person.password.is_none() {
        return Ok(false);
    }
    if !visit.within(&visit.lane("password compared", &person.id)?, COMPARED_PER_HOUR, 3600).await? {
        return Err(Error::TooOften { retry_after: 3600 });
    }
    match verify(visit, person.password.clone(), typed).await {
        Ok(verdict) => Ok(matches!(verdict, Verdict::Right { .. })),
        Err(PoolError::Broken(_)) => Ok(false),
        Err(other) => Err(pool_error(other)),
    }
}
