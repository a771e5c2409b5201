-- Until when a message is of use (unix seconds); NULL: however late. What holds a code or a short-lived link is not sent after that.
ALTER TABLE outbox ADD COLUMN useful_until BIGINT;
