-- Marks of the keys that this database is served under, the newest first; practice_id is always 'entrance'.
CREATE TABLE ring (
    practice_id TEXT NOT NULL,
    marks TEXT NOT NULL,
    at BIGINT NOT NULL,
    PRIMARY KEY (practice_id)
);
