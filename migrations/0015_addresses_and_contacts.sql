-- A client's new address, from the asking to its taking effect; and who may open a client's portal beside the client.
CREATE TABLE email_change (
    practice_id TEXT NOT NULL,
    id TEXT NOT NULL,
    person_id TEXT NOT NULL,
    email TEXT NOT NULL,              -- as it was typed
    email_key TEXT NOT NULL,          -- canonical
    before_key TEXT NOT NULL,         -- the address the client had then; once that is another, the change is void
    asked_by TEXT NOT NULL,           -- the client, or the member of the practice who typed it
    asked_by_name TEXT NOT NULL,
    message_id TEXT,                  -- the mail with the code, in the outbox
    link_hash TEXT,                   -- where the code may be typed without signing in; NULL: nowhere
    code_hash TEXT NOT NULL,          -- keyed, the key is not in the database
    tries BIGINT NOT NULL DEFAULT 0,
    created_at BIGINT NOT NULL,
    expires_at BIGINT NOT NULL,
    confirmed_at BIGINT,              -- the code was typed: the new mailbox is read by whoever gave it
    holds_until BIGINT,               -- a protected client: in force from then, unless stopped
    done_at BIGINT,
    ended_at BIGINT,                  -- stopped, or a newer one was asked for
    PRIMARY KEY (practice_id, id)
);
CREATE UNIQUE INDEX email_change_link ON email_change (practice_id, link_hash);
CREATE INDEX email_change_person ON email_change (practice_id, person_id, created_at);
CREATE INDEX email_change_old ON email_change (created_at);

-- A search in the list of clients reads this index alone, in the order of the names, and stops when a page is full.
DROP INDEX person_name;
CREATE INDEX person_name ON person (practice_id, kind, name, id, email_key);

-- Since when mail to the person's address comes back; nothing is switched off by it.
ALTER TABLE person ADD COLUMN bounced_at BIGINT;

-- A contact is a person with an address and locks of their own. What the practice lets them open is here.
CREATE TABLE contact (
    practice_id TEXT NOT NULL,
    client_id TEXT NOT NULL,          -- whose contact
    person_id TEXT NOT NULL,          -- who
    relation TEXT NOT NULL,           -- parent, partner, carer, other
    portal_since BIGINT,              -- may open the client's portal; NULL: may not
    opened_at BIGINT,                 -- when they last did
    created_at BIGINT NOT NULL,
    PRIMARY KEY (practice_id, client_id, person_id)
);
CREATE INDEX contact_person ON contact (practice_id, person_id);

-- Whose portal a contact's session opens; NULL: the person's own.
ALTER TABLE attempt ADD COLUMN for_id TEXT;
ALTER TABLE session ADD COLUMN for_id TEXT;
CREATE INDEX session_for ON session (practice_id, for_id) WHERE for_id IS NOT NULL;
