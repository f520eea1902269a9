-- Heads of the audit log that were signed: where retention may cut, and what shows that nothing
-- before them is missing.
CREATE TABLE audit_head (
  incarnation {text} NOT NULL,
  position BIGINT NOT NULL,
  -- Microseconds since 1970, UTC.
  signed_at BIGINT NOT NULL,
  -- 1: the first of its day (UTC), which is kept as long as its entry; 0: kept for two days.
  first_of_day BIGINT NOT NULL,
  envelope {text} NOT NULL,
  PRIMARY KEY (incarnation, position)
);
