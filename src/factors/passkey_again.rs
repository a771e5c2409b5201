//! Fresh options for the page on which a passkey is made, and whether its own may still be asked.

use super::passkey_ceremony::{self as ceremony, Purpose};
use super::passkey_new::{are_offered, was_fresh, with_handle};
use super::passkey_options::{self as options, Asked, fits};
use super::passkey_store as store;
use crate::platform::error::{Error, Result};
use crate::platform::web::Visit;
use crate::sign_in::session::{self, State};
use crate::sign_in::{self, person};

/// Fresh options for a page that was open long, and whose page it is; none where the person would have to prove who they are first.
///
/// # Errors
/// Faults of the database.
pub(super) async fn again(visit: &Visit, token: &str, purpose: Purpose) -> Result<Option<(Asked, String)>> {
    let (bound, person_id) = match session::glance(visit).await? {
        // The practice may have turned it off since.
        State::Open(session)
            if fits(visit, token, purpose, &session.id)? && !are_offered(visit, session.is_client())? =>
        {
            return Ok(None);
        }
        State::Open(session) if session.is_fresh(visit.now) && fits(visit, token, purpose, &session.id)? => {
            (session.id.clone(), session.person_id.clone())
        }
        _ => match sign_in::current(visit).await? {
            Some(attempt) if purpose == Purpose::Create && fits(visit, token, purpose, &attempt.id)? => {
                (attempt.id, attempt.person_id)
            }
            _ => return Ok(None),
        },
    };
    let person = person::by_id(visit.db()?, &visit.practice()?.id, &person_id).await?.ok_or(Error::NotFound)?;
    let had = store::of(visit, &person_id).await?;
    let person = with_handle(visit, person).await?;
    Ok(Some((options::to_create(visit, purpose, &bound, &person, &had)?, person_id)))
}

/// Whether the question that a page has may still be asked, though the proof is too old by now for another one.
pub(super) async fn holds(visit: &Visit, token: &str) -> Result<bool> {
    let State::Open(session) = session::glance(visit).await? else { return Ok(false) };
    if !are_offered(visit, session.is_client())? {
        return Ok(false);
    }
    let ceremony = ceremony::read(visit, token, Purpose::Create, &session.id)?;
    Ok(ceremony.is_some_and(|ceremony| was_fresh(visit, &session, &ceremony)))
}
