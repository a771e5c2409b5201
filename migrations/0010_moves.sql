-- A practice on its way to another region is served by neither; where one has gone, and what one was called before.
ALTER TABLE practice ADD COLUMN moving_to TEXT; -- the region it leaves for; 'here' in that region until it has arrived

CREATE TABLE moved (
    practice_id TEXT NOT NULL,
    slug TEXT NOT NULL,               -- the name under which nobody is in this region any more
    region TEXT NOT NULL,             -- where the practice is now, and its name there
    now_slug TEXT NOT NULL,
    at BIGINT NOT NULL,
    PRIMARY KEY (practice_id, slug)
);
CREATE UNIQUE INDEX moved_slug ON moved (slug);
