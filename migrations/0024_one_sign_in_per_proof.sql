-- The sign-in that a proved mailbox led to, and when: the id of the attempt, which its session has too, or of the session
-- that it opened again. The proof goes no further than that one does.
ALTER TABLE link_ask ADD COLUMN went_on_as TEXT;
ALTER TABLE link_ask ADD COLUMN went_on_at BIGINT;
