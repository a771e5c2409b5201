-- The sealing worker looks at what is new in all practices at once; people look at one practice, newest first.
CREATE INDEX audit_new ON audit (at);
CREATE INDEX audit_pages ON audit (practice_id, at, id);
CREATE INDEX audit_actor ON audit (practice_id, actor_id, at);
