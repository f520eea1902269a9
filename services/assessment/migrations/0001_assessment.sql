-- What the assessment service keeps. `record` is a message of record.proto, serialized; the columns
-- beside it are what rows are found and ordered by, and are derived from it. Instants are
-- milliseconds since 1970, UTC. Keys of what belongs to an enterprise begin with its USCC.

-- Locked by whoever changes anything of the enterprise.
CREATE TABLE enterprise (
  uscc {text} PRIMARY KEY,
  name {text} NOT NULL,
  region {text} NOT NULL,
  review_unit {text} NOT NULL,
  is_test BOOLEAN NOT NULL,
  record {bytes} NOT NULL
);
CREATE INDEX enterprise_unit ON enterprise (review_unit, uscc, is_test);
CREATE INDEX enterprise_region ON enterprise (region, uscc, is_test);
-- Names are searched in it, without reading the records.
CREATE INDEX enterprise_name ON enterprise (uscc, is_test, name);

-- The platforms that act for an enterprise.
CREATE TABLE enrolment (
  uscc {text} NOT NULL,
  issuer {text} NOT NULL,
  subject {text} NOT NULL,
  PRIMARY KEY (uscc, issuer, subject)
);
CREATE INDEX enrolment_platform ON enrolment (issuer, subject, uscc);

CREATE TABLE change_request (
  uscc {text} NOT NULL,
  number BIGINT NOT NULL,
  -- ChangeRequest.State.
  state BIGINT NOT NULL,
  -- The receiving unit.
  unit {text} NOT NULL,
  requested_at BIGINT NOT NULL,
  record {bytes} NOT NULL,
  PRIMARY KEY (uscc, number)
);
CREATE INDEX change_request_oldest ON change_request (requested_at, uscc, number);
CREATE INDEX change_request_state ON change_request (state, requested_at, uscc, number);
CREATE INDEX change_request_unit ON change_request (unit, requested_at, uscc, number, state);

CREATE TABLE campaign (
  campaign {text} PRIMARY KEY,
  programme {text} NOT NULL,
  -- Minus the year: the latest first.
  year_order BIGINT NOT NULL,
  opens_at BIGINT NOT NULL,
  -- The greatest number: it has no end.
  closes_at BIGINT NOT NULL,
  deleted BOOLEAN NOT NULL,
  record {bytes} NOT NULL
);

-- 应报名单
CREATE TABLE target (
  campaign {text} NOT NULL,
  uscc {text} NOT NULL,
  plant {text} NOT NULL,
  -- A serialized Target.
  record {bytes} NOT NULL,
  PRIMARY KEY (campaign, uscc, plant)
);

CREATE TABLE assessment (
  uscc {text} NOT NULL,
  plant {text} NOT NULL,
  campaign {text} NOT NULL,
  release_digest {text} NOT NULL,
  closed BOOLEAN NOT NULL,
  updated_at BIGINT NOT NULL,
  record {bytes} NOT NULL,
  PRIMARY KEY (uscc, plant, campaign)
);
-- A repin finds the drafts that are still under another release.
CREATE INDEX assessment_release ON assessment (campaign, release_digest, uscc, plant)
  WHERE closed = FALSE;

CREATE TABLE submission (
  uscc {text} NOT NULL,
  plant {text} NOT NULL,
  campaign {text} NOT NULL,
  number BIGINT NOT NULL,
  programme {text} NOT NULL,
  -- The first of the path at the time of the submission: whose enterprise it was.
  receiving_unit {text} NOT NULL,
  -- SubmissionState, Stage, Assurance.
  state BIGINT NOT NULL,
  stage BIGINT NOT NULL,
  assurance BIGINT NOT NULL,
  effective BOOLEAN NOT NULL,
  is_test BOOLEAN NOT NULL,
  submitted_at BIGINT NOT NULL,
  -- The greatest number: no date is said.
  due_at BIGINT NOT NULL,
  -- Whose queues it stands in, for a review and for an objection; empty: nobody's.
  queue_unit {text} NOT NULL,
  objection_unit {text} NOT NULL,
  objection_stage BIGINT NOT NULL,
  -- Who has it in hand until when; 0 and empty: nobody.
  taken_until BIGINT NOT NULL,
  taken_issuer {text} NOT NULL,
  taken_subject {text} NOT NULL,
  receipt_no {text} NOT NULL,
  record {bytes} NOT NULL,
  -- Envelopes: of the submission, and of its latest decision. No list reads them.
  receipt {bytes},
  decision_receipt {bytes},
  PRIMARY KEY (uscc, plant, campaign, number)
);
CREATE UNIQUE INDEX submission_receipt ON submission (receipt_no);
-- Each of them gives its rows from the newest.
CREATE INDEX submission_newest ON submission (submitted_at, uscc, plant, campaign, number);
CREATE INDEX submission_campaign ON submission
  (campaign, submitted_at, uscc, plant, number);
CREATE INDEX submission_state ON submission
  (state, submitted_at, uscc, plant, campaign, number);
CREATE INDEX submission_campaign_state ON submission
  (campaign, state, submitted_at, uscc, plant, number);
-- By these the rows of some units, or programmes, are counted and gathered.
CREATE INDEX submission_unit ON submission (receiving_unit, state, effective);
CREATE INDEX submission_unit_campaign ON submission (receiving_unit, campaign, state, effective);
CREATE INDEX submission_programme ON submission (programme, state, effective, receiving_unit);
-- Of one unit, or programme, from the newest.
CREATE INDEX submission_unit_newest ON submission
  (receiving_unit, submitted_at, uscc, plant, campaign, number, state, effective);
CREATE INDEX submission_programme_newest ON submission
  (programme, submitted_at, uscc, plant, campaign, number, state, effective);
-- Queues, in their order: of a unit, and of all.
CREATE INDEX submission_queue_unit ON submission
  (queue_unit, due_at, submitted_at, uscc, plant, campaign, number, stage, taken_until)
  WHERE queue_unit <> '';
CREATE INDEX submission_queue ON submission
  (due_at, submitted_at, uscc, plant, campaign, number, queue_unit, stage, taken_until)
  WHERE queue_unit <> '';
CREATE INDEX submission_objection_unit ON submission
  (objection_unit, due_at, submitted_at, uscc, plant, campaign, number, objection_stage, taken_until)
  WHERE objection_unit <> '';
CREATE INDEX submission_objection ON submission
  (due_at, submitted_at, uscc, plant, campaign, number, objection_unit, objection_stage, taken_until)
  WHERE objection_unit <> '';
CREATE INDEX submission_taken ON submission (taken_issuer, taken_subject)
  WHERE taken_subject <> '';

-- Whose files have the same content.
CREATE TABLE evidence (
  uscc {text} NOT NULL,
  plant {text} NOT NULL,
  campaign {text} NOT NULL,
  number BIGINT NOT NULL,
  -- From 0, in the order of the submission.
  position BIGINT NOT NULL,
  -- Lower-case hex.
  sha256 {text} NOT NULL,
  receiving_unit {text} NOT NULL,
  is_test BOOLEAN NOT NULL,
  PRIMARY KEY (uscc, plant, campaign, number, position)
);
CREATE INDEX evidence_file ON evidence
  (sha256, is_test, receiving_unit, uscc, plant, campaign, number);

-- Who else read what of an enterprise.
CREATE TABLE file_access (
  uscc {text} NOT NULL,
  read_at BIGINT NOT NULL,
  -- At random: page tokens say it.
  id {text} NOT NULL,
  -- SHA-256 of who it was and what was read: several reads of one person are one entry.
  reading {bytes} NOT NULL,
  -- A serialized FileAccess.
  record {bytes} NOT NULL,
  PRIMARY KEY (uscc, read_at, id)
);
CREATE INDEX file_access_reading ON file_access (uscc, reading, read_at);

-- Requests that were answered: common/sql/request_log.h.
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
CREATE INDEX request_age ON request (method, created_at);

-- When a request to submit came first that could not be carried out: it counts as made then.
CREATE TABLE received_request (
  method {text} NOT NULL,
  parent {text} NOT NULL,
  request_id {text} NOT NULL,
  sha256 {bytes} NOT NULL,
  received_at BIGINT NOT NULL,
  PRIMARY KEY (method, parent, request_id)
);

-- Periods of campaigns that are closed.
CREATE TABLE period (
  campaign {text} NOT NULL,
  period {text} NOT NULL,
  closed_at BIGINT NOT NULL,
  PRIMARY KEY (campaign, period)
);
