-- What this database's audit log is called in its heads: made with the database and, unlike the
-- incarnation, the same after a restore, so that what a restore loses shows.
CREATE TABLE audit_log (
  singleton BIGINT PRIMARY KEY CHECK (singleton = 1),
  id {text} NOT NULL
);

-- Heads of other services' audit logs. Not entries of our own log: each service would log what the
-- other logs, for ever.
CREATE TABLE kept_audit_head (
  log {text} NOT NULL,
  position BIGINT NOT NULL,
  -- In hex.
  hash {text} NOT NULL,
  service {text} NOT NULL,
  -- Microseconds since 1970, UTC, by the signer's clock and by ours.
  signed_at BIGINT NOT NULL,
  kept_at BIGINT NOT NULL,
  -- It contradicted what was kept when it came.
  contradicts BOOLEAN NOT NULL,
  -- Kept as long as any; others are kept for two days.
  lasting BOOLEAN NOT NULL,
  envelope {text} NOT NULL,
  PRIMARY KEY (log, position, hash)
);

CREATE INDEX kept_audit_head_by_age ON kept_audit_head (kept_at);
