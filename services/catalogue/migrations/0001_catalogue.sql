-- What the catalogue keeps. Instants are milliseconds since 1970, UTC.

-- A row for each programme that anything was imported or fenced for. It is locked by whoever changes
-- anything of the programme.
CREATE TABLE programme (
  programme {text} PRIMARY KEY,
  -- What the next activation gets.
  next_revision BIGINT NOT NULL,
  -- The highest validly signed revision that was met and was not issued here; 0: none.
  met_revision BIGINT NOT NULL,
  met_digest {text} NOT NULL,
  met_at BIGINT NOT NULL
);

-- Imported bytes; published once they have an envelope.
CREATE TABLE release (
  digest {text} PRIMARY KEY,
  programme {text} NOT NULL REFERENCES programme (programme),
  edition {text} NOT NULL,
  year BIGINT NOT NULL,
  -- The label is `year-number`.
  number BIGINT NOT NULL,
  -- A serialized ReleaseSummary.
  summary {bytes} NOT NULL,
  bytes {bytes} NOT NULL,
  imported_by {text} NOT NULL,
  imported_at BIGINT NOT NULL,
  envelope {bytes},
  published_at BIGINT
);

-- A label stands for one published release.
CREATE UNIQUE INDEX release_label ON release (edition, number) WHERE published_at IS NOT NULL;

CREATE INDEX release_published ON release (published_at) WHERE published_at IS NOT NULL;

CREATE TABLE activation (
  programme {text} NOT NULL REFERENCES programme (programme),
  revision BIGINT NOT NULL,
  digest {text} NOT NULL REFERENCES release (digest),
  in_force_from BIGINT NOT NULL,
  -- One a line.
  approvers {text} NOT NULL,
  reason {text} NOT NULL,
  -- ActivationRecord.Kind.
  kind BIGINT NOT NULL,
  -- The pending activation that this one cancelled; 0: none.
  cancelled_revision BIGINT NOT NULL,
  actor {text} NOT NULL,
  created_at BIGINT NOT NULL,
  PRIMARY KEY (programme, revision)
);

CREATE TABLE withdrawal (
  programme {text} NOT NULL REFERENCES programme (programme),
  digest {text} NOT NULL REFERENCES release (digest),
  -- Of the rollback that withdrew it.
  revision BIGINT NOT NULL,
  PRIMARY KEY (programme, digest)
);

CREATE TABLE notes (
  edition {text} NOT NULL,
  version BIGINT NOT NULL,
  envelope {bytes} NOT NULL,
  published_at BIGINT NOT NULL,
  PRIMARY KEY (edition, version)
);

-- Who follows, until they say goodbye.
CREATE TABLE instance (
  id {text} PRIMARY KEY,
  -- A serialized SubscribeRequest: instance, programmes and the last reports.
  record {bytes} NOT NULL,
  last_seen BIGINT NOT NULL
);

-- Requests that were answered: a retry gets the same bytes.
CREATE TABLE request (
  method {text} NOT NULL,
  parent {text} NOT NULL,
  request_id {text} NOT NULL,
  sha256 {bytes} NOT NULL,
  subject {text} NOT NULL,
  response {bytes} NOT NULL,
  created_at BIGINT NOT NULL,
  PRIMARY KEY (method, parent, request_id)
);
