-- The submissions in a state of the enterprises of a platform, without reading the rows.
CREATE INDEX submission_enterprise_state ON submission (uscc, state, effective);
