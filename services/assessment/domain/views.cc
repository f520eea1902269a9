#include "services/assessment/domain/views.h"

#include <algorithm>
#include <vector>

#include "common/time/timestamp.h"
#include "services/assessment/domain/counted_findings.h"

namespace zhiping::assessment {
namespace {

// Who has it in hand, without saying who.
void FillTaken(const v1::SubmissionRecord& record, absl::Time now, v1::Submission& view) {
  if (!IsTaken(record, now)) return;
  *view.mutable_standing()->mutable_taken()->mutable_until() = record.taken_until();
}

v1::Submission ViewOf(const v1::SubmissionRecord& record, absl::Time now) {
  v1::Submission view = record.submission();
  view.mutable_standing()->set_etag(EtagOf(record));
  FillTaken(record, now, view);
  return view;
}

// Whether the enterprise may read it: it went out with a decision.
bool WentOut(const v1::Comment& comment, const v1::SubmissionStanding& standing) {
  return !comment.internal() && !standing.decisions().empty() &&
         FromTimestamp(comment.written_at()) <=
             FromTimestamp(standing.decisions().rbegin()->decided_at());
}

}  // namespace

v1::Submission ViewForEnterprise(const v1::SubmissionRecord& record, absl::Time now) {
  v1::Submission view = ViewOf(record, now);
  auto& standing = *view.mutable_standing();
  auto& comments = *standing.mutable_comments();
  comments.erase(std::remove_if(comments.begin(), comments.end(),
                                [&](const v1::Comment& comment) {
                                  return !WentOut(comment, record.submission().standing());
                                }),
                 comments.end());
  const std::vector<v1::Finding> findings = CountingFindings(record);
  standing.mutable_findings()->Assign(findings.begin(), findings.end());
  for (auto& decision : *standing.mutable_decisions()) decision.clear_decided_by();
  return view;
}

v1::Submission ViewForOfficials(const v1::SubmissionRecord& record, const v1::PersonRecord& viewer,
                                absl::Time now) {
  v1::Submission view = ViewOf(record, now);
  auto& standing = *view.mutable_standing();
  for (int i = 0; i < std::min(standing.decisions_size(), record.deciders_size()); ++i) {
    standing.mutable_decisions(i)->set_decided_by(record.deciders(i).name());
  }
  MarkUndecidedFindings(record, standing);
  if (standing.has_taken()) {
    standing.mutable_taken()->set_name(record.taken_by().name());
    standing.mutable_taken()->set_by_caller(IsTakenBy(record, viewer, now));
  }
  return view;
}

v1::Receipt DecisionReceiptOf(const v1::SubmissionRecord& record,
                              const criteria::Criteria& criteria, const receipts::Origin& origin) {
  return receipts::MakeReceipt(v1::Receipt::DECISION, ViewForEnterprise(record, origin.signed_at),
                               criteria, origin);
}

v1::SubmissionSummary SummaryOf(const v1::Submission& view, bool evidence_matches) {
  const auto& content = view.content();
  const auto& standing = view.standing();
  v1::SubmissionSummary summary;
  *summary.mutable_key() = view.key();
  summary.set_enterprise_name(content.snapshot().name());
  summary.set_plant_name(content.snapshot().plant_name());
  summary.set_receipt_no(view.receipt_no());
  summary.set_state(standing.state());
  summary.set_stage(standing.stage());
  summary.set_unit(standing.unit());
  summary.set_assurance(standing.assurance());
  summary.set_release_label(content.release_label());
  *summary.mutable_submitted_at() = content.submitted_at();
  if (standing.has_due_at()) *summary.mutable_due_at() = standing.due_at();
  if (standing.has_taken()) *summary.mutable_taken() = standing.taken();
  summary.set_open_comments(static_cast<int32_t>(
      std::count_if(standing.comments().begin(), standing.comments().end(),
                    [](const v1::Comment& comment) { return !comment.resolved(); })));
  summary.set_findings(standing.findings_size());
  summary.set_effective(standing.effective());
  *summary.mutable_index() = standing.has_reviewed_result() ? standing.reviewed_result().index()
                                                            : content.result().index();
  summary.set_evidence_matches(evidence_matches);
  summary.set_etag(standing.etag());
  summary.set_is_test(content.snapshot().is_test());
  return summary;
}

v1::SubmissionChanged ChangeOf(const v1::SubmissionRecord& record, bool made) {
  const auto& submission = record.submission();
  const auto& standing = submission.standing();
  v1::SubmissionChanged change;
  *change.mutable_key() = submission.key();
  change.set_programme(submission.content().programme());
  if (made) *change.mutable_content() = submission.content();
  change.set_state(standing.state());
  change.set_stage(standing.stage());
  change.set_unit(standing.unit());
  change.set_assurance(standing.assurance());
  change.set_effective(standing.effective());
  for (const v1::Finding& finding : CountingFindings(record)) *change.add_findings() = finding;
  if (standing.has_reviewed_result()) {
    *change.mutable_reviewed_result() = standing.reviewed_result();
  }
  change.set_receipt_no(submission.receipt_no());
  return change;
}

}  // namespace zhiping::assessment
