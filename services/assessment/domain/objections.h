// Objections (异议): an enterprise objects to a decision, and another stage or person decides.
#pragma once

#include "services/assessment/domain/act.h"

namespace zhiping::assessment {

// The enterprise objects to the latest decision: a return, a rejection, a confirmation with
// findings or a revocation. Errors: ROLE_REQUIRED, SUBMISSION_NOT_FOUND, WRONG_STATE,
// OBJECTION_OPEN, DECISION_ACTED_ON if what was returned or rejected was handed in again,
// APPEAL_OVER also if there is nothing to object to; violations of `reason`.
absl::Status Object(const Act& act, absl::string_view reason, Submissions& all);

// Upheld: it is under review again at the stage that decided, as it was before the decision.
// Dismissed: everything stays, and a return's days begin anew. Errors: those of a decision
// (decisions.h); OBJECTION_NOT_FOUND.
absl::Status DecideObjection(const Act& act, int32_t objection, bool upheld,
                             absl::string_view reason, Submissions& all);

}  // namespace zhiping::assessment
