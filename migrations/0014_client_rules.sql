-- The practice's choices for how its clients sign in; each 1 or 0.
-- Whether passkeys are offered to clients. One that was made works on.
ALTER TABLE practice ADD COLUMN client_passkeys BIGINT NOT NULL DEFAULT 1;
-- Whether clients may set a passphrase of their own. One that was set stays.
ALTER TABLE practice ADD COLUMN client_passphrases BIGINT NOT NULL DEFAULT 1;
-- Whether clients may sign in with email and password.
ALTER TABLE practice ADD COLUMN client_passwords BIGINT NOT NULL DEFAULT 0;
-- When passwords stopped opening the portal; the sign-in page says so for a while.
ALTER TABLE practice ADD COLUMN client_passwords_off_at BIGINT;
-- When the ways to sign in last changed: whoever signed in before is told once.
ALTER TABLE practice ADD COLUMN client_ways_since BIGINT;
-- Where "Exit quickly" leads; empty: where it always did.
ALTER TABLE practice ADD COLUMN exit_to TEXT NOT NULL DEFAULT '';
-- When this client last read what is new about signing in.
ALTER TABLE person ADD COLUMN ways_read_at BIGINT;
