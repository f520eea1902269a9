#include "services/assessment/domain/decisions.h"

#include <algorithm>

#include "absl/strings/str_cat.h"
#include "common/status/status_macros.h"
#include "common/time/timestamp.h"
#include "services/assessment/domain/counted_findings.h"
#include "services/assessment/domain/stages.h"
#include "services/assessment/domain/standing.h"
#include "services/assessment/domain/texts.h"

namespace zhiping::assessment {
namespace {

using v1::Decision;
using v1::SubmissionState;

// `least`: 1 if the reason is required.
absl::Status CheckRequest(const Act& act, absl::string_view reason, int least) {
  Violations violations;
  if (least > 0) {
    CheckRequiredText(reason, kMaxReviewTextCharacters, "reason", violations, Lines::kMany);
  } else {
    CheckText(reason, kMaxReviewTextCharacters, "reason", violations, Lines::kMany);
  }
  CheckHasEtag(act, violations);
  return violations.ToStatus();
}

absl::StatusOr<v1::SubmissionRecord*> FindToDecide(const Act& act, absl::string_view reason,
                                                   int least, Submissions& all) {
  RETURN_IF_ERROR(CheckRole(act.actor, kReviewers));
  RETURN_IF_ERROR(CheckRequest(act, reason, least));
  return assessment::FindToDecide(act, all);
}

v1::Stage::Value StageOf(const v1::SubmissionRecord& record) {
  return record.submission().standing().stage();
}

void ApproveRecord(const Act& act, absl::string_view reason, v1::SubmissionRecord& record,
                   Submissions& all) {
  const v1::Stage::Value at = StageOf(record);
  AddDecision(act, at, Decision::APPROVED, reason, record);
  const int stage = IndexOfStage(record, at);
  if (stage + 1 < record.stages_size()) {
    PutUnderReview(act, record.stages(stage + 1).stage(), record);
  } else {
    SetState(SubmissionState::CONFIRMED, record);
    if (!CountingFindings(record).empty()) AllowObjection(act, record);
  }
  Supersede(record, all);
  SetEffective(all);
}

bool CanBeRecalled(Decision::Kind kind) {
  return kind == Decision::APPROVED || kind == Decision::RETURNED_TO_ENTERPRISE ||
         kind == Decision::RETURNED_TO_PREVIOUS_STAGE || kind == Decision::REJECTED;
}

bool CanBeRecalled(const v1::SubmissionStanding& standing) {
  switch (standing.state()) {
    case SubmissionState::UNDER_REVIEW:
    case SubmissionState::RETURNED:
    case SubmissionState::REJECTED:
    case SubmissionState::CONFIRMED:
      return !standing.decisions().empty() && CanBeRecalled(standing.decisions().rbegin()->kind());
    default:
      return false;
  }
}

// Whether anybody has done anything since that rests on the decision.
bool IsActedOn(const v1::SubmissionRecord& record, const Decision& decision, const Submissions& all,
               absl::Time now) {
  const auto& standing = record.submission().standing();
  const absl::Time decided_at = FromTimestamp(decision.decided_at());
  const auto later = [&](const google::protobuf::Timestamp& instant) {
    return FromTimestamp(instant) > decided_at;
  };
  return IsTaken(record, now) || OpenObjection(standing) != nullptr ||
         later(record.findings_at()) ||
         // Of records from before that was kept.
         std::any_of(standing.findings().begin(), standing.findings().end(),
                     [&](const v1::Finding& finding) { return later(finding.found_at()); }) ||
         std::any_of(standing.comments().begin(), standing.comments().end(),
                     [&](const v1::Comment& comment) { return later(comment.written_at()); }) ||
         std::any_of(standing.citations().begin(), standing.citations().end(),
                     [&](const v1::Citation& citation) { return later(citation.cited_at()); }) ||
         std::any_of(all.begin(), all.end(), [&](const v1::SubmissionRecord& other) {
           return later(other.submission().content().submitted_at());
         });
}

}  // namespace

absl::StatusOr<v1::SubmissionRecord*> FindToDecide(const Act& act, Submissions& all) {
  ASSIGN_OR_RETURN(v1::SubmissionRecord* const record,
                   FindInTurn(act, kReviewers, TurnKind::kReview, all));
  RETURN_IF_ERROR(CheckEtag(act, *record));
  RETURN_IF_ERROR(CheckPerson(act.actor.person, StageOf(*record), 0, *record));
  RETURN_IF_ERROR(CheckTaken(act, *record));
  return record;
}

absl::Status Approve(const Act& act, absl::string_view reason, Submissions& all) {
  ASSIGN_OR_RETURN(v1::SubmissionRecord* const record, FindToDecide(act, reason, 0, all));
  ApproveRecord(act, reason, *record, all);
  return absl::OkStatus();
}

absl::Status ApproveInBatch(const Act& act, Submissions& all) {
  RETURN_IF_ERROR(CheckRole(act.actor, kReviewers));
  RETURN_IF_ERROR(CheckRequest(act, "", 0));
  ASSIGN_OR_RETURN(v1::SubmissionRecord* const record,
                   FindInTurn(act, kReviewers, TurnKind::kReview, all));
  RETURN_IF_ERROR(CheckEtag(act, *record));
  const auto& standing = record->submission().standing();
  RETURN_IF_ERROR(CheckPerson(act.actor.person, standing.stage(), 0, *record));
  RETURN_IF_ERROR(CheckFree(act, *record));
  const bool holds_up = !standing.findings().empty() || !CountingFindings(*record).empty() ||
                        std::any_of(standing.comments().begin(), standing.comments().end(),
                                    [](const v1::Comment& comment) { return !comment.resolved(); });
  if (holds_up) {
    return MakeError(absl::StatusCode::kFailedPrecondition, Reason::OPEN_COMMENTS,
                     "该提交件有审核认定或未解决的意见，不能批量通过，请单独处理。",
                     "The submission has findings or open comments: it cannot be approved in a "
                     "batch, but by itself.");
  }
  ApproveRecord(act, "", *record, all);
  return absl::OkStatus();
}

absl::Status ReturnToEnterprise(const Act& act, absl::string_view reason, Submissions& all) {
  ASSIGN_OR_RETURN(v1::SubmissionRecord* const record, FindToDecide(act, reason, 1, all));
  AddDecision(act, StageOf(*record), Decision::RETURNED_TO_ENTERPRISE, reason, *record);
  SetState(SubmissionState::RETURNED, *record);
  AllowReturn(act, *record);
  AllowObjection(act, *record);
  SetEffective(all);
  return absl::OkStatus();
}

absl::Status ReturnToPreviousStage(const Act& act, absl::string_view reason, Submissions& all) {
  ASSIGN_OR_RETURN(v1::SubmissionRecord* const record, FindToDecide(act, reason, 1, all));
  const int stage = IndexOfStage(*record, StageOf(*record));
  if (stage <= 0) return WrongState(*record);
  AddDecision(act, StageOf(*record), Decision::RETURNED_TO_PREVIOUS_STAGE, reason, *record);
  PutUnderReview(act, record->stages(stage - 1).stage(), *record);
  SetEffective(all);
  return absl::OkStatus();
}

absl::Status Reject(const Act& act, absl::string_view reason, Submissions& all) {
  ASSIGN_OR_RETURN(v1::SubmissionRecord* const record, FindToDecide(act, reason, 1, all));
  AddDecision(act, StageOf(*record), Decision::REJECTED, reason, *record);
  SetState(SubmissionState::REJECTED, *record);
  AllowObjection(act, *record);
  SetEffective(all);
  return absl::OkStatus();
}

absl::Status RecallDecision(const Act& act, absl::string_view reason, Submissions& all) {
  RETURN_IF_ERROR(CheckRole(act.actor, kReviewers));
  RETURN_IF_ERROR(CheckRequest(act, reason, 1));
  ASSIGN_OR_RETURN(v1::SubmissionRecord* const record, FindSubmission(act, all));
  RETURN_IF_ERROR(CheckScope(act, *record));
  const auto& standing = record->submission().standing();
  if (!CanBeRecalled(standing)) return WrongState(*record);
  const Decision decision = *standing.decisions().rbegin();
  const Office office = OfficeFor(act, *record, decision.unit());
  if (office.unit != act.actor.person.unit()) {
    return MakeError(
        absl::StatusCode::kFailedPrecondition, Reason::WRONG_STAGE,
        absl::StrCat("最近的决定由", decision.unit_name(), "作出，只有", office.name, "可以撤回。"),
        absl::StrCat("The latest decision was taken by ", decision.unit_name(), ": only ",
                     office.name, " takes it back."),
        {{"unit", office.unit}});
  }
  RETURN_IF_ERROR(CheckEtag(act, *record));
  RETURN_IF_ERROR(CheckPerson(act.actor.person, decision.stage(), 0, *record));
  if (IsActedOn(*record, decision, all, act.now)) {
    return MakeError(
        absl::StatusCode::kFailedPrecondition, Reason::DECISION_ACTED_ON,
        "该决定作出后，已有人领取、提交、引用或提出异议，不能再撤回。",
        "Since the decision somebody has taken, submitted, cited or objected: it cannot "
        "be taken back any more.");
  }
  AddDecision(act, decision.stage(), Decision::RECALLED, reason, *record);
  PutUnderReview(act, decision.stage(), *record);
  Restore(*record, all);
  SetEffective(all);
  return absl::OkStatus();
}

absl::Status Revoke(const Act& act, absl::string_view reason, Submissions& all) {
  RETURN_IF_ERROR(CheckRole(act.actor, kUnitHeads));
  RETURN_IF_ERROR(CheckRequest(act, reason, 1));
  ASSIGN_OR_RETURN(v1::SubmissionRecord* const record, FindSubmission(act, all));
  RETURN_IF_ERROR(CheckScope(act, *record));
  const auto& standing = record->submission().standing();
  if (standing.state() != SubmissionState::CONFIRMED) return WrongState(*record);
  const v1::ReviewStage& last = *record->stages().rbegin();
  const Office office = OfficeFor(act, *record, last.unit());
  if (office.unit != act.actor.person.unit()) {
    return MakeError(absl::StatusCode::kFailedPrecondition, Reason::WRONG_STAGE,
                     absl::StrCat("只有", office.name, "可以撤销确认。"),
                     absl::StrCat("Only ", office.name, " revokes a confirmation."),
                     {{"unit", office.unit}});
  }
  RETURN_IF_ERROR(CheckEtag(act, *record));
  RETURN_IF_ERROR(CheckPerson(act.actor.person, last.stage(), 0, *record));
  if (OpenObjection(standing) != nullptr) {
    return MakeError(absl::StatusCode::kFailedPrecondition, Reason::OBJECTION_OPEN,
                     "企业的异议尚未处理，请先处理异议。",
                     "The enterprise's objection is not decided yet: decide it first.");
  }
  AddDecision(act, last.stage(), Decision::REVOKED, reason, *record);
  SetState(SubmissionState::REVOKED, *record);
  AllowObjection(act, *record);
  SetEffective(all);
  return absl::OkStatus();
}

}  // namespace zhiping::assessment
