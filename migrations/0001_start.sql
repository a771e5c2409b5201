-- The ground: practices, their people, what each can show, and what happened.
-- House rules: ids are text (UUIDv7), times are BIGINT unix seconds given by the server, there are no
-- boolean columns (a nullable time says when), secrets are sealed text, every key begins with the practice.

CREATE TABLE practice (
    id TEXT NOT NULL PRIMARY KEY,
    slug TEXT NOT NULL UNIQUE,
    -- The host name given at birth; passkeys are bound to it, so it never changes (decisions.md, Addresses).
    host TEXT NOT NULL UNIQUE,
    name TEXT NOT NULL,
    colour TEXT NOT NULL DEFAULT '#1f6f6b',
    -- PNG, base64; at most 20 kB so that a page stays under 50 kB.
    logo TEXT,
    language TEXT NOT NULL DEFAULT 'en',
    country TEXT NOT NULL DEFAULT 'AU',
    zone TEXT NOT NULL DEFAULT 'UTC',
    contact_phone TEXT NOT NULL DEFAULT '',
    contact_email TEXT NOT NULL DEFAULT '',
    contact_hours TEXT NOT NULL DEFAULT '',
    -- "Keep me logged in on this device" in days, 1 to 90; 0 turns it off.
    keep_days BIGINT NOT NULL DEFAULT 30,
    idle_minutes BIGINT NOT NULL DEFAULT 60,
    total_minutes BIGINT NOT NULL DEFAULT 720,
    -- From when a second factor or passkey is required; NULL: of nobody in that group.
    admins_second_from BIGINT,
    everyone_second_from BIGINT,
    created_at BIGINT NOT NULL,
    closed_at BIGINT
);

CREATE TABLE person (
    practice_id TEXT NOT NULL,
    id TEXT NOT NULL,
    kind TEXT NOT NULL,               -- staff, client, support
    role TEXT NOT NULL,               -- staff: administrator, practitioner, reception; client: client, contact
    name TEXT NOT NULL,
    email TEXT NOT NULL,              -- as the person writes it
    email_key TEXT NOT NULL,          -- canonical, for look-up only
    email_changed_at BIGINT,
    email_changed_by TEXT,            -- set when somebody else changed it: resets are then held for a day
    mobile TEXT,                      -- sealed, E.164
    mobile_proved_at BIGINT,
    language TEXT,
    password TEXT,                    -- hash with its scheme; NULL: no password
    password_set_at BIGINT,
    password_stolen_at BIGINT,        -- "this wasn't me": opens nothing until it is replaced by mail
    password_change_by BIGINT,        -- must be replaced at the next sign-in (found in a blocklist, brought in too short)
    totp_secret TEXT,                 -- sealed
    totp_since BIGINT,
    totp_last_step BIGINT NOT NULL DEFAULT 0,
    backup_set TEXT,                  -- the living set of backup codes
    backup_made_at BIGINT,
    re_enrol_since BIGINT,            -- a reset happened: only the mailed link opens the way to a new factor
    more_time_until BIGINT,           -- this person has longer before a required factor is enforced
    passkey_offer_off_at BIGINT,
    invited_at BIGINT,
    joined_at BIGINT,
    last_sign_in_at BIGINT,
    closed_at BIGINT,
    created_at BIGINT NOT NULL,
    PRIMARY KEY (practice_id, id)
);
CREATE UNIQUE INDEX person_staff_email ON person (practice_id, email_key) WHERE kind = 'staff';
CREATE INDEX person_email ON person (practice_id, email_key, kind);
CREATE INDEX person_name ON person (practice_id, kind, name, id);
CREATE INDEX person_anywhere ON person (email_key);

CREATE TABLE backup_code (
    practice_id TEXT NOT NULL,
    person_id TEXT NOT NULL,
    hash TEXT NOT NULL,               -- keyed, the key is not in the database
    set_id TEXT NOT NULL,
    used_at BIGINT,
    PRIMARY KEY (practice_id, person_id, hash)
);

-- A 2FA set-up under way; nothing about the person changes until its code is right.
CREATE TABLE totp_setup (
    practice_id TEXT NOT NULL,
    person_id TEXT NOT NULL,
    secret TEXT NOT NULL,             -- sealed
    mobile TEXT,                      -- sealed, as confirmed in step one
    mobile_proved_at BIGINT,
    begun_in TEXT NOT NULL,           -- the session or attempt that sees the secret; no other one does
    created_at BIGINT NOT NULL,
    PRIMARY KEY (practice_id, person_id)
);

-- A code sent to a mobile number: to prove it (enrol) or to prove who is on the phone (reset).
CREATE TABLE mobile_code (
    practice_id TEXT NOT NULL,
    id TEXT NOT NULL,
    person_id TEXT NOT NULL,
    purpose TEXT NOT NULL,
    hash TEXT NOT NULL,
    number TEXT,                      -- sealed; where it was sent, when that is not the number on file
    asked_by TEXT NOT NULL,
    tries BIGINT NOT NULL DEFAULT 0,
    created_at BIGINT NOT NULL,
    expires_at BIGINT NOT NULL,
    used_at BIGINT,
    PRIMARY KEY (practice_id, id)
);
CREATE INDEX mobile_code_person ON mobile_code (practice_id, person_id, purpose);

-- Filled by the passkeys feature; the rule and My info already count them.
CREATE TABLE passkey (
    practice_id TEXT NOT NULL,
    id TEXT NOT NULL,                 -- credential id, base64url
    person_id TEXT NOT NULL,
    public_key TEXT NOT NULL,
    algorithm BIGINT NOT NULL,
    sign_count BIGINT NOT NULL DEFAULT 0,
    aaguid TEXT NOT NULL,
    transports TEXT NOT NULL DEFAULT '',
    backup_eligible BIGINT NOT NULL DEFAULT 0,
    backup_state BIGINT NOT NULL DEFAULT 0,
    verified_at BIGINT,
    name TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    created_on TEXT NOT NULL DEFAULT '',
    used_at BIGINT,
    PRIMARY KEY (practice_id, id)
);
CREATE INDEX passkey_person ON passkey (practice_id, person_id);

-- A sign-in, a fresh proof or an unlocking under way.
CREATE TABLE attempt (
    practice_id TEXT NOT NULL,
    id TEXT NOT NULL,
    token_hash TEXT NOT NULL,         -- of the cookie that ties it to one browser
    person_id TEXT NOT NULL,
    goal TEXT NOT NULL,               -- sign-in, fresh, unlock
    session_id TEXT,                  -- fresh, unlock: whose
    then_path TEXT NOT NULL DEFAULT '',
    keep BIGINT NOT NULL DEFAULT 0,
    device_id TEXT,                   -- recognised in this attempt
    device_by TEXT,                   -- key or cookie
    device_key TEXT,                  -- public key offered for a new record
    created_at BIGINT NOT NULL,
    expires_at BIGINT NOT NULL,
    ended_at BIGINT,
    PRIMARY KEY (practice_id, id)
);
CREATE UNIQUE INDEX attempt_token ON attempt (practice_id, token_hash);
CREATE INDEX attempt_old ON attempt (expires_at);

CREATE TABLE proof (
    practice_id TEXT NOT NULL,
    attempt_id TEXT NOT NULL,
    factor TEXT NOT NULL,
    at BIGINT NOT NULL,
    PRIMARY KEY (practice_id, attempt_id, factor)
);

CREATE TABLE session (
    practice_id TEXT NOT NULL,
    id TEXT NOT NULL,
    token_hash TEXT NOT NULL,
    person_id TEXT NOT NULL,
    kept BIGINT NOT NULL DEFAULT 0,
    rule TEXT NOT NULL,               -- the row of the rule that let it in
    proofs TEXT NOT NULL,             -- the factors shown, joined by +
    device_id TEXT,
    browser TEXT NOT NULL,
    place TEXT NOT NULL DEFAULT '',
    created_at BIGINT NOT NULL,
    seen_at BIGINT NOT NULL,
    fresh_at BIGINT NOT NULL,         -- when every factor was last shown
    idle_seconds BIGINT NOT NULL,
    ends_at BIGINT NOT NULL,
    ended_at BIGINT,
    PRIMARY KEY (practice_id, id)
);
CREATE UNIQUE INDEX session_token ON session (practice_id, token_hash);
CREATE INDEX session_person ON session (practice_id, person_id);
CREATE INDEX session_old ON session (ends_at);

CREATE TABLE device (
    practice_id TEXT NOT NULL,
    id TEXT NOT NULL,
    person_id TEXT NOT NULL,
    secret_hash TEXT NOT NULL,
    previous_hash TEXT,               -- the secret before the last turn: seen again, somebody has a copy
    rotated_at BIGINT NOT NULL,
    public_key TEXT,                  -- P-256, SPKI, base64url; NULL: cookie only, and the assurance says so
    name TEXT NOT NULL,
    browser TEXT NOT NULL,
    place TEXT NOT NULL DEFAULT '',
    created_at BIGINT NOT NULL,
    seen_at BIGINT NOT NULL,
    trusted_until BIGINT NOT NULL,    -- absolute; no use makes it later
    ended_at BIGINT,
    PRIMARY KEY (practice_id, id)
);
CREATE INDEX device_person ON device (practice_id, person_id);

-- One-use links: only the hash is kept, with what it is for and the address it was sent to.
CREATE TABLE token (
    practice_id TEXT NOT NULL,
    hash TEXT NOT NULL,
    purpose TEXT NOT NULL,
    person_id TEXT NOT NULL,
    sent_to TEXT NOT NULL,            -- canonical address; must still be the person's when it is used
    data TEXT NOT NULL DEFAULT '',    -- sealed where it names somebody
    created_at BIGINT NOT NULL,
    expires_at BIGINT NOT NULL,
    used_at BIGINT,
    replaced_at BIGINT,
    PRIMARY KEY (practice_id, hash)
);
CREATE INDEX token_person ON token (practice_id, person_id, purpose);
CREATE INDEX token_old ON token (expires_at);

-- How often: wrong answers and askings, by keyed hash, so that unknown people count like known ones.
CREATE TABLE tries (
    practice_id TEXT NOT NULL,
    lane TEXT NOT NULL,
    count BIGINT NOT NULL,
    blocked_until BIGINT NOT NULL DEFAULT 0,
    window_start BIGINT NOT NULL,
    updated_at BIGINT NOT NULL,
    PRIMARY KEY (practice_id, lane)
);
CREATE INDEX tries_old ON tries (updated_at);

-- Which names were tried in vain from which network: one password over many people shows here.
CREATE TABLE sprayed (
    practice_id TEXT NOT NULL,
    network TEXT NOT NULL,
    who TEXT NOT NULL,
    at BIGINT NOT NULL,
    PRIMARY KEY (practice_id, network, who)
);
CREATE INDEX sprayed_old ON sprayed (at);

CREATE TABLE outbox (
    practice_id TEXT NOT NULL,
    id TEXT NOT NULL,
    kind TEXT NOT NULL,               -- mail, text, or the name of a job that will make one
    about TEXT NOT NULL,              -- the event, for the practice's eyes
    person_id TEXT,
    recipient TEXT NOT NULL,          -- sealed
    body TEXT,                        -- sealed; gone once the message is handed over
    state TEXT NOT NULL,              -- queued, deferred, sent, failed, unsure, done
    tries BIGINT NOT NULL DEFAULT 0,
    next_at BIGINT NOT NULL,
    claimed_until BIGINT NOT NULL DEFAULT 0,
    claimed_by TEXT NOT NULL DEFAULT '',
    created_at BIGINT NOT NULL,
    ended_at BIGINT,
    PRIMARY KEY (practice_id, id)
);
CREATE INDEX outbox_waiting ON outbox (next_at) WHERE ended_at IS NULL;
CREATE INDEX outbox_person ON outbox (practice_id, person_id, created_at);

CREATE TABLE outbox_state (
    practice_id TEXT NOT NULL,
    message_id TEXT NOT NULL,
    at BIGINT NOT NULL,
    turn BIGINT NOT NULL,             -- which try; orders the states of one second
    state TEXT NOT NULL,
    reason TEXT NOT NULL DEFAULT '',
    PRIMARY KEY (practice_id, message_id, turn, state)
);

-- The record: rows are added, never changed; see audit.rs for the chain.
CREATE TABLE audit (
    practice_id TEXT NOT NULL,
    id TEXT NOT NULL,
    at BIGINT NOT NULL,
    event TEXT NOT NULL,
    actor_kind TEXT NOT NULL,         -- person, system, support, stranger
    actor_id TEXT NOT NULL DEFAULT '',
    actor_name TEXT NOT NULL DEFAULT '',
    subject_id TEXT NOT NULL DEFAULT '',
    subject_name TEXT NOT NULL DEFAULT '',
    result TEXT NOT NULL,
    address TEXT NOT NULL DEFAULT '',
    browser TEXT NOT NULL DEFAULT '',
    session_id TEXT NOT NULL DEFAULT '',
    request_id TEXT NOT NULL DEFAULT '',
    detail TEXT NOT NULL DEFAULT '{}',
    PRIMARY KEY (practice_id, id)
);
CREATE INDEX audit_time ON audit (practice_id, at);
CREATE INDEX audit_subject ON audit (practice_id, subject_id, at);

CREATE TABLE audit_chain (
    practice_id TEXT NOT NULL,
    seq BIGINT NOT NULL,
    record_id TEXT NOT NULL,
    hash TEXT NOT NULL,               -- SHA-256 over the hash before and the record's fields
    PRIMARY KEY (practice_id, seq)
);
CREATE UNIQUE INDEX audit_chain_record ON audit_chain (practice_id, record_id);
