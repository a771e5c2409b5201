-- Rows that every sign-in or request changes leave room beside them: a change then stays on its page and touches no
-- index, so that sign-ins of different people do not meet at the pages by which they look each other up (decision 0012).
ALTER TABLE person SET (fillfactor = 70);
ALTER TABLE passkey SET (fillfactor = 70);
ALTER TABLE session SET (fillfactor = 80);
ALTER TABLE device SET (fillfactor = 80);
ALTER TABLE attempt SET (fillfactor = 80);
