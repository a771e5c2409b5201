//! What was asked of the practice because a client had forgotten their own lock or lost what opens it, and how it ends.

use super::person::Person;
use crate::args;
use crate::notices::{Event, Happening, happened};
use crate::platform::db::Tx;
use crate::platform::error::Result;
use crate::platform::web::Visit;

/// Whoever opens the lock, at whichever door, has neither forgotten nor lost it: what was asked of the practice is over.
///
/// # Errors
/// Faults and conflicts of the database.
pub(crate) async fn not_forgotten(visit: &Visit, tx: &mut Tx, person: &Person) -> Result<()> {
    let over = tx
        .execute(
            "UPDATE person SET lock_off_from = NULL WHERE practice_id = $1 AND id = $2 AND lock_off_from IS NOT NULL",
            args![&visit.practice()?.id, &person.id],
        )
        .await?;
    if over == 1 && person.lock_off_asked(visit.now).is_some() {
        happened(visit, tx, Happening::of(Event::LockOffCancelled, person)).await?;
    }
    Ok(())
}
