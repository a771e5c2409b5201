-- A request for help stays on the practice's list until somebody has seen to it, however many days that takes.
CREATE INDEX link_ask_help ON link_ask (practice_id, help_at) WHERE help_at IS NOT NULL AND seen_to_at IS NULL;
-- Four characters behind the first two of an address: whose it looks like, when the first ones were mistyped.
CREATE INDEX person_email_inner ON person (practice_id, substr(email_key, 3, 4));
