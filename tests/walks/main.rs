//! Walks of people through the running server, each on SQLite and on PostgreSQL (when TEST_POSTGRES is set).
#![expect(clippy::unwrap_used, clippy::expect_used, reason = "a test that cannot go on stops")]

mod check;
mod support;

mod sign_in;
