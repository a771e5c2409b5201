//! What a sign-in leaves in the record, and whether it is mailed: from a browser that was not seen before, after a long time, and
//! when a browser became a recognised device. One sign-in is one mail.

use super::person::Person;
use super::session::Done;
use super::step::{Factor, Factors};
use super::{device, limits, marks, words};
use crate::args;
use crate::notices::{Event, Happening, happened};
use crate::platform::db::Tx;
use crate::platform::error::Result;
use crate::platform::web::Visit;
use crate::platform::when;

/// Staff who did not sign in for so long (seconds) are told when somebody does (ASVS 5.0, 6.3.5); clients come seldom.
const LONG_SECONDS: i64 = 90 * 86_400;
/// Writes down the sign-in that began this session, and tells whom it concerns.
///
/// # Errors
/// Faults and conflicts of the database.
pub(super) async fn announce(
    visit: &Visit,
    tx: &mut Tx,
    done: &Done<'_>,
    id: &str,
    device: Option<&device::Remembered>,
) -> Result<()> {
    // Who signs in by mail has just had one about it.
    let mailed = done.person.is_client() && done.proved.has(Factor::EmailLink);
    let seen_before =
        mailed || done.attempt.device_id.is_some() || marks::known_browser(visit, done.person, done.attempt);
    let last = done.person.last_sign_in_at.filter(|at| !done.person.is_client() && visit.now - at > LONG_SECONDS);
    let event = match last {
        _ if !seen_before => Event::SignedInNewBrowser,
        Some(_) => Event::SignedInAfterLong,
        None => Event::SignedIn,
    };
    let is_new = device.is_some_and(|device| device.is_new);
    let mut happening = Happening::of(event, done.person)
        .session(id)
        .detail("by", &limits::proofs_of(done))
        .detail("rule", done.row)
        .detail("browser", &visit.browser().in_english())
        .detail("place", &visit.place());
    if let Some(last) = last {
        happening = happening.detail("last", &when::day(last, visit.zone()));
    }
    if is_new && event != Event::SignedIn {
        happening = happening.detail("remembered", "yes");
    }
    happened(visit, tx, happening).await?;
    if is_new {
        let remembered = Happening::of(Event::DeviceRemembered, done.person).session(id);
        let remembered = remembered.detail("browser", &visit.browser().in_english());
        // Where the mail about the sign-in says it, no other one does.
        happened(visit, tx, if event == Event::SignedIn { remembered } else { remembered.quietly() }).await?;
    }
    if done.attempt.shared == 0 {
        marks::mark_browser(visit, &done.person.id);
    }
    Ok(())
}

/// A reset that left a second factor is over once that let the person in: after the mailed link, or alone, as a passkey does. Nothing
/// is left to set up then, and the link opens nothing any more.
///
/// # Errors
/// Faults and conflicts of the database.
pub(super) async fn end_reset(visit: &Visit, tx: &mut Tx, person: &Person, proved: Factors) -> Result<()> {
    let second = Factors::of(&[Factor::Touch, Factor::Totp, Factor::BackupCode]);
    let shown = proved.has(Factor::Passkey) || proved.has(Factor::EmailLink) && proved.any(second);
    if person.re_enrol_since.is_none() || !shown {
        return Ok(());
    }
    let practice = &visit.practice()?.id;
    tx.execute(
        "UPDATE person SET re_enrol_since = NULL WHERE practice_id = $1 AND id = $2",
        args![practice, &person.id],
    )
    .await?;
    tx.execute(
        "UPDATE token SET replaced_at = $3 WHERE practice_id = $1 AND person_id = $2 AND purpose = 're-enrol' AND used_at IS NULL AND replaced_at IS NULL",
        args![practice, &person.id, visit.now],
    )
    .await?;
    happened(visit, tx, Happening::of(Event::ReEnrolled, person).detail("by", &words(proved))).await
}
