//! A whole practice under attack: many wrong passwords within minutes, whoever they are for. Administrators are told
//! once an hour; whoever's right password turns up in the flood and stops at the second step is told too.

use crate::args;
use crate::notices::{Actor, Event, Happening, happened};
use crate::platform::db::Tx;
use crate::platform::error::Result;
use crate::platform::limit;
use crate::platform::web::Visit;
use crate::sign_in::marks;
use crate::sign_in::person::{self, Person};

/// Wrong passwords at one practice within [`WINDOW_SECONDS`] that honest people do not reach together.
const MOST: i64 = 50;
const WINDOW_SECONDS: i64 = 300;
/// One alarm lasts so long (seconds), and is told once.
const ALARM_SECONDS: i64 = 3600;
/// People told by one alarm of what came before it; each is one mail in one transaction.
const MOST_TOLD: i64 = 200;

/// Counts a wrong password; answers whether there are too many now and no alarm has been raised yet.
///
/// # Errors
/// A fault when the count cannot be kept.
pub async fn count(visit: &Visit) -> Result<bool> {
    let few = visit.within(&visit.lane("stuffing", "")?, MOST, WINDOW_SECONDS).await?;
    Ok(!few && !is_on(visit).await?)
}

/// Whether the practice is under attack now.
///
/// # Errors
/// A failed read is a fault, never "no".
pub async fn is_on(visit: &Visit) -> Result<bool> {
    limit::lately(visit.db()?, &visit.practice()?.id, &alarm(visit)?, ALARM_SECONDS, visit.now).await
}

/// Raises the alarm, once an hour, and tells those whose right password was already among those tried.
///
/// # Errors
/// Faults and conflicts of the database.
pub async fn raise(visit: &Visit, tx: &mut Tx) -> Result<()> {
    let practice = &visit.practice()?.id;
    if !limit::once(tx, practice, &alarm(visit)?, ALARM_SECONDS, visit.now).await? {
        return Ok(());
    }
    happened(visit, tx, Happening::to_nobody(Event::StuffingSuspected, Actor::System)).await?;
    let stopped: Vec<(String,)> = tx
        .all(
            "SELECT DISTINCT a.person_id FROM attempt a
             JOIN proof f ON f.practice_id = a.practice_id AND f.attempt_id = a.id AND f.factor = 'password'
             WHERE a.practice_id = $1 AND a.goal = 'sign-in' AND a.device_id IS NULL AND a.ended_at IS NULL AND a.created_at > $2
             ORDER BY a.person_id LIMIT $3",
            args![practice, visit.now - WINDOW_SECONDS, MOST_TOLD],
        )
        .await?;
    for (id,) in stopped {
        let person = person::by_id_in(tx, practice, &id).await?;
        if has_second(&person) {
            tell(visit, tx, &person).await?;
        }
    }
    Ok(())
}

/// Whether a right password of this person means anything now: it stops at a second step, amid a flood. A browser in which
/// they signed in before is most likely theirs.
///
/// # Errors
/// As [`is_on`].
pub async fn concerns(visit: &Visit, person: &Person) -> Result<bool> {
    Ok(has_second(person) && !marks::been_here(visit, &person.id) && is_on(visit).await?)
}

/// Tells somebody, once an alarm, that their right password was given amid the flood.
///
/// # Errors
/// Faults and conflicts of the database.
pub async fn right_amid(visit: &Visit, tx: &mut Tx, person: &Person) -> Result<()> {
    tell(visit, tx, person).await
}

async fn tell(visit: &Visit, tx: &mut Tx, person: &Person) -> Result<()> {
    let lane = visit.lane("stuffing told", &person.id)?;
    if limit::once(tx, &visit.practice()?.id, &lane, ALARM_SECONDS, visit.now).await? {
        happened(visit, tx, Happening::of(Event::RightPasswordInStuffing, person).by(Actor::Stranger)).await?;
    }
    Ok(())
}

/// Without a second step there is nothing a right password stops at; the notice of a new browser is theirs.
fn has_second(person: &Person) -> bool {
    person.totp_secret.is_some() || person.passkeys > 0
}

fn alarm(visit: &Visit) -> Result<String> {
    visit.lane("stuffing alarm", "")
}
