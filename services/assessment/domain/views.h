// What is shown of a submission to whom.
#pragma once

#include "common/criteria/criteria.h"
#include "common/receipts/receipt.h"
#include "services/assessment/domain/act.h"
#include "zhiping/assessment/v1/change.pb.h"

namespace zhiping::assessment {

// For the enterprise and the platform: no name of an official, no internal comment; other comments
// and findings once a stage has decided after them.
v1::Submission ViewForEnterprise(const v1::SubmissionRecord& record, absl::Time now);
// For officials whose scope it is in: everything, with the names of who decided and who has it.
v1::Submission ViewForOfficials(const v1::SubmissionRecord& record, const v1::PersonRecord& viewer,
                                absl::Time now);

// What is signed of the latest decision: what the enterprise sees.
// REQUIRES: `criteria` is the submission's release; the reviewed result is made (findings.h).
v1::Receipt DecisionReceiptOf(const v1::SubmissionRecord& record,
                              const criteria::Criteria& criteria, const receipts::Origin& origin);

// Of what the same viewer gets of the submission.
v1::SubmissionSummary SummaryOf(const v1::Submission& view, bool evidence_matches);

// The entry of the log of changes: as it stands now, with what is in it if it was just `made`.
// Equal to the one before: nothing that the log tells has changed, and it need not be written.
v1::SubmissionChanged ChangeOf(const v1::SubmissionRecord& record, bool made);

}  // namespace zhiping::assessment
