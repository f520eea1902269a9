#include "services/assessment/domain/submission_acts.h"

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"
#include "common/status/status_macros.h"
#include "common/time/timestamp.h"
#include "services/assessment/domain/counted_findings.h"
#include "services/assessment/domain/draw.h"
#include "services/assessment/domain/standing.h"
#include "services/assessment/domain/texts.h"

namespace zhiping::assessment {
namespace {

using v1::SubmissionState;

constexpr int kMaxApplicationCharacters = 100;
// Of an assessment: each act on one reads them all.
constexpr size_t kMaxSubmissions = 200;
constexpr int kDefaultReturnDays = 10;
constexpr absl::Duration kDefaultTakeTtl = absl::Hours(4);

// What the campaign says, as it is at the moment.
void FillPolicy(const v1::Campaign& campaign, v1::SubmissionRecord& record) {
  const auto& snapshot = record.submission().content().snapshot();
  record.set_review_due(IsReviewDue(campaign, snapshot.uscc(), snapshot.plant()));
  record.set_return_days(campaign.return_days() > 0 ? campaign.return_days() : kDefaultReturnDays);
  record.set_appeal_days(campaign.appeal_days());
  *record.mutable_due_days() = campaign.due_days();
  *record.mutable_take_ttl() = campaign.take_ttl();
  if (campaign.take_ttl().seconds() == 0 && campaign.take_ttl().nanos() == 0) {
    record.mutable_take_ttl()->set_seconds(absl::ToInt64Seconds(kDefaultTakeTtl));
  }
}

// Handing in again takes the place of what was returned or rejected.
void LapseObjections(Submissions& all) {
  for (v1::SubmissionRecord& record : all) {
    const auto state = record.submission().standing().state();
    if (state == SubmissionState::RETURNED || state == SubmissionState::REJECTED) {
      LapseObjection(record);
    }
  }
}

auto FindCitation(v1::SubmissionStanding& standing, absl::string_view application) {
  return std::find_if(
      standing.mutable_citations()->begin(), standing.mutable_citations()->end(),
      [&](const v1::Citation& citation) { return citation.application() == application; });
}

absl::Status Cited(const v1::SubmissionRecord& record) {
  const std::string& application = record.submission().standing().citations(0).application();
  return MakeError(absl::StatusCode::kFailedPrecondition, Reason::CITED,
                   absl::StrCat("申报书 ", application, " 引用了该提交件，须先由平台取消引用。"),
                   absl::StrCat("Application ", application,
                                " cites the submission: the platform has to uncite it first."),
                   {{"application", application}});
}

}  // namespace

absl::Status Submit(const Act& act, const v1::Campaign& campaign, NewSubmission submitted,
                    Submissions& all) {
  RETURN_IF_ERROR(CheckRole(act.actor, kEnterprises));
  if (IsLocked(all)) {
    return MakeError(absl::StatusCode::kFailedPrecondition, Reason::ASSESSMENT_LOCKED,
                     absl::StrCat("第 ", all.size(), " 次提交正在审核，审结或撤回后才能再次提交。"),
                     absl::StrCat("Submission ", all.size(),
                                  " is under review: submit again once it is decided or "
                                  "withdrawn."));
  }
  if (all.size() >= kMaxSubmissions) {
    return MakeError(
        absl::StatusCode::kFailedPrecondition, Reason::TOO_MANY,
        absl::StrCat("一份自评测最多提交 ", kMaxSubmissions, " 次。"),
        absl::StrCat("An assessment is submitted at most ", kMaxSubmissions, " times."));
  }
  LapseObjections(all);
  v1::SubmissionRecord& record = all.emplace_back();
  auto& key = *record.mutable_submission()->mutable_key();
  key.set_enterprise(submitted.key.enterprise());
  key.set_plant(submitted.key.plant());
  key.set_campaign(submitted.key.campaign());
  key.set_number(static_cast<int32_t>(all.size()));
  auto& content = *record.mutable_submission()->mutable_content();
  content = std::move(submitted.content);
  *content.mutable_submitted_at() = ToTimestamp(act.now);
  record.mutable_stages()->Assign(submitted.stages.begin(), submitted.stages.end());
  *record.mutable_submitted_by() = act.actor.person;
  *record.mutable_parties() = std::move(submitted.filled_in_by);
  AddPerson(act.actor.person, *record.mutable_parties());
  *record.mutable_kept_beside() = std::move(submitted.kept_beside);
  FillPolicy(campaign, record);
  record.mutable_submission()->mutable_standing()->set_assurance(v1::Assurance::SELF_EVALUATED);
  if (record.review_due()) {
    PutUnderReview(act, record.stages(0).stage(), record);
  } else {
    SetState(SubmissionState::COMPLETE, record);
  }
  Touch(record);
  Supersede(record, all);
  SetEffective(all);
  return absl::OkStatus();
}

absl::Status Withdraw(const Act& act, absl::string_view reason, Submissions& all) {
  RETURN_IF_ERROR(CheckRole(act.actor, kEnterprises));
  Violations violations;
  CheckRequiredText(reason, kMaxReasonCharacters, "reason", violations, Lines::kMany);
  RETURN_IF_ERROR(violations.ToStatus());
  ASSIGN_OR_RETURN(v1::SubmissionRecord* const record, FindSubmission(act, all));
  auto& standing = *record->mutable_submission()->mutable_standing();
  if (standing.state() != SubmissionState::COMPLETE &&
      standing.state() != SubmissionState::UNDER_REVIEW) {
    return WrongState(*record);
  }
  if (!standing.citations().empty()) return Cited(*record);
  RETURN_IF_ERROR(CheckEtag(act, *record));
  DropUndecidedFindings(*record);
  SetState(SubmissionState::WITHDRAWN, *record);
  standing.set_assurance(v1::Assurance::SELF_EVALUATED);
  Touch(*record);
  Restore(*record, all);
  SetEffective(all);
  return absl::OkStatus();
}

absl::Status Cite(const Act& act, const v1::Campaign& campaign, absl::string_view application,
                  Submissions& all) {
  RETURN_IF_ERROR(CheckRole(act.actor, kPlatforms));
  Violations violations;
  CheckRequiredText(application, kMaxApplicationCharacters, "application", violations);
  RETURN_IF_ERROR(violations.ToStatus());
  ASSIGN_OR_RETURN(v1::SubmissionRecord* const record, FindSubmission(act, all));
  if (!Stands(*record)) return WrongState(*record);
  auto& standing = *record->mutable_submission()->mutable_standing();
  if (FindCitation(standing, application) != standing.mutable_citations()->end()) {
    return absl::OkStatus();
  }
  if (standing.citations_size() >= kMaxCitations) {
    return MakeError(absl::StatusCode::kFailedPrecondition, Reason::TOO_MANY,
                     absl::StrCat("一份提交件最多由 ", kMaxCitations, " 份申报书引用。"),
                     absl::StrCat("At most ", kMaxCitations, " applications cite a submission."));
  }
  auto& citation = *standing.add_citations();
  citation.set_application(std::string(application));
  *citation.mutable_cited_at() = ToTimestamp(act.now);
  if (standing.state() == SubmissionState::COMPLETE &&
      ReviewModeOf(campaign) == v1::ReviewPolicy::CITED) {
    PutUnderReview(act, record->stages(0).stage(), *record);
  }
  Touch(*record);
  SetEffective(all);
  return absl::OkStatus();
}

absl::Status Uncite(const Act& act, absl::string_view application, Submissions& all) {
  RETURN_IF_ERROR(CheckRole(act.actor, kPlatforms));
  ASSIGN_OR_RETURN(v1::SubmissionRecord* const record, FindSubmission(act, all));
  auto& standing = *record->mutable_submission()->mutable_standing();
  const auto citation = FindCitation(standing, application);
  if (citation == standing.mutable_citations()->end()) {
    return MakeError(
        absl::StatusCode::kFailedPrecondition, Reason::NOT_CITED,
        absl::StrCat("申报书“", application, "”没有引用该提交件。"),
        absl::StrCat("Application \"", application, "\" does not cite the submission."));
  }
  standing.mutable_citations()->erase(citation);
  Touch(*record);
  SetEffective(all);
  return absl::OkStatus();
}

}  // namespace zhiping::assessment
