// Which findings (审核认定) count: those that a decision made count, until another one does. What
// is recorded or taken back meanwhile waits for its stage's next decision.
#pragma once

#include <vector>

#include "services/assessment/domain/act.h"

namespace zhiping::assessment {

// Each scenario and fact once, by the latest stage that has one.
std::vector<v1::Finding> CountingFindings(const v1::SubmissionRecord& record);

// In what officials get of the standing: which of the findings wait for a decision, and which count
// though they are not recorded any more.
void MarkUndecidedFindings(const v1::SubmissionRecord& record, v1::SubmissionStanding& standing);

// The latest decision, under which the submission comes to that assurance. REQUIRES: state and
// assurance are still those of before it.
void CountByDecision(v1::Assurance::Value assurance, v1::SubmissionRecord& record);

// What counts now goes on counting, whatever becomes of the findings that were recorded.
void KeepCounting(v1::SubmissionRecord& record);

// What no decision made count, and never will, is as if it never was.
void DropUndecidedFindings(v1::SubmissionRecord& record);

}  // namespace zhiping::assessment
