//! What a newer mail makes of an older one: the older page or link leads on to the newer asking, whose code it takes.
//!
//! That gives nobody more than they had. A page leads on only to an asking of the same browser, which could open that one's
//! own page. A link leads on to the address's newest asking as the newer link would elsewhere, but only as long as it would
//! have worked itself: whoever has it read that mailbox within the day, and still needs the code that came there a moment
//! ago. Each code that is typed there takes a try of both askings, so that the newer one has its five tries whoever types, and
//! an old link in the wrong hands never takes more than its own five from whatever comes after it. What is spent is the newer
//! asking, once, by the same statement as everywhere.

use super::{Ask, MOST_TRIES, Standing, binding};
use crate::args;
use crate::platform::db::Tx;
use crate::platform::error::Result;
use crate::platform::web::Visit;

/// The asking that this browser made for the same address after that one was replaced, or past the limits of mail; known address
/// or not.
///
/// # Errors
/// Faults of the database.
pub(super) async fn here(visit: &Visit, ask: &Ask) -> Result<Option<Ask>> {
    let has_no_mail = ask.result == "limited" && ask.standing(visit.now) == Standing::Good;
    let leads_on = has_no_mail || matches!(ask.standing(visit.now), Standing::Replaced(_));
    let Some(bound_to) = binding(visit).filter(|_| leads_on) else { return Ok(None) };
    visit
        .db()?
        .optional(
            "SELECT id, email, email_key, bound_to, number, then_path, keep, shared, session_id, language, browser, place, result,
                message_id, tries, request_number, pin_tries, help_at, asked_at, handled_at, link_until, replaced_at, ended_at, used_at, used_by, proved_in
             FROM link_ask WHERE practice_id = $1 AND email_key = $2 AND asked_at >= $3 AND id <> $4 AND bound_to = $5
                AND used_at IS NULL AND replaced_at IS NULL AND ended_at IS NULL AND result NOT IN ('limited', 'stuck', 'held')
             ORDER BY asked_at DESC, id DESC LIMIT 1",
            args![&visit.practice()?.id, &ask.email_key, ask.asked_at, &ask.id, bound_to],
        )
        .await
}

/// The asking that a code typed on a link's page counts for: the link's own, or that of the mail which replaced it.
///
/// # Errors
/// Faults of the database.
pub(super) async fn meant(visit: &Visit, ask: &Ask) -> Result<Option<Ask>> {
    match ask.standing(visit.now) {
        Standing::Good => return Ok(Some(ask.clone())),
        Standing::Replaced(_) if ask.tries < MOST_TRIES && ask.link_until.is_some_and(|until| until > visit.now) => {}
        _ => return Ok(None),
    }
    let newest: Option<Ask> = visit
        .db()?
        .optional(
            "SELECT id, email, email_key, bound_to, number, then_path, keep, shared, session_id, language, browser, place, result,
                message_id, tries, request_number, pin_tries, help_at, asked_at, handled_at, link_until, replaced_at, ended_at, used_at, used_by, proved_in
             FROM link_ask WHERE practice_id = $1 AND email_key = $2 AND asked_at >= $3 AND link_hash IS NOT NULL
                AND used_at IS NULL AND replaced_at IS NULL AND ended_at IS NULL
             ORDER BY asked_at DESC, id DESC LIMIT 1",
            args![&visit.practice()?.id, &ask.email_key, ask.asked_at],
        )
        .await?;
    Ok(newest.filter(|newest| newest.takes_codes(visit.now)))
}

/// Takes one of the older asking's own tries.
///
/// # Errors
/// Faults and conflicts of the database.
pub(super) async fn take_try(visit: &Visit, tx: &mut Tx, ask: &Ask) -> Result<bool> {
    let taken = tx
        .execute(
            "UPDATE link_ask SET tries = tries + 1 WHERE practice_id = $1 AND id = $2 AND tries < $3",
            args![&visit.practice()?.id, &ask.id, MOST_TRIES],
        )
        .await?;
    Ok(taken == 1)
}
