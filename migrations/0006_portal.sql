-- Clients sign in by mail: what was asked, by which browser, and what became of it. An asking has a row whether anybody
-- has the address or not, so that both cost the same and the practice sees who mistyped.
ALTER TABLE practice ADD COLUMN client_keep_days BIGINT NOT NULL DEFAULT 30;
ALTER TABLE practice ADD COLUMN client_idle_minutes BIGINT NOT NULL DEFAULT 30;
ALTER TABLE practice ADD COLUMN client_total_minutes BIGINT NOT NULL DEFAULT 720;
-- How long a mailed link works, 10 minutes to 24 hours.
ALTER TABLE practice ADD COLUMN link_minutes BIGINT NOT NULL DEFAULT 1440;

-- "Other people use this device": nothing is remembered, and logging out forgets everything.
ALTER TABLE attempt ADD COLUMN shared BIGINT NOT NULL DEFAULT 0;
ALTER TABLE session ADD COLUMN shared BIGINT NOT NULL DEFAULT 0;

CREATE TABLE link_ask (
    practice_id TEXT NOT NULL,
    id TEXT NOT NULL,
    email TEXT NOT NULL,              -- as it was typed
    email_key TEXT NOT NULL,          -- canonical
    bound_to TEXT NOT NULL,           -- hash of the secret in the browser that asked; the link signs in no other one
    number TEXT NOT NULL,             -- two digits which that browser shows
    then_path TEXT NOT NULL DEFAULT '',
    keep BIGINT NOT NULL DEFAULT 0,
    shared BIGINT NOT NULL DEFAULT 0,
    session_id TEXT,                  -- a locked session that this opens again
    language TEXT NOT NULL,
    browser TEXT NOT NULL,
    place TEXT NOT NULL DEFAULT '',
    result TEXT NOT NULL,             -- asked, limited, mailed, nobody
    message_id TEXT,                  -- the mail, in the outbox
    link_hash TEXT,                   -- NULL until a mail was written
    code_hash TEXT,                   -- keyed, the key is not in the database
    tries BIGINT NOT NULL DEFAULT 0,  -- of the code and the number, together
    asked_at BIGINT NOT NULL,
    handled_at BIGINT,                -- looked up; the code's minutes begin
    link_until BIGINT,
    opened_at BIGINT,                 -- the page behind the link, by anybody or anything
    replaced_at BIGINT,               -- a newer mail was written
    ended_at BIGINT,                  -- "I didn't ask for this"
    used_at BIGINT,
    used_by TEXT,                     -- link, code or number
    proved_in TEXT,                   -- hash of the secret in the browser that the use lets in
    PRIMARY KEY (practice_id, id)
);
CREATE UNIQUE INDEX link_ask_link ON link_ask (practice_id, link_hash);
CREATE INDEX link_ask_email ON link_ask (practice_id, email_key, asked_at);
CREATE INDEX link_ask_time ON link_ask (practice_id, asked_at);
CREATE INDEX link_ask_old ON link_ask (asked_at);
