#include "services/assessment/domain/counted_findings.h"

#include <algorithm>

#include "google/protobuf/util/message_differencer.h"
#include "services/assessment/domain/findings.h"
#include "services/assessment/domain/stages.h"

namespace zhiping::assessment {
namespace {

using google::protobuf::util::MessageDifferencer;
using v1::Decision;

// Those of stages that the assurance has reached.
FindingList Reached(const FindingList& findings, v1::Assurance::Value assurance) {
  FindingList reached;
  for (const v1::Finding& finding : findings) {
    if (AssuranceOf(finding.stage()) <= assurance) *reached.Add() = finding;
  }
  return reached;
}

// Of all stages. Of records from before they were kept what those were read as.
FindingList CountedOf(const v1::SubmissionRecord& record) {
  const auto& standing = record.submission().standing();
  if (record.has_counted()) return record.counted().findings();
  return standing.state() == v1::SubmissionState::UNDER_REVIEW
             ? Reached(standing.findings(), standing.assurance())
             : standing.findings();
}

// The stage's own as they are now, beside what counts of those below it.
FindingList DecidedAt(v1::Stage::Value stage, const FindingList& counted,
                      const v1::SubmissionRecord& record) {
  FindingList decided;
  for (const v1::Finding& finding : counted) {
    if (finding.stage() < stage) *decided.Add() = finding;
  }
  for (const v1::Finding& finding : record.submission().standing().findings()) {
    if (finding.stage() == stage) *decided.Add() = finding;
  }
  return decided;
}

bool Has(const FindingList& findings, const v1::Finding& finding) {
  return std::any_of(findings.begin(), findings.end(), [&](const v1::Finding& other) {
    return MessageDifferencer::Equals(other, finding);
  });
}

}  // namespace

std::vector<v1::Finding> CountingFindings(const v1::SubmissionRecord& record) {
  std::vector<v1::Finding> counting;
  for (const v1::Finding& finding : CountedOf(record)) {
    const auto other =
        std::find_if(counting.begin(), counting.end(),
                     [&](const v1::Finding& earlier) { return SameSubject(earlier, finding); });
    if (other == counting.end()) {
      counting.push_back(finding);
    } else if (other->stage() < finding.stage()) {
      *other = finding;
    }
  }
  return counting;
}

void MarkUndecidedFindings(const v1::SubmissionRecord& record, v1::SubmissionStanding& standing) {
  const FindingList counted = CountedOf(record);
  for (const v1::Finding& finding : counted) {
    if (!Has(standing.findings(), finding)) *standing.add_replaced_findings() = finding;
  }
  for (v1::Finding& finding : *standing.mutable_findings()) {
    finding.set_pending(!Has(counted, finding));
  }
}

void CountByDecision(v1::Assurance::Value assurance, v1::SubmissionRecord& record) {
  const auto& standing = record.submission().standing();
  const Decision& decision = *standing.decisions().rbegin();
  FindingList before = CountedOf(record);
  FindingList counted = before;
  switch (decision.kind()) {
    case Decision::APPROVED:
    case Decision::RETURNED_TO_ENTERPRISE:
    case Decision::REJECTED:
      counted = DecidedAt(decision.stage(), before, record);
      break;
    case Decision::RETURNED_TO_PREVIOUS_STAGE:
      counted = Reached(before, assurance);
      break;
    case Decision::RECALLED:
    case Decision::OBJECTION_UPHELD:
      counted = Reached(record.has_counted() ? record.counted().before() : standing.findings(),
                        assurance);
      break;
    default:
      break;
  }
  record.mutable_counted()->mutable_findings()->Swap(&counted);
  record.mutable_counted()->mutable_before()->Swap(&before);
}

void KeepCounting(v1::SubmissionRecord& record) {
  FindingList counted = CountedOf(record);
  record.mutable_counted()->mutable_findings()->Swap(&counted);
}

void DropUndecidedFindings(v1::SubmissionRecord& record) {
  FindingList counted = CountedOf(record);
  record.mutable_submission()->mutable_standing()->mutable_findings()->Swap(&counted);
}

}  // namespace zhiping::assessment
