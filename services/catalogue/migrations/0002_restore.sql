-- Restores that the operator has named; each gave the store a new incarnation, once.
CREATE TABLE restore (
  name {text} PRIMARY KEY,
  restored_at BIGINT NOT NULL
);
