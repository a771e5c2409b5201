-- Programs of a practice: the keys they show, and links that open one thing for one client in one time window.

CREATE TABLE api_key (
    practice_id TEXT NOT NULL,
    id TEXT NOT NULL,
    name TEXT NOT NULL,               -- what people call the program
    hash TEXT NOT NULL,               -- keyed, the key is not in the database
    scopes TEXT NOT NULL,             -- joined by spaces
    app TEXT NOT NULL DEFAULT '',     -- the program's own address, to which its links lead
    created_by TEXT NOT NULL DEFAULT '', -- a person's id; empty: the command line
    created_at BIGINT NOT NULL,
    used_at BIGINT,                   -- to the minute
    ended_at BIGINT,
    PRIMARY KEY (practice_id, id)
);
CREATE UNIQUE INDEX api_key_hash ON api_key (practice_id, hash);

-- Nothing here opens a link: its secret is made of the id and a key that is not in the database.
CREATE TABLE guest_link (
    practice_id TEXT NOT NULL,
    id TEXT NOT NULL,
    key_id TEXT NOT NULL,             -- the program that made it
    person_id TEXT NOT NULL,
    resource TEXT NOT NULL,           -- the program's own name for the one thing
    from_at BIGINT NOT NULL,
    until_at BIGINT NOT NULL,
    return_to TEXT NOT NULL,          -- where the link leads, at the program's address
    asked_as TEXT,                    -- keyed hash of the Idempotency-Key
    asked_for TEXT NOT NULL,          -- hash of what was asked, to tell a repetition from another wish
    created_at BIGINT NOT NULL,
    opened_at BIGINT,
    ended_at BIGINT,
    PRIMARY KEY (practice_id, id)
);
CREATE UNIQUE INDEX guest_link_asked ON guest_link (practice_id, key_id, asked_as);
CREATE INDEX guest_link_person ON guest_link (practice_id, person_id, until_at);
CREATE INDEX guest_link_old ON guest_link (until_at);

-- What the practice's own software calls a client; programs may name the client by it.
ALTER TABLE person ADD COLUMN reference TEXT;
CREATE UNIQUE INDEX person_reference ON person (practice_id, reference);
