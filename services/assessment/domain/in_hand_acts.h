// What reviewers do with a file before they decide: who has it in hand, and what they say about it.
//
// Errors of all: ROLE_REQUIRED, SUBMISSION_NOT_FOUND, OUTSIDE_SCOPE, WRONG_STATE, WRONG_STAGE.
#pragma once

#include "services/assessment/domain/act.h"

namespace zhiping::assessment {

// The actor has it in hand until take_ttl is over; again prolongs. A file with an objection is
// taken by whoever decides that. Errors: TAKEN_BY_ANOTHER, SAME_PERSON if the actor could not
// decide.
absl::Status Take(const Act& act, Submissions& all);
// Errors: TAKEN_BY_ANOTHER, NOT_TAKEN.
absl::Status Release(const Act& act, Submissions& all);
// The head of the unit gives it to a reviewer of the unit, whoever has it. Errors: SAME_PERSON if
// they could not decide, or it is the head's own; violations of `issuer`, `subject` and `name`.
absl::Status Assign(const Act& act, const v1::PersonRecord& reviewer, Submissions& all);

// It need not be taken: whoever is of the unit may say something. Errors: UNKNOWN_SCENARIO,
// TOO_MANY; violations of `text`.
absl::Status AddComment(const Act& act, absl::string_view scenario, absl::string_view text,
                        bool internal, Submissions& all);
// Of any stage. Once more is no error. Errors: COMMENT_NOT_FOUND.
absl::Status ResolveComment(const Act& act, int32_t comment, Submissions& all);

// Comments that a submission may have.
inline constexpr int kMaxComments = 500;

}  // namespace zhiping::assessment
