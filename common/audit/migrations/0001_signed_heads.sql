-- Heads of the audit log that were signed: what a cut tail shows against, and where retention may
-- cut.
CREATE TABLE audit_head (
  incarnation {text} NOT NULL,
  position BIGINT NOT NULL,
  signed_at BIGINT NOT NULL,
  envelope {text} NOT NULL,
  PRIMARY KEY (incarnation, position)
);
