-- Clients who are stuck: the request number they read out, the help they ask for, the PIN born for that request.
ALTER TABLE link_ask ADD COLUMN request_number TEXT;
ALTER TABLE link_ask ADD COLUMN pin_tries BIGINT NOT NULL DEFAULT 0;
ALTER TABLE link_ask ADD COLUMN help_at BIGINT;
-- Sealed: how to reach the person and what they wrote.
ALTER TABLE link_ask ADD COLUMN help_note TEXT;
ALTER TABLE link_ask ADD COLUMN seen_to_at BIGINT;
CREATE INDEX link_ask_request ON link_ask (practice_id, request_number, asked_at);

-- What a client who cannot get in is told: phone, email, hours and form, each 1 or 0, and the practice's own words.
ALTER TABLE practice ADD COLUMN stuck_phone BIGINT NOT NULL DEFAULT 1;
ALTER TABLE practice ADD COLUMN stuck_email BIGINT NOT NULL DEFAULT 1;
ALTER TABLE practice ADD COLUMN stuck_form BIGINT NOT NULL DEFAULT 1;
ALTER TABLE practice ADD COLUMN stuck_words TEXT NOT NULL DEFAULT '';
-- Who may issue a PIN: everyone, administrators, nobody.
ALTER TABLE practice ADD COLUMN pin_by TEXT NOT NULL DEFAULT 'everyone';

CREATE TABLE pin (
    practice_id TEXT NOT NULL,
    id TEXT NOT NULL,
    ask_id TEXT NOT NULL,             -- opens this request, in the browser that shows its number
    person_id TEXT NOT NULL,          -- and for this client
    hash TEXT NOT NULL,               -- slow, with a key that is not in the database
    issued_by TEXT NOT NULL,
    issued_in TEXT NOT NULL,          -- hash of the issuer's browser: it cannot use the PIN itself
    issued_from TEXT NOT NULL,        -- the issuer's network, keyed
    created_at BIGINT NOT NULL,
    expires_at BIGINT NOT NULL,
    replaced_at BIGINT,
    used_at BIGINT,
    PRIMARY KEY (practice_id, id)
);
CREATE INDEX pin_ask ON pin (practice_id, ask_id);
CREATE INDEX pin_person ON pin (practice_id, person_id, created_at);
CREATE INDEX pin_old ON pin (expires_at);
