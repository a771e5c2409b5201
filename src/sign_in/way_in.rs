//! Which door this browser came in by last, so that whoever is sent to sign in again meets the page they know.

use super::session::{Done, Session};
use crate::platform::frame::{AT_PORTAL, PORTAL, WAY_IN as COOKIE};
use crate::platform::web::Visit;

const SECONDS: i64 = 400 * 86_400;

impl Session {
    pub fn is_client(&self) -> bool {
        self.kind == "client"
    }
}

/// Where this browser's people sign in.
pub fn path(visit: &Visit) -> &'static str {
    if visit.cookie(COOKIE) == Some(PORTAL) { "/portal" } else { "/sign-in" }
}

/// Where a locked session is opened again.
pub fn locked(session: &Session) -> &'static str {
    if session.is_client() { "/portal/locked" } else { "/locked" }
}

/// Where somebody shows anew who they are before something sensitive.
pub fn confirm(session: &Session) -> &'static str {
    if session.is_client() { "/portal/confirm" } else { "/confirm" }
}

/// What clients may open of the pages behind a sign-in; everything else there is for staff, pages of tomorrow too.
const FOR_CLIENTS: &[&str] = &[
    "/me",
    "/me/sessions/",
    "/me/log-out-everywhere",
    "/me/privacy",
    "/me/privacy/",
    "/me/passkeys",
    "/me/passkeys/",
    "/portal/confirm",
    "/portal/confirm/",
    "/me/portal-password",
    "/me/ways",
    "/me/email",
    "/me/email/",
    "/me/portals",
    "/me/contacts/",
];

/// Whether a client's session is on a page that is not for clients.
pub(super) fn is_misplaced(visit: &Visit, session: &Session) -> bool {
    let path = visit.path.as_str();
    let fits = |allowed: &str| path == allowed || allowed.ends_with('/') && path.starts_with(allowed);
    session.is_client() && !FOR_CLIENTS.iter().any(|allowed| fits(allowed))
}

/// Notes the door of a sign-in; a shared browser keeps it no longer than it is open.
pub(super) fn note(visit: &Visit, done: &Done<'_>) {
    if done.person.is_client() {
        visit.set_cookie(COOKIE, PORTAL, (done.attempt.shared == 0).then_some(SECONDS));
    } else if visit.cookie(COOKIE).is_some() || visit.cookie(AT_PORTAL).is_some() {
        forget(visit);
    }
}

/// Somebody is at the clients' door, and may need to leave in a hurry from the pages around it too. Kept no longer than the
/// browser is open.
pub fn at_portal(visit: &Visit) {
    if visit.cookie(AT_PORTAL) != Some(PORTAL) {
        visit.set_cookie(AT_PORTAL, PORTAL, None);
    }
}

/// Forgets the door, with everything else that says who was here.
pub fn forget(visit: &Visit) {
    visit.drop_cookie(COOKIE);
    visit.drop_cookie(AT_PORTAL);
}
