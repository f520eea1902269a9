-- What a platform lists without probing one enterprise after the other: the enterprises that it is
-- enrolled for, and their submissions. Both follow from the tables beside, and change with them.
ALTER TABLE enrolment ADD COLUMN is_test BOOLEAN NOT NULL DEFAULT FALSE;
UPDATE enrolment SET is_test = TRUE
  WHERE uscc IN (SELECT uscc FROM enterprise WHERE is_test = TRUE);
DROP INDEX enrolment_platform;
CREATE INDEX enrolment_platform ON enrolment (issuer, subject, uscc, is_test);

CREATE TABLE platform_submission (
  uscc {text} NOT NULL,
  plant {text} NOT NULL,
  campaign {text} NOT NULL,
  number BIGINT NOT NULL,
  -- The platform.
  issuer {text} NOT NULL,
  subject {text} NOT NULL,
  -- As in submission.
  state BIGINT NOT NULL,
  effective BOOLEAN NOT NULL,
  submitted_at BIGINT NOT NULL,
  PRIMARY KEY (uscc, plant, campaign, number, issuer, subject)
);
INSERT INTO platform_submission
    (uscc, plant, campaign, number, issuer, subject, state, effective, submitted_at)
  SELECT s.uscc, s.plant, s.campaign, s.number, n.issuer, n.subject, s.state, s.effective,
         s.submitted_at
  FROM enrolment n JOIN submission s ON s.uscc = n.uscc;
-- As those of submission: each gives its rows from the newest.
CREATE INDEX platform_submission_newest ON platform_submission
  (issuer, subject, submitted_at, uscc, plant, campaign, number, state, effective);
CREATE INDEX platform_submission_campaign ON platform_submission
  (issuer, subject, campaign, submitted_at, uscc, plant, number, effective);
CREATE INDEX platform_submission_state ON platform_submission
  (issuer, subject, state, submitted_at, uscc, plant, campaign, number, effective);
CREATE INDEX platform_submission_campaign_state ON platform_submission
  (issuer, subject, campaign, state, submitted_at, uscc, plant, number, effective);
