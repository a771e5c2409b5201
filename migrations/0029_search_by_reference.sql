-- A search in the list of clients looks at the practice's own number too, and reads this index alone.
DROP INDEX person_name;
CREATE INDEX person_name ON person (practice_id, kind, name, id, email_key, reference);
