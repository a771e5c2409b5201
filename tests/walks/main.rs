//! Walks of people through the running server, each on SQLite and on PostgreSQL (when TEST_POSTGRES is set).
#![expect(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test that cannot go on stops")]
#![expect(clippy::disallowed_methods, reason = "the environment says where PostgreSQL is")]

mod support;

mod running;
mod sign_in;
