-- What sequenced_log.h keeps.

-- Which history this store tells: renewed at each restore.
CREATE TABLE store_incarnation (
  singleton BIGINT PRIMARY KEY CHECK (singleton = 1),
  incarnation {bytes} NOT NULL
);

-- What transactions have appended and the sequencer has not moved yet.
CREATE TABLE log_outbox (
  id {identity},
  log {text} NOT NULL,
  instant BIGINT NOT NULL,
  bytes {bytes} NOT NULL
);

CREATE TABLE log_entry (
  log {text} NOT NULL,
  position BIGINT NOT NULL,
  prev_hash {bytes} NOT NULL,
  hash {bytes} NOT NULL,
  instant BIGINT NOT NULL,
  bytes {bytes} NOT NULL,
  PRIMARY KEY (log, position)
);
