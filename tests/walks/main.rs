//! Walks of people through the running server, each on SQLite and on PostgreSQL (when TEST_POSTGRES is set).
#![expect(clippy::unwrap_used, clippy::expect_used, reason = "a test that cannot go on stops")]

mod support;

mod backup_codes;
mod devices;
mod gates;
mod mine;
mod mine_email;
mod outbox;
mod sessions;
mod sign_in;
mod transports;
mod two_factor;
mod two_factor_attacks;
