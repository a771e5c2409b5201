//! Addresses at which the mailbox in memory behaves as a mail server may: for whoever tries the demo and wants to see what a
//! practice sees when no mail comes. What they answer goes the way of a real server's answers.

use super::transport::Outcome;

/// What becomes of a mail to such an address.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mood {
    /// Not taken at the first two tries, some minutes in all; then it arrives.
    Slow,
    /// Never taken.
    Refuses,
    /// Taken, and sent back a moment later.
    Returns,
}

/// The addresses, in the order of the demo's page; example.com is nobody's (RFC 2606).
pub const MOODS: [(&str, Mood); 3] =
    [("slow@example.com", Mood::Slow), ("refused@example.com", Mood::Refuses), ("returned@example.com", Mood::Returns)];

const SLOW_TRIES: i64 = 2;

/// The report that comes back (RFC 3464).
pub(super) const REPORT: &str = "Content-Type: message/delivery-status\n\nAction: failed\nStatus: 5.2.2\n\
    Diagnostic-Code: smtp; 552 5.2.2 the mailbox is full\n";

pub(super) fn of(to: &str) -> Option<Mood> {
    MOODS.into_iter().find(|(address, _)| to.eq_ignore_ascii_case(address)).map(|(_, mood)| mood)
}

/// What the server says at that try; none where it takes the mail.
pub(super) fn answer(mood: Mood, tries: i64) -> Option<Outcome> {
    match mood {
        Mood::Slow if tries <= SLOW_TRIES => {
            Some(Outcome::Deferred { reason: "451 4.7.1 greylisted, please try again later".into(), code: Some(451) })
        }
        Mood::Refuses => Some(Outcome::Rejected { reason: "550 5.1.1 no such mailbox here".into(), code: Some(550) }),
        Mood::Slow | Mood::Returns => None,
    }
}
