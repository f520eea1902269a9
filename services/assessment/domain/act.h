// An act on a submission: who does it, when and based on what, and the checks that acts share.
//
// Every act is a function of (act, …, all submissions of the assessment). On an error nothing is
// changed. What it changes has a greater version afterwards: those records are to be stored.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "common/identity/caller.h"
#include "common/reference/review_units.h"
#include "common/status/error.h"
#include "zhiping/assessment/v1/record.pb.h"

namespace zhiping::assessment {

// All submissions of one assessment: number n is at n - 1.
using Submissions = std::vector<v1::SubmissionRecord>;

struct Actor {
  // `unit`: the review unit; empty: none.
  v1::PersonRecord person;
  // In the scope of the submission: that an enterprise is its own, and that a platform is enrolled
  // for it, was checked before.
  identity::Roles roles;
};

struct Act {
  Actor actor;
  // Number of the submission that it is about.
  int32_t submission = 0;
  // Of the standing that it is based on; empty: whatever it is.
  std::string etag;
  absl::Time now;
  // Dates that people read end at its midnights.
  absl::TimeZone zone;
  // In which a unit may have ended since the submission was made; null: none has.
  const reference::ReviewUnits* units = nullptr;
};

// A unit that acts, as it is called.
struct Office {
  std::string unit;
  std::string name;
};
// Who acts for a unit of the submission: itself, or once it has ended the nearest above it that has
// not. One that it was handed in to is called as it was then.
Office OfficeFor(const Act& act, const v1::SubmissionRecord& record, const std::string& unit);

// Whose turn a submission is: the stage that reviews it, or that decides an objection to it.
struct Turn {
  v1::Stage::Value stage = v1::Stage::STAGE_UNSPECIFIED;
  std::string unit;
  // Number of the decision that is objected to; 0: it is under review.
  int32_t objected_decision = 0;
};
// Absent if it is nobody's.
std::optional<Turn> TurnOf(const v1::SubmissionRecord& record);

// The etag of its standing.
std::string EtagOf(const v1::SubmissionRecord& record);
// Whether somebody has it in hand, and whether it is that person.
bool IsTaken(const v1::SubmissionRecord& record, absl::Time now);
bool IsTakenBy(const v1::SubmissionRecord& record, const v1::PersonRecord& person, absl::Time now);

// Errors: SUBMISSION_NOT_FOUND (NOT_FOUND).
absl::StatusOr<v1::SubmissionRecord*> FindSubmission(const Act& act, Submissions& all);

// Errors, PERMISSION_DENIED: ROLE_REQUIRED if the actor has none of the roles.
absl::Status CheckRole(const Actor& actor, identity::Roles roles);
// Errors, PERMISSION_DENIED: OUTSIDE_SCOPE if the actor's unit acts for none of those that the
// submission was handed in to.
absl::Status CheckScope(const Act& act, const v1::SubmissionRecord& record);
// Errors: WRONG_STAGE if it is not the turn of a unit that the actor's acts for. REQUIRES: it is
// somebody's.
absl::Status CheckTurn(const Act& act, const v1::SubmissionRecord& record);
// What is done with a submission by the unit whose turn it is: to review it, to decide an objection
// to it, or either. Errors: those of CheckRole, FindSubmission, CheckScope and CheckTurn;
// WRONG_STATE.
enum class TurnKind { kReview, kObjection, kEither };
absl::StatusOr<v1::SubmissionRecord*> FindInTurn(const Act& act, identity::Roles roles,
                                                 TurnKind kind, Submissions& all);

// Errors: STALE_ETAG (ABORTED).
absl::Status CheckEtag(const Act& act, const v1::SubmissionRecord& record);
// Errors: NOT_TAKEN, TAKEN_BY_ANOTHER.
absl::Status CheckTaken(const Act& act, const v1::SubmissionRecord& record);
// Errors: TAKEN_BY_ANOTHER.
absl::Status CheckFree(const Act& act, const v1::SubmissionRecord& record);
// Nobody decides about what they filled in, submitted or objected to themselves. Whoever is not
// identified is nobody in particular. Errors, PERMISSION_DENIED: SAME_PERSON.
absl::Status CheckNotOwn(const v1::PersonRecord& person, const v1::SubmissionRecord& record);
// The same; and one person never decides or records findings about one submission at two stages,
// nor decides an objection to what they decided or after they recorded findings. Errors,
// PERMISSION_DENIED: SAME_PERSON.
absl::Status CheckPerson(const v1::PersonRecord& person, v1::Stage::Value stage,
                         int32_t objected_decision, const v1::SubmissionRecord& record);

// Adds somebody who is identified, once.
void AddPerson(const v1::PersonRecord& person,
               google::protobuf::RepeatedPtrField<v1::PersonRecord>& people);
// Adds who records findings at the stage, or takes some back, once, if they are identified.
void AddFinder(const v1::PersonRecord& person, v1::Stage::Value stage,
               v1::SubmissionRecord& record);

// WRONG_STATE: its state in words, and what may be done in it.
absl::Status WrongState(const v1::SubmissionRecord& record);

// Violation: FIELD_REQUIRED if the act says no etag.
void CheckHasEtag(const Act& act, Violations& violations);

inline constexpr identity::Roles kReviewers = {identity::Role::REVIEWER, identity::Role::UNIT_HEAD};
inline constexpr identity::Roles kUnitHeads = {identity::Role::UNIT_HEAD};
inline constexpr identity::Roles kEnterprises = {identity::Role::ENTERPRISE,
                                                 identity::Role::PLATFORM};
inline constexpr identity::Roles kPlatforms = {identity::Role::PLATFORM};

}  // namespace zhiping::assessment
