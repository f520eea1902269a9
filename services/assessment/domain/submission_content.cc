#include "services/assessment/domain/submission_content.h"

#include <set>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "common/status/status_macros.h"
#include "common/text/utf8.h"
#include "common/time/timestamp.h"
#include "services/assessment/domain/draft.h"
#include "services/assessment/domain/draft_errors.h"
#include "services/assessment/domain/texts.h"

namespace zhiping::assessment {
namespace {

using criteria::Criteria;

constexpr int kMaxNameCharacters = 100;

bool LacksReason(const common::v1::Answer& answer) {
  return answer.level() == criteria::kNotApplicableId && TrimBlanks(answer.reason()).empty();
}

// What is to be done about the number-th answer.
FieldViolation DescribeUnanswered(const Criteria& criteria, const v1::DraftAnswer& answer,
                                  int number) {
  const auto& scenario = criteria.edition().scenarios(number);
  const std::string zh = absl::StrCat("场景“", scenario.name().text(), "”");
  const std::string en = absl::StrCat("Scenario ", scenario.id());
  const std::string level = absl::StrCat("answers[", number, "].level");
  if (answer.to_confirm()) {
    return MakeViolation(
        level, Reason::INCOMPLETE,
        absl::StrCat(zh, "待确认，建议：", AnswerName(criteria, answer.proposed_level()), "。"),
        absl::StrCat(en, " is to be confirmed; proposed: ", answer.proposed_level(), "."));
  }
  if (!answer.answer().level().empty()) {
    return MakeViolation(absl::StrCat("answers[", number, "].reason"), Reason::REASON_REQUIRED,
                         absl::StrCat(zh, "填“不适用”时须写明理由。"),
                         absl::StrCat(en, " is not_applicable: a reason is required."));
  }
  return MakeViolation(level, Reason::INCOMPLETE, absl::StrCat(zh, "待填写。"),
                       absl::StrCat(en, " is missing."));
}

absl::Status CheckComplete(const Criteria& criteria, const v1::Assessment& draft) {
  Violations violations;
  std::vector<std::string> missing, to_confirm;
  for (int i = 0; i < draft.answers_size(); ++i) {
    const auto& answer = draft.answers(i);
    if (answer.to_confirm()) {
      to_confirm.push_back(answer.answer().scenario());
    } else if (answer.answer().level().empty() || LacksReason(answer.answer())) {
      missing.push_back(answer.answer().scenario());
    } else {
      continue;
    }
    violations.Add([&] { return DescribeUnanswered(criteria, answer, i); });
  }
  if (violations.empty()) return absl::OkStatus();
  return MakeErrorWith(
      absl::StatusCode::kFailedPrecondition, Reason::INCOMPLETE,
      absl::StrCat("还不能提交：待填写 ", missing.size(), " 个场景，待确认 ", to_confirm.size(),
                   " 个场景（Preview 列出全部）。"),
      absl::StrCat("It cannot be submitted yet: scenarios that are missing: ", missing.size(),
                   ", to be confirmed: ", to_confirm.size(), "; Preview lists them all."),
      {{"missing", absl::StrJoin(missing, ",")}, {"toConfirm", absl::StrJoin(to_confirm, ",")}},
      violations);
}

absl::Status CheckCommitment(const v1::SubmitRequest& request, const v1::Commitment& commitment) {
  if (!request.commitment_given() || request.commitment_version() != commitment.version()) {
    return MakeError(
        absl::StatusCode::kFailedPrecondition, Reason::COMMITMENT_REQUIRED,
        absl::StrCat("提交前须确认现行的真实性承诺（版本 ", commitment.version(), "）。"),
        absl::StrCat("The commitment, version ", commitment.version(),
                     ", has to be given to submit."),
        {{"commitmentVersion", commitment.version()}});
  }
  Violations violations;
  CheckRequiredName(request.commitment_given_by(), kMaxNameCharacters, "commitmentGivenBy",
                    violations);
  return violations.ToStatus();
}

}  // namespace

absl::Status CheckSubmittable(const Criteria& criteria, const v1::AssessmentRecord& record,
                              const v1::SubmitRequest& request, const v1::Commitment& commitment) {
  RETURN_IF_ERROR(CheckComplete(criteria, record.assessment()));
  return CheckCommitment(request, commitment);
}

absl::Status ReleaseWithdrawn(const v1::AssessmentRecord& record, const v1::Campaign& campaign) {
  const std::string& label = record.assessment().release_label();
  const bool pinned = !campaign.release_digest().empty();
  return MakeError(
      absl::StatusCode::kFailedPrecondition, Reason::RELEASE_WITHDRAWN,
      absl::StrCat(
          "发布版 ", label, " 已被撤回，不能再据此提交；草稿原样保留，",
          pinned ? "请等待批次改用新的发布版。" : "请先用 Rebase 改用现行发布版，再提交。"),
      absl::StrCat("Release ", label,
                   " was withdrawn: nothing can be submitted under it any more. The draft stays as "
                   "it is",
                   pinned ? ", until the campaign has another release."
                          : "; take it to the release in force by Rebase, and submit it then."),
      {{"digest", record.assessment().release_digest()}});
}

ScoreInput ScoreInputOf(const v1::AssessmentRecord& record) {
  ScoreInput input;
  for (const auto& answer : record.assessment().answers()) {
    // A level is empty while it is to be confirmed.
    if (!answer.answer().level().empty()) *input.answers.Add() = answer.answer();
  }
  for (const auto& fact : record.assessment().facts()) {
    if (fact.counts()) *input.facts.Add() = fact.value();
  }
  return input;
}

std::vector<std::string> MissingFacts(const Criteria& criteria,
                                      const v1::AssessmentRecord& record) {
  std::set<std::string> given;
  for (const auto& fact : record.assessment().facts()) given.insert(fact.value().fact());
  std::vector<std::string> missing;
  for (const auto& fact : criteria.rulebook().facts()) {
    if (given.count(fact.name()) == 0) missing.push_back(fact.name());
  }
  return missing;
}

v1::GivenCommitment GivenCommitmentOf(const v1::SubmitRequest& request,
                                      const v1::Commitment& commitment, absl::Time now) {
  v1::GivenCommitment given;
  given.set_version(commitment.version());
  given.set_text(commitment.text().zh());
  *given.mutable_given_at() = ToTimestamp(now);
  given.set_given_by(std::string(TrimBlanks(request.commitment_given_by())));
  return given;
}

v1::SubmittedContent ContentOf(const Criteria& criteria, const v1::AssessmentRecord& record,
                               const v1::Snapshot& snapshot, const v1::GivenCommitment& commitment,
                               const common::v1::ScoreResult& result, absl::Time now) {
  const auto& draft = record.assessment();
  v1::SubmittedContent content;
  content.set_programme(draft.programme());
  content.set_release_digest(draft.release_digest());
  content.set_release_label(draft.release_label());
  *content.mutable_snapshot() = snapshot;
  for (const auto& answer : draft.answers()) *content.add_answers() = answer.answer();
  for (const auto& fact : draft.facts()) {
    if (!fact.counts()) continue;
    auto& submitted = *content.add_facts();
    *submitted.mutable_value() = fact.value();
    submitted.set_source(fact.source());
  }
  for (const auto& evidence : draft.evidence()) {
    v1::SubmittedEvidence submitted;
    submitted.set_name(evidence.name());
    submitted.set_sha256(evidence.sha256());
    submitted.set_size(evidence.size());
    submitted.set_effective_on(evidence.effective_on());
    submitted.set_expires_on(evidence.expires_on());
    for (const std::string& scenario : evidence.scenarios()) {
      if (criteria.FindScenario(scenario) >= 0) submitted.add_scenarios(scenario);
    }
    if (!submitted.scenarios().empty()) *content.add_evidence() = submitted;
  }
  *content.mutable_commitment() = commitment;
  *content.mutable_result() = result;
  *content.mutable_submitted_at() = ToTimestamp(now);
  return content;
}

}  // namespace zhiping::assessment
