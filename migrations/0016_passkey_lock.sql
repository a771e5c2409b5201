-- Since when a client's passkeys are the lock that the mailbox cannot open. It stays when the passkeys are gone: then nothing
-- in the mailbox opens the portal, and the practice helps.
ALTER TABLE person ADD COLUMN passkey_lock_since BIGINT;
