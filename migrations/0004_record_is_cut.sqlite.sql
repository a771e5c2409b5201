-- Old lines may go, and only behind a checkpoint; and strangers' repeats are counted instead of written one by one.
CREATE TABLE audit_cut (
    practice_id TEXT NOT NULL,
    seq BIGINT NOT NULL,              -- the last line that went
    hash TEXT NOT NULL,               -- its hash in the chain, from which the rest goes on
    lines BIGINT NOT NULL,            -- how many went since the checkpoint before
    before_at BIGINT NOT NULL,        -- all of them are older than this
    at BIGINT NOT NULL,
    seal TEXT NOT NULL,               -- keyed, the key is not in the database
    PRIMARY KEY (practice_id, seq)
);
CREATE TABLE audit_gathered (
    practice_id TEXT NOT NULL,
    event TEXT NOT NULL,
    whose TEXT NOT NULL,              -- a person's id, a network, or nothing: everybody unknown
    person_id TEXT NOT NULL DEFAULT '',
    person_name TEXT NOT NULL DEFAULT '',
    window_start BIGINT NOT NULL,
    times BIGINT NOT NULL,            -- how often it happened
    gathered BIGINT NOT NULL,         -- how many of these have no line of their own
    last_at BIGINT NOT NULL,
    PRIMARY KEY (practice_id, event, whose)
);
CREATE INDEX audit_gathered_over ON audit_gathered (window_start);

-- The database's own clock is asked here and nowhere else: a server whose clock is wrong must not throw young lines away.
-- 189216000 seconds are six years of 365 days, the least that configuration takes.
DROP TRIGGER audit_no_delete;
DROP TRIGGER audit_chain_no_delete;
CREATE TRIGGER audit_no_delete BEFORE DELETE ON audit
WHEN OLD.at > CAST(strftime('%s', 'now') AS INTEGER) - 189216000 OR NOT EXISTS (
    SELECT 1 FROM audit_chain c JOIN audit_cut k ON k.practice_id = c.practice_id AND k.seq >= c.seq
    WHERE c.practice_id = OLD.practice_id AND c.record_id = OLD.id)
BEGIN SELECT RAISE(ABORT, 'the record is append-only'); END;
CREATE TRIGGER audit_chain_no_delete BEFORE DELETE ON audit_chain
WHEN EXISTS (SELECT 1 FROM audit a WHERE a.practice_id = OLD.practice_id AND a.id = OLD.record_id)
    OR NOT EXISTS (SELECT 1 FROM audit_cut k WHERE k.practice_id = OLD.practice_id AND k.seq >= OLD.seq)
BEGIN SELECT RAISE(ABORT, 'the record is append-only'); END;
CREATE TRIGGER audit_cut_no_update BEFORE UPDATE ON audit_cut BEGIN SELECT RAISE(ABORT, 'the record is append-only'); END;
CREATE TRIGGER audit_cut_no_delete BEFORE DELETE ON audit_cut BEGIN SELECT RAISE(ABORT, 'the record is append-only'); END;
CREATE TRIGGER audit_cut_fits BEFORE INSERT ON audit_cut
WHEN NOT EXISTS (SELECT 1 FROM audit_chain c WHERE c.practice_id = NEW.practice_id AND c.seq = NEW.seq AND c.hash = NEW.hash)
    OR EXISTS (SELECT 1 FROM audit_chain c CROSS JOIN audit a ON a.practice_id = c.practice_id AND a.id = c.record_id
        WHERE c.practice_id = NEW.practice_id AND c.seq <= NEW.seq AND a.at > CAST(strftime('%s', 'now') AS INTEGER) - 189216000)
BEGIN SELECT RAISE(ABORT, 'a checkpoint stands at an old line of the chain'); END;
