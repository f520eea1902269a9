// What callers are told who ask about something outside of their rights: what their token holds of
// what they were judged by, never what there is. So whoever maps claims finds the mistake, and
// nobody learns anything about others.
#pragma once

#include "absl/status/status.h"
#include "common/identity/access_rule.h"
#include "common/identity/caller.h"

namespace zhiping::identity {

// What of a token its roles are judged by.
struct JudgedBy {
  bool enterprise = false;
  bool unit = false;
  bool programmes = false;
  bool enrolment = false;
};

// Errors, PERMISSION_DENIED, always: UNKNOWN_REVIEW_UNIT if the caller is judged by a unit that
// there is not today; INVALID_USCC if by an enterprise that can be none; else OUTSIDE_SCOPE. Their
// metadata are `uscc`, `reviewUnit`, `programmes` and `platform` of the token, of what it is judged
// by; `-`: it has none.
absl::Status OutsideScope(const Caller& caller, const JudgedBy& judged_by, const UnitsToday& today);

}  // namespace zhiping::identity
