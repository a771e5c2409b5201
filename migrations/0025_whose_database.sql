-- Whose database this is: the name of its region, or 'entrance', written at the first opening; practice_id is always 'entrance'.
CREATE TABLE whose_database (
    practice_id TEXT NOT NULL,
    region TEXT NOT NULL,
    at BIGINT NOT NULL,
    PRIMARY KEY (practice_id)
);
