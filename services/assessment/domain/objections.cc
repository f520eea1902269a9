#include "services/assessment/domain/objections.h"

#include <algorithm>

#include "absl/strings/str_cat.h"
#include "common/status/status_macros.h"
#include "common/time/timestamp.h"
#include "services/assessment/domain/stages.h"
#include "services/assessment/domain/standing.h"
#include "services/assessment/domain/texts.h"

namespace zhiping::assessment {
namespace {

using v1::Decision;
using v1::SubmissionState;

bool CanBeObjectedTo(SubmissionState::Value state) {
  return state == SubmissionState::RETURNED || state == SubmissionState::REJECTED ||
         state == SubmissionState::CONFIRMED || state == SubmissionState::REVOKED;
}

// A return or rejection, after which another one was submitted.
bool IsHandedInAgain(const v1::SubmissionRecord& record, const Submissions& all) {
  const auto state = record.submission().standing().state();
  return (state == SubmissionState::RETURNED || state == SubmissionState::REJECTED) &&
         record.submission().key().number() < static_cast<int64_t>(all.size());
}

absl::Status Precondition(Reason::Value reason, absl::string_view zh, absl::string_view en) {
  return MakeError(absl::StatusCode::kFailedPrecondition, reason, zh, en);
}

}  // namespace

absl::Status Object(const Act& act, absl::string_view reason, Submissions& all) {
  RETURN_IF_ERROR(CheckRole(act.actor, kEnterprises));
  Violations violations;
  CheckRequiredText(reason, kMaxReviewTextCharacters, "reason", violations, Lines::kMany);
  RETURN_IF_ERROR(violations.ToStatus());
  ASSIGN_OR_RETURN(v1::SubmissionRecord* const record, FindSubmission(act, all));
  auto& standing = *record->mutable_submission()->mutable_standing();
  if (!CanBeObjectedTo(standing.state())) return WrongState(*record);
  if (OpenObjection(standing) != nullptr) {
    return Precondition(Reason::OBJECTION_OPEN, "已提出的异议尚未处理。",
                        "An objection that was made is not decided yet.");
  }
  if (IsHandedInAgain(*record, all)) {
    return Precondition(Reason::DECISION_ACTED_ON, "之后已另行提交，不能再对这一决定提出异议。",
                        "Another one was submitted since: the decision cannot be objected to.");
  }
  if (!standing.has_appeal_by() || act.now >= FromTimestamp(standing.appeal_by())) {
    return Precondition(Reason::APPEAL_OVER, "提出异议的期限已过，或这一决定不能提出异议。",
                        "The time for objecting is over, or the decision cannot be objected to.");
  }
  const Decision& decision = *standing.decisions().rbegin();
  const int next = std::min(IndexOfStage(*record, decision.stage()) + 1, record->stages_size() - 1);
  auto& objection = *standing.add_objections();
  objection.set_objection(standing.objections_size());
  objection.set_decision(decision.decision());
  objection.set_reason(std::string(reason));
  *objection.mutable_made_at() = ToTimestamp(act.now);
  objection.set_stage(record->stages(next).stage());
  objection.set_unit(record->stages(next).unit());
  AddPerson(act.actor.person, *record->mutable_parties());
  Touch(*record);
  return absl::OkStatus();
}

absl::Status DecideObjection(const Act& act, int32_t objection, bool upheld,
                             absl::string_view reason, Submissions& all) {
  RETURN_IF_ERROR(CheckRole(act.actor, kReviewers));
  Violations violations;
  CheckRequiredText(reason, kMaxReviewTextCharacters, "reason", violations, Lines::kMany);
  CheckHasEtag(act, violations);
  RETURN_IF_ERROR(violations.ToStatus());
  ASSIGN_OR_RETURN(v1::SubmissionRecord* const record,
                   FindInTurn(act, kReviewers, TurnKind::kObjection, all));
  auto& standing = *record->mutable_submission()->mutable_standing();
  auto& open = *standing.mutable_objections()->rbegin();
  if (open.objection() != objection) {
    return MakeError(
        absl::StatusCode::kNotFound, Reason::OBJECTION_NOT_FOUND,
        absl::StrCat("没有待处理的第 ", objection, " 项异议；待处理的是第 ", open.objection(),
                     " 项。"),
        absl::StrCat("Objection ", objection, " does not wait for a decision; objection ",
                     open.objection(), " does."));
  }
  RETURN_IF_ERROR(CheckEtag(act, *record));
  RETURN_IF_ERROR(CheckPerson(act.actor.person, open.stage(), open.decision(), *record));
  RETURN_IF_ERROR(CheckTaken(act, *record));
  const v1::Stage::Value decided_at = standing.decisions(open.decision() - 1).stage();
  open.set_decided(true);
  open.set_upheld(upheld);
  AddDecision(act, open.stage(),
              upheld ? Decision::OBJECTION_UPHELD : Decision::OBJECTION_DISMISSED, reason, *record);
  if (upheld) {
    PutUnderReview(act, decided_at, *record);
    Restore(*record, all);
  } else if (standing.state() == SubmissionState::RETURNED) {
    AllowReturn(act, *record);
  }
  SetEffective(all);
  return absl::OkStatus();
}

}  // namespace zhiping::assessment
