#include "services/assessment/domain/findings.h"

#include <algorithm>

#include "common/status/status_macros.h"
#include "common/time/timestamp.h"
#include "services/assessment/domain/counted_findings.h"
#include "services/assessment/domain/decisions.h"
#include "services/assessment/domain/finding_check.h"
#include "services/assessment/domain/standing.h"

namespace zhiping::assessment {
namespace {

// Replaces the stage's own finding about the subject; an empty one takes it back.
void Put(const v1::Finding& finding, FindingList& findings) {
  const auto own = std::find_if(findings.begin(), findings.end(), [&](const v1::Finding& other) {
    return other.stage() == finding.stage() && SameSubject(other, finding);
  });
  const bool takes_back = finding.level().empty() && finding.value().empty();
  if (own == findings.end()) {
    if (!takes_back) *findings.Add() = finding;
  } else if (takes_back) {
    findings.erase(own);
  } else {
    *own = finding;
  }
}

}  // namespace

bool SameSubject(const v1::Finding& a, const v1::Finding& b) {
  return a.subject_case() == b.subject_case() && a.scenario() == b.scenario() &&
         a.fact() == b.fact();
}

absl::Status RecordFindings(const Act& act, const criteria::Criteria& criteria,
                            const FindingList& findings, Submissions& all) {
  Violations violations;
  CheckHasEtag(act, violations);
  RETURN_IF_ERROR(violations.ToStatus());
  ASSIGN_OR_RETURN(v1::SubmissionRecord* const record, FindToDecide(act, all));
  auto& standing = *record->mutable_submission()->mutable_standing();
  ASSIGN_OR_RETURN(FindingList checked, CheckFindings(criteria, *record, findings));
  KeepCounting(*record);
  for (v1::Finding& finding : checked) {
    finding.set_stage(standing.stage());
    *finding.mutable_found_at() = ToTimestamp(act.now);
    Put(finding, *standing.mutable_findings());
  }
  *record->mutable_findings_at() = ToTimestamp(act.now);
  AddFinder(act.actor.person, standing.stage(), *record);
  Touch(*record);
  return absl::OkStatus();
}

bool NeedsReviewedResult(const v1::SubmissionRecord& record) {
  return !record.submission().standing().has_reviewed_result() && !CountingFindings(record).empty();
}

ReviewedInput ReviewedInputOf(const v1::SubmissionRecord& record) {
  const auto& content = record.submission().content();
  ReviewedInput input;
  input.answers = content.answers();
  for (const auto& fact : content.facts()) *input.facts.Add() = fact.value();
  for (const v1::Finding& finding : CountingFindings(record)) {
    for (auto& answer : input.answers) {
      if (finding.has_scenario() && answer.scenario() == finding.scenario()) {
        answer.set_level(finding.level());
      }
    }
    for (auto& fact : input.facts) {
      if (finding.has_fact() && fact.fact() == finding.fact()) fact.set_value(finding.value());
    }
  }
  return input;
}

}  // namespace zhiping::assessment
