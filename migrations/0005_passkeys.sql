-- Passkeys for real: the table of 0001 gets what the checks and the pages need.

-- The user handle: 64 random bytes, base64url, made when a person first makes a passkey. It names nobody.
ALTER TABLE person ADD COLUMN passkey_user TEXT;
CREATE UNIQUE INDEX person_passkey_user ON person (practice_id, passkey_user);

-- For addresses of pages: a credential id may be 1364 characters long.
ALTER TABLE passkey ADD COLUMN short_id TEXT NOT NULL DEFAULT '';
-- When its counter last did not go forward: it may have been copied.
ALTER TABLE passkey ADD COLUMN odd_at BIGINT;
-- How it was made: by hand, or by the browser itself after a sign-in.
ALTER TABLE passkey ADD COLUMN made_by TEXT NOT NULL DEFAULT 'person';

-- Passkeys that were deleted here, so that a browser is told to forget one only when we know that it was ours and is gone.
CREATE TABLE passkey_gone (
    practice_id TEXT NOT NULL,
    id TEXT NOT NULL,
    at BIGINT NOT NULL,
    PRIMARY KEY (practice_id, id)
);

-- Ceremonies that were answered, right or wrong: each is answered once.
CREATE TABLE ceremony_used (
    practice_id TEXT NOT NULL,
    hash TEXT NOT NULL,
    at BIGINT NOT NULL,
    PRIMARY KEY (practice_id, hash)
);
CREATE INDEX ceremony_used_old ON ceremony_used (at);

-- Other host names of a practice, former and later ones; its passkeys are bound to practice.host and work at all of them.
CREATE TABLE practice_host (
    practice_id TEXT NOT NULL,
    host TEXT NOT NULL,
    since BIGINT NOT NULL,
    PRIMARY KEY (practice_id, host)
);
CREATE UNIQUE INDEX practice_host_name ON practice_host (host);

-- Whether browsers may make a passkey by themselves after a full sign-in (conditional create); 0: no.
ALTER TABLE practice ADD COLUMN silent_passkeys BIGINT NOT NULL DEFAULT 0;
