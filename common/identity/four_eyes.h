// Four eyes: nobody decides about their own work.
#pragma once

#include <vector>

#include "absl/status/status.h"
#include "common/identity/caller.h"

namespace zhiping::identity {

// Whether `decider` may decide about what these people made or changed. People are told apart by
// issuer and subject alone. Whoever is not identified is nobody in particular: where nobody is
// asked who they are, there are no four eyes.
//
// Errors: SAME_PERSON (PERMISSION_DENIED).
absl::Status CheckFourEyes(const Person& decider, const std::vector<Person>& changed_by);

}  // namespace zhiping::identity
