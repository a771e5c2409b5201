-- From where the last of the counted tries came: a number about a person has no line that says it.
ALTER TABLE audit_gathered ADD COLUMN last_network TEXT NOT NULL DEFAULT '';
-- Every question it answered is answered by audit_pages, and each line of the record was written into both.
DROP INDEX audit_time;
