-- The entrance's askings, in its own database; practice_id is always 'entrance'. In a region's database the table stays empty.
CREATE TABLE finder (
    practice_id TEXT NOT NULL,
    id TEXT NOT NULL,
    browser TEXT NOT NULL,            -- hash of the secret in the browser that asked
    request TEXT,                     -- sealed: where to mail and in which language; gone once its mail is made
    code_hash TEXT,                   -- keyed; of the code in the mail
    tries BIGINT NOT NULL DEFAULT 0,
    waiting TEXT NOT NULL DEFAULT '', -- regions that have not answered yet, once the first mail is made
    turn BIGINT NOT NULL DEFAULT 0,
    next_at BIGINT NOT NULL,
    claimed_until BIGINT NOT NULL DEFAULT 0,
    created_at BIGINT NOT NULL,
    answered_at BIGINT,               -- the first mail was made, or none had to be
    PRIMARY KEY (practice_id, id)
);
CREATE INDEX finder_waiting ON finder (next_at) WHERE request IS NOT NULL;
CREATE INDEX finder_browser ON finder (practice_id, browser);
CREATE INDEX finder_old ON finder (created_at);

-- Questions from the entrance that a region has heard, so that none is answered twice; kept for an hour.
CREATE TABLE heard (
    practice_id TEXT NOT NULL,
    id TEXT NOT NULL,
    at BIGINT NOT NULL,
    PRIMARY KEY (practice_id, id)
);
CREATE INDEX heard_old ON heard (at);
