-- Not before this time does a mail lead to a new password: "this wasn't me" took the last second factor away.
ALTER TABLE person ADD COLUMN resets_from BIGINT;
-- When the number was last put in place; when it was proved is often earlier, or never.
ALTER TABLE person ADD COLUMN mobile_changed_at BIGINT;
-- When whoever reads a former address said that its change wasn't them; until an administrator's change of it settles that.
ALTER TABLE person ADD COLUMN email_disputed_at BIGINT;
