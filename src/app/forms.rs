//! What the doors have to know of paths that take forms. `tests/walks/gates.rs` holds it against the route table.

/// Paths whose forms show themselves again when they were left open too long, with what was typed.
pub const KEEPS_STALE: &[&str] = &[
    "/",
    "/find",
    "/sign-in",
    "/sign-in/passkey",
    "/portal",
    "/portal/passkey",
    "/portal/confirm",
    "/portal/confirm/passkey",
    "/portal/lock/passkey",
    "/portal/locked",
    "/portal/locked/passkey",
    "/portal/password",
    "/portal/stuck",
    "/forgot",
    "/confirm",
    "/confirm/passkey",
    "/locked",
    "/locked/passkey",
    "/passkey/options",
    "/log-out",
    "/unsent",
    "/hello",
];

/// Of these, the ones that anybody opens and that do nothing with a form of another tab.
pub const KEEPS_OTHER: &[&str] = &[
    "/",
    "/find",
    "/sign-in",
    "/sign-in/passkey",
    "/portal",
    "/portal/passkey",
    "/portal/password",
    "/portal/stuck",
    "/passkey/options",
    "/forgot",
    "/unsent",
];

/// Paths that take any form of our own pages, however old and of whichever browser: leaving in a hurry is never refused, and whoever
/// is made to leave loses nothing.
pub const TAKES_ANY: &[&str] = &["/portal/exit"];

/// Beginnings of paths that hold a secret, so that their pages send no referrer.
pub const HIDES_ORIGIN: &[&str] = &[
    "/reset/",
    "/link/",
    "/join/",
    "/not-me/",
    "/confirm-email/",
    "/portal/address/",
    "/new-address/",
    "/re-enrol/",
    "/find/",
];

/// Where to go for what only takes forms: after logging in or unlocking on the way there, and from a page that says what went wrong.
pub const PAGES: &[(&str, &str)] = &[
    ("/me/stay", "/me"),
    ("/unsent", "/me"),
    ("/me/log-out-everywhere", "/me"),
    ("/me/sessions/{id}/end", "/me"),
    ("/me/devices/{id}/forget", "/me"),
    ("/me/portals", "/me"),
    ("/me/contacts/{id}/shut", "/me"),
    ("/me/email/code", "/me/email"),
    ("/me/email/stop", "/me/email"),
    ("/me/privacy/lock", "/me/privacy"),
    ("/me/privacy/mail", "/me/privacy"),
    ("/me/privacy/cancel", "/me/privacy"),
    ("/me/passkeys/silent", "/me/passkeys"),
    ("/me/passkeys/{id}/known", "/me/passkeys"),
    ("/passkey/options", "/"),
    ("/password/strength", "/"),
    ("/locked/passkey", ".."),
    ("/confirm/passkey", ".."),
    ("/reset/{token}/new", ".."),
    ("/join/{token}/switch", ".."),
    ("/join/{token}/new", ".."),
    ("/portal/passkey", ".."),
    ("/portal/locked/passkey", ".."),
    ("/portal/lock/passkey", ".."),
    ("/portal/confirm/passkey", ".."),
    ("/portal/code", "/portal/sent"),
    ("/portal/again", "/portal/sent"),
    ("/portal/help", "/portal/stuck"),
    ("/portal/pin", "/portal/stuck"),
    ("/portal/exit", ".."),
    ("/link/{token}/code", ".."),
    ("/link/{token}/number", ".."),
    ("/link/{token}/new", ".."),
];
