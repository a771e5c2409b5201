-- Not before this time does a mail lead to a new password: "this wasn't me" took the last second factor away.
ALTER TABLE person ADD COLUMN resets_from BIGINT;
