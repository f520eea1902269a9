-- Every receipt of a decision about a submission (审核回执), by the number of the decision. Those that
-- were signed before this table have the number 0 and are not found by their receipt number; the
-- column submission.decision_receipt is not used any more.
CREATE TABLE decision_receipt (
  uscc {text} NOT NULL,
  plant {text} NOT NULL,
  campaign {text} NOT NULL,
  number BIGINT NOT NULL,
  decision BIGINT NOT NULL,
  receipt_no {text},
  receipt {bytes} NOT NULL,
  PRIMARY KEY (uscc, plant, campaign, number, decision)
);
CREATE UNIQUE INDEX decision_receipt_no ON decision_receipt (receipt_no);
INSERT INTO decision_receipt (uscc, plant, campaign, number, decision, receipt)
  SELECT uscc, plant, campaign, number, 0, decision_receipt FROM submission
  WHERE decision_receipt IS NOT NULL;
