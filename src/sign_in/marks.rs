//! Marks of people who signed in with a browser before: they decide whether a sign-in is mailed as one from a new browser,
//! and whether a passkey is offered; they open nothing.

use super::person::Person;
use super::{ATTEMPT_SECONDS, Attempt};
use crate::platform::secret;
use crate::platform::web::Visit;

/// A kind of mark: its cookie, and what its key is called.
type Kind = (&'static str, &'static str);
const BEEN_HERE: Kind = ("__Host-been-here", "been here");
const OFFERED: Kind = ("__Host-offered", "passkey offered");
const MAILBOXES: Kind = ("__Host-mailboxes", "mailbox proved");
const PASSKEYS: Kind = ("__Host-passkeys", "passkey known");
/// The same on a device of several people, until the browser is closed.
const PASSKEYS_NOW: Kind = ("__Host-passkeys-now", "passkey known");
/// Whose next password takes the second step in this browser, recognised or not.
const STEP_WANTED: Kind = ("__Host-step-wanted", "second step wanted");
/// As long as somebody may take from "use it as your second step" to the password, and from there to the step, in seconds.
const STEP_WANTED_SECONDS: i64 = 10 * 60 + ATTEMPT_SECONDS;
const MOST_MARKS: usize = 10;
/// Most passkeys of one person, each of which may be known here.
const MOST_PASSKEYS: usize = 20;
/// Browsers in which somebody opened their own lock. Each has a mark of its own, `id~proof`.
const OPENERS: Kind = ("__Host-openers", "lock opened");
/// Ties a mailed link to the browser that asked for it.
pub const LINK_COOKIE: &str = "__Host-link";

/// A browser is known for the notice when it carries the mark of an earlier sign-in, or accepted the invitation in this very
/// attempt: an account that was brought in from elsewhere has an owner who was not here yet. Sessions are not counted for that:
/// old ones are thrown away.
pub(super) fn known_browser(visit: &Visit, person: &Person, attempt: &Attempt) -> bool {
    let joins = person.last_sign_in_at.is_none() && person.joined_at.is_some_and(|at| at >= attempt.created_at);
    been_here(visit, &person.id) || joins
}

/// Whether this browser carries the mark of the person's earlier sign-in; for notices only, it opens nothing.
pub fn been_here(visit: &Visit, person: &str) -> bool {
    is_marked(visit, BEEN_HERE, person)
}

/// Whether this browser has proved that mailbox before: only there a page tells what became of a mail to it.
pub fn knows_mailbox(visit: &Visit, email_key: &str) -> bool {
    is_marked(visit, MAILBOXES, email_key)
}

/// Notes that this browser has proved that mailbox.
pub fn mark_mailbox(visit: &Visit, email_key: &str) {
    mark(visit, MAILBOXES, email_key);
}

/// Forgets everybody who has been here.
pub fn forget(visit: &Visit) {
    for (cookie, _) in [BEEN_HERE, OFFERED, MAILBOXES, PASSKEYS, PASSKEYS_NOW, STEP_WANTED, OPENERS] {
        visit.drop_cookie(cookie);
    }
}

/// Leaves the person's mark in this browser, beside those of the others who use it.
pub(super) fn mark_browser(visit: &Visit, person: &str) {
    mark(visit, BEEN_HERE, person);
}

/// Whether a passkey was offered to the person in this browser before.
pub fn was_offered(visit: &Visit, person: &str) -> bool {
    is_marked(visit, OFFERED, person)
}

/// A passkey is being offered to the person in this browser.
pub fn mark_offered(visit: &Visit, person: &str) {
    mark(visit, OFFERED, person);
}

/// Whether somebody said, or showed, in this browser that the passkey is theirs; `passkey` is its short id.
pub fn knows_passkey(visit: &Visit, passkey: &str) -> bool {
    is_marked(visit, PASSKEYS, passkey) || is_marked(visit, PASSKEYS_NOW, passkey)
}

/// Notes that the passkey is known to whoever uses this browser; where others use it too (`shared`), no longer than it is open.
pub fn mark_passkey(visit: &Visit, passkey: &str, shared: bool) {
    mark(visit, if shared { PASSKEYS_NOW } else { PASSKEYS }, passkey);
}

/// A passkey was shown here that works alone only once it has been a second step: the next password is asked for that, and no
/// recognised device stands for it.
pub fn want_step(visit: &Visit, person: &str) {
    mark(visit, STEP_WANTED, person);
}

/// Whether this browser shall ask the person for the second step.
pub fn wants_step(visit: &Visit, person: &str) -> bool {
    is_marked(visit, STEP_WANTED, person)
}

/// The step was taken.
pub fn step_taken(visit: &Visit) {
    if visit.cookie(STEP_WANTED.0).is_some() {
        visit.drop_cookie(STEP_WANTED.0);
    }
}

/// The mark of this browser if the person opened their own lock here before: it opens nothing, but wrong answers here are
/// counted apart from everybody else's. It is never given for the mailbox alone.
pub fn lock_opener(visit: &Visit, person: &str) -> Option<String> {
    let shown = marks(visit, OPENERS);
    let pairs = shown.iter().filter_map(|mark| mark.split_once('~'));
    let mut ours = pairs.filter(|(id, proof)| secret::same(proof, &opener_proof(visit, person, id)));
    ours.next().map(|(id, _)| id.to_owned())
}

/// Notes that the person has just opened or set their own lock in this browser.
pub fn mark_lock_opener(visit: &Visit, person: &str) {
    if lock_opener(visit, person).is_some() {
        return;
    }
    let mut id = visit.new_token();
    id.truncate(22);
    let new = format!("{id}~{}", opener_proof(visit, person, &id));
    let all: Vec<String> = std::iter::once(new).chain(marks(visit, OPENERS).into_iter().take(MOST_MARKS - 1)).collect();
    visit.set_cookie(OPENERS.0, &all.join("."), Some(400 * 86_400));
}

fn opener_proof(visit: &Visit, person: &str, id: &str) -> String {
    mark_of(visit, OPENERS, &format!("{person} {id}"))
}

fn is_marked(visit: &Visit, kind: Kind, person: &str) -> bool {
    marks(visit, kind).iter().any(|mark| secret::same(mark, &mark_of(visit, kind, person)))
}

fn mark(visit: &Visit, kind: Kind, person: &str) {
    let mark = mark_of(visit, kind, person);
    let most = if [PASSKEYS, PASSKEYS_NOW].contains(&kind) { MOST_PASSKEYS } else { MOST_MARKS };
    let others = marks(visit, kind).into_iter().filter(|other| *other != mark).take(most - 1);
    let all: Vec<String> = std::iter::once(mark.clone()).chain(others).collect();
    let seconds = match kind {
        PASSKEYS_NOW => None,
        STEP_WANTED => Some(STEP_WANTED_SECONDS),
        _ => Some(400 * 86_400),
    };
    visit.set_cookie(kind.0, &all.join("."), seconds);
}

fn marks(visit: &Visit, (cookie, _): Kind) -> Vec<String> {
    visit.cookie(cookie).unwrap_or_default().split('.').filter(|mark| !mark.is_empty()).map(str::to_owned).collect()
}

/// Keyed, so that the cookie tells nobody who has been here.
fn mark_of(visit: &Visit, (_, name): Kind, person: &str) -> String {
    let key = visit.server.stable_key(name);
    let mut mark = secret::keyed_hash(&key, &[person]);
    mark.truncate(22);
    mark
}
