-- submission.is_test and evidence.is_test say whether the enterprise is a test enterprise today; queues
-- leave those out by it. Before, both said what it was when it submitted.
UPDATE submission SET is_test =
  uscc IN (SELECT uscc FROM enterprise WHERE is_test = TRUE);
UPDATE evidence SET is_test =
  uscc IN (SELECT uscc FROM enterprise WHERE is_test = TRUE);
DROP INDEX submission_queue_unit;
CREATE INDEX submission_queue_unit ON submission
  (queue_unit, due_at, submitted_at, uscc, plant, campaign, number, stage, taken_until)
  WHERE queue_unit <> '' AND is_test = FALSE;
DROP INDEX submission_queue;
CREATE INDEX submission_queue ON submission
  (due_at, submitted_at, uscc, plant, campaign, number, queue_unit, stage, taken_until)
  WHERE queue_unit <> '' AND is_test = FALSE;
DROP INDEX submission_objection_unit;
CREATE INDEX submission_objection_unit ON submission
  (objection_unit, due_at, submitted_at, uscc, plant, campaign, number, objection_stage, taken_until)
  WHERE objection_unit <> '' AND is_test = FALSE;
DROP INDEX submission_objection;
CREATE INDEX submission_objection ON submission
  (due_at, submitted_at, uscc, plant, campaign, number, objection_unit, objection_stage, taken_until)
  WHERE objection_unit <> '' AND is_test = FALSE;
