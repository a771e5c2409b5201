//! Walks of people through the running server, each on SQLite and on PostgreSQL (when TEST_POSTGRES is set).
#![expect(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test that cannot go on stops")]
#![expect(clippy::disallowed_methods, reason = "the environment says where PostgreSQL is")]

mod bad_input;
mod check;
mod support;

mod api;
mod backup_codes;
mod devices;
mod entrance;
mod gates;
mod invitation;
mod mine;
mod mine_email;
mod moves;
mod neighbours;
mod outbox;
mod passkey_attacks;
mod passkey_offer;
mod passkey_races;
mod passkey_settings;
mod passkey_silent;
mod passkeys;
mod password;
mod people;
mod people_email;
mod people_passkeys;
mod people_time;
mod portal;
mod portal_bounce;
mod portal_elsewhere;
mod portal_limits;
mod portal_news;
mod portal_passkey_lock;
mod portal_passkey_news;
mod portal_passkey_proof;
mod portal_passkeys;
mod portal_passwords;
mod portal_people;
mod portal_pin;
mod portal_private;
mod portal_sessions;
mod portal_stuck;
mod record;
mod record_cut;
mod record_flood;
mod reset;
mod rules;
mod running;
mod sessions;
mod sign_in;
mod sign_in_guessing;
mod transports;
mod two_factor;
mod two_factor_attacks;
