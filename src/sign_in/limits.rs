//! How long a session lasts and what it claims, by who it is and what was shown (decisions.md, Values).

use super::session::{Done, FRESH_SECONDS};
use super::step::Factor;
use super::words;
use crate::platform::practice::Practice;
use crate::platform::web::Visit;

/// How long a session that began with a PIN lasts in all.
const PIN_SECONDS: i64 = 60 * 60;

/// Idle and total limits in seconds. A PIN read out on the phone opens one short visit (NIST SP 800-63B-4, 4.2.1).
pub(super) fn seconds(practice: &Practice, done: &Done<'_>) -> (i64, i64) {
    if !done.person.is_client() {
        return (practice.idle_minutes * 60, practice.total_minutes * 60);
    }
    let total = practice.client_total_minutes * 60;
    (practice.client_idle_minutes * 60, if done.proved.has(Factor::Pin) { total.min(PIN_SECONDS) } else { total })
}

/// A browser let in by recovery is not kept. A client's mailed link is no recovery: it is how clients sign in.
pub(super) fn is_recovery(done: &Done<'_>) -> bool {
    let client = done.person.is_client();
    done.proved.has(Factor::BackupCode) || done.proved.has(Factor::Pin) || done.proved.has(Factor::EmailLink) && !client
}

/// The assurance a session claims: a device recognised by its cookie alone is said as such.
pub(super) fn proofs_of(done: &Done<'_>) -> String {
    match (&done.attempt.device_by, done.proved.list().count()) {
        (Some(by), 1) => format!("{}+device-{by}", words(done.proved)),
        _ => words(done.proved),
    }
}

/// A sign-in in which every factor was shown is fresh; one that a device shortened is not, nor one by mail of a client
/// who has a passkey. A client's mail counts from when it proved the mailbox, and is no part of fresh proof after five minutes.
pub(super) fn fresh_at(visit: &Visit, done: &Done<'_>) -> i64 {
    if !done.is_fresh {
        return 0;
    }
    let stands_on_mail = done.person.is_client()
        && done.proved.has(Factor::EmailLink)
        && !done.proved.has(Factor::Passkey)
        && !done.proved.has(Factor::Password);
    match done.attempt.mailed_at.filter(|_| stands_on_mail) {
        // The passphrase was shown just now, and the mail before it is young enough to be shown with it.
        Some(at) if done.proved.has(Factor::Passphrase) && visit.now - at <= FRESH_SECONDS => visit.now,
        Some(at) => at.min(visit.now),
        None => visit.now,
    }
}
