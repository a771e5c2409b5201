-- Each question that is asked again and again finds its rows by an index, however many others a practice has.
DROP INDEX finder_waiting;
CREATE INDEX finder_waiting ON finder (practice_id, next_at) WHERE request IS NOT NULL;
-- In the order of the page, too.
DROP INDEX audit_subject;
CREATE INDEX audit_subject ON audit (practice_id, subject_id, at, id);
CREATE INDEX attempt_person ON attempt (practice_id, person_id);
CREATE INDEX outbox_about ON outbox (practice_id, about, created_at);
-- The newest asking of an address is found without looking at the others'.
DROP INDEX link_ask_email;
CREATE INDEX link_ask_email ON link_ask (practice_id, email_key, asked_at, id);
