-- A mailbox that is not private: a lock of the client's own, private sign-in, and mail that names nobody.
ALTER TABLE person ADD COLUMN passphrase TEXT;
ALTER TABLE person ADD COLUMN passphrase_set_at BIGINT;
-- Mail alone never lets this client in, and no notice is mailed.
ALTER TABLE person ADD COLUMN private_since BIGINT;
-- plain, discreet (a code, no name, no link), none.
ALTER TABLE person ADD COLUMN mail_form TEXT NOT NULL DEFAULT 'plain';
-- Agreed with the practice, hashed like a password: without it nobody takes the lock off.
ALTER TABLE person ADD COLUMN safe_word TEXT;
-- When the practice may take the lock off, a day after it was asked; the client can cancel until then.
ALTER TABLE person ADD COLUMN lock_off_from BIGINT;
-- The same discreet mail for every client of a practice.
ALTER TABLE practice ADD COLUMN discreet BIGINT NOT NULL DEFAULT 0;

-- A report about a message names the message alone.
CREATE INDEX outbox_message ON outbox (id);
