-- The first two characters of an address: whose it looks like, in whatever order the database's language puts letters.
CREATE INDEX person_email_begin ON person (practice_id, substr(email_key, 1, 2), email_key);
