//! What the server writes to standard error. No secret, token or email address gets here: messages are words of this
//! program, fields are ids, routes and counts, and libraries are heard from `warn` on only, since below it they write
//! what they transfer.

use tracing_subscriber::EnvFilter;

use crate::config::Log;

/// Begins the log of this process, once; a second call changes nothing.
pub fn begin(log: &Log) {
    let builder =
        tracing_subscriber::fmt().with_env_filter(filter(&log.level)).with_writer(std::io::stderr).with_target(false);
    // A second subscriber is refused; the first one goes on.
    let _ = if log.json { builder.json().flatten_event(true).try_init() } else { builder.compact().try_init() };
    note_panics();
}

/// What is heard at a level: this program from there on, libraries from `warn` on.
pub fn filter(level: &str) -> EnvFilter {
    EnvFilter::new(format!("warn,portico={level}"))
}

/// A panic's words may hold what somebody typed, so that only its place is written.
fn note_panics() {
    std::panic::set_hook(Box::new(|panic| {
        let place = panic.location().map_or_else(String::new, |at| format!("{}:{}", at.file(), at.line()));
        tracing::error!(place, "a panic");
    }));
}
