#include "services/assessment/domain/in_hand_acts.h"

#include <algorithm>

#include "absl/strings/str_cat.h"
#include "common/status/status_macros.h"
#include "common/time/timestamp.h"
#include "services/assessment/domain/standing.h"
#include "services/assessment/domain/texts.h"

namespace zhiping::assessment {
namespace {

constexpr int kMaxPersonCharacters = 200;

void PutInHand(const v1::PersonRecord& person, absl::Time now, v1::SubmissionRecord& record) {
  *record.mutable_taken_by() = person;
  const absl::Duration ttl =
      absl::Seconds(record.take_ttl().seconds()) + absl::Nanoseconds(record.take_ttl().nanos());
  *record.mutable_taken_until() = ToTimestamp(now + ttl);
  Touch(record);
}

// REQUIRES: it is somebody's turn.
absl::Status CheckCouldDecide(const v1::PersonRecord& person, const v1::SubmissionRecord& record) {
  const Turn turn = TurnOf(record).value_or(Turn());
  return CheckPerson(person, turn.stage, turn.objected_decision, record);
}

// Those of a comment that is there; comments from before they were kept have nobody.
v1::CommentPeople& PeopleOf(int32_t comment, v1::SubmissionRecord& record) {
  while (record.comment_people_size() < comment) record.add_comment_people();
  return *record.mutable_comment_people(comment - 1);
}

bool HasScenario(const v1::SubmissionRecord& record, absl::string_view scenario) {
  const auto& answers = record.submission().content().answers();
  return std::any_of(answers.begin(), answers.end(), [&](const common::v1::Answer& answer) {
    return answer.scenario() == scenario;
  });
}

}  // namespace

absl::Status Take(const Act& act, Submissions& all) {
  ASSIGN_OR_RETURN(v1::SubmissionRecord* const record,
                   FindInTurn(act, kReviewers, TurnKind::kEither, all));
  RETURN_IF_ERROR(CheckCouldDecide(act.actor.person, *record));
  RETURN_IF_ERROR(CheckFree(act, *record));
  PutInHand(act.actor.person, act.now, *record);
  return absl::OkStatus();
}

absl::Status Release(const Act& act, Submissions& all) {
  ASSIGN_OR_RETURN(v1::SubmissionRecord* const record,
                   FindInTurn(act, kReviewers, TurnKind::kEither, all));
  RETURN_IF_ERROR(CheckTaken(act, *record));
  PutDown(*record);
  Touch(*record);
  return absl::OkStatus();
}

absl::Status Assign(const Act& act, const v1::PersonRecord& reviewer, Submissions& all) {
  RETURN_IF_ERROR(CheckRole(act.actor, kUnitHeads));
  Violations violations;
  CheckRequiredText(reviewer.issuer(), kMaxPersonCharacters, "issuer", violations);
  CheckRequiredText(reviewer.subject(), kMaxPersonCharacters, "subject", violations);
  CheckName(reviewer.name(), kMaxPersonCharacters, "name", violations);
  RETURN_IF_ERROR(violations.ToStatus());
  ASSIGN_OR_RETURN(v1::SubmissionRecord* const record,
                   FindInTurn(act, kUnitHeads, TurnKind::kEither, all));
  RETURN_IF_ERROR(CheckNotOwn(act.actor.person, *record));
  RETURN_IF_ERROR(CheckCouldDecide(reviewer, *record));
  v1::PersonRecord assigned = reviewer;
  assigned.set_unit(act.actor.person.unit());
  PutInHand(assigned, act.now, *record);
  return absl::OkStatus();
}

absl::Status AddComment(const Act& act, absl::string_view scenario, absl::string_view text,
                        bool internal, Submissions& all) {
  RETURN_IF_ERROR(CheckRole(act.actor, kReviewers));
  Violations violations;
  CheckRequiredText(text, kMaxReviewTextCharacters, "text", violations, Lines::kMany);
  RETURN_IF_ERROR(violations.ToStatus());
  ASSIGN_OR_RETURN(v1::SubmissionRecord* const record,
                   FindInTurn(act, kReviewers, TurnKind::kReview, all));
  if (!scenario.empty() && !HasScenario(*record, scenario)) {
    violations.Add("scenario", Reason::UNKNOWN_SCENARIO,
                   absl::StrCat("本年版没有场景“", scenario, "”。"),
                   absl::StrCat("The edition has no scenario \"", scenario, "\"."));
    return violations.ToStatus();
  }
  auto& standing = *record->mutable_submission()->mutable_standing();
  if (standing.comments_size() >= kMaxComments) {
    return MakeError(absl::StatusCode::kFailedPrecondition, Reason::TOO_MANY,
                     absl::StrCat("一份提交件最多有 ", kMaxComments, " 条意见。"),
                     absl::StrCat("A submission has at most ", kMaxComments, " comments."));
  }
  auto& comment = *standing.add_comments();
  comment.set_comment(standing.comments_size());
  comment.set_scenario(std::string(scenario));
  comment.set_text(std::string(text));
  comment.set_stage(standing.stage());
  *comment.mutable_written_at() = ToTimestamp(act.now);
  comment.set_internal(internal);
  *PeopleOf(comment.comment(), *record).mutable_written_by() = act.actor.person;
  Touch(*record);
  return absl::OkStatus();
}

absl::Status ResolveComment(const Act& act, int32_t comment, Submissions& all) {
  ASSIGN_OR_RETURN(v1::SubmissionRecord* const record,
                   FindInTurn(act, kReviewers, TurnKind::kReview, all));
  auto& comments = *record->mutable_submission()->mutable_standing()->mutable_comments();
  if (comment < 1 || comment > comments.size()) {
    return MakeError(absl::StatusCode::kNotFound, Reason::COMMENT_NOT_FOUND,
                     absl::StrCat("没有第 ", comment, " 条意见。"),
                     absl::StrCat("There is no comment ", comment, "."));
  }
  if (comments[comment - 1].resolved()) return absl::OkStatus();
  comments[comment - 1].set_resolved(true);
  *PeopleOf(comment, *record).mutable_resolved_by() = act.actor.person;
  Touch(*record);
  return absl::OkStatus();
}

}  // namespace zhiping::assessment
