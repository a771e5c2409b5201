-- SQLite changes a row in place and has one writer: nothing to do.
SELECT 1;
