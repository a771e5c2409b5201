//! The transaction of an act: whoever asked is still let in as they were when the page read it. In between, somebody may have ended
//! the session ("this wasn't me", "Log out everywhere"), and another node remembers it for some seconds more; what gives a lasting way
//! in, or takes one away, begins here.

use super::Attempt;
use super::remembered::Remembered;
use super::session::Session;
use crate::args;
use crate::platform::db::Tx;
use crate::platform::error::{Error, Result};
use crate::platform::web::Visit;

/// Begins the transaction of an act in a session.
///
/// # Errors
/// Faults of the database; [`Error::Conflict`] as [`still_in`].
pub async fn begin(visit: &Visit, session: &Session) -> Result<Tx> {
    visit.server.world.reached("act begins");
    let mut tx = visit.db()?.write().await?;
    still_in(visit, &mut tx, session).await?;
    Ok(tx)
}

/// Begins the transaction of an act within a sign-in.
///
/// # Errors
/// Faults of the database; [`Error::Conflict`] where the attempt is over: the request is judged anew.
pub async fn begin_under_way(visit: &Visit, attempt: &Attempt) -> Result<Tx> {
    visit.server.world.reached("act begins");
    let mut tx = visit.db()?.write().await?;
    let living: Option<(String,)> = tx
        .optional(
            "SELECT id FROM attempt WHERE practice_id = $1 AND id = $2 AND ended_at IS NULL AND expires_at > $3",
            args![&visit.practice()?.id, &attempt.id, visit.now],
        )
        .await?;
    living.map(|_| tx).ok_or(Error::Conflict)
}

/// The session was not ended since it was read, its proof is as fresh, and its person is who they were.
///
/// # Errors
/// [`Error::Conflict`] where that is not so: the request is judged anew, by what the database has.
pub async fn still_in(visit: &Visit, tx: &mut Tx, session: &Session) -> Result<()> {
    let living: Option<(String,)> = tx
        .optional(
            "SELECT s.id FROM session s JOIN person p ON p.practice_id = s.practice_id AND p.id = s.person_id
             WHERE s.practice_id = $1 AND s.id = $2 AND s.ended_at IS NULL AND s.ends_at > $3 AND s.fresh_at >= $4
                AND p.closed_at IS NULL AND p.role = $5",
            args![&visit.practice()?.id, &session.id, visit.now, session.fresh_at, &session.role],
        )
        .await?;
    if living.is_none() {
        // This node may remember it as it was; the next look is at the database.
        visit.server.kept::<Remembered>()?.forget(&session.person_id, visit.now);
        return Err(Error::Conflict);
    }
    Ok(())
}
