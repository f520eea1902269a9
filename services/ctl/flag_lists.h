// Lists that are typed as one flag: `cmmm_level=3,digital_general_score=59.5`. Separators may be
// full-width, as Chinese input methods type them.
#pragma once

#include <string>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "common/criteria/answers.h"
#include "common/status/error.h"
#include "zhiping/scoring/v1/scoring_service.pb.h"

namespace zhiping::ctl {

// `name=value,…`. Adds to the faults, under `facts[i]`: MALFORMED.
criteria::FactList ParseFacts(absl::string_view text, Violations& faults);

// `scenario:level=cost,…`. Adds to the faults, under `costs[i]`: MALFORMED; COST_OUT_OF_RANGE for
// what is no whole number. The request has an entry for each part, whatever is wrong with it.
void ParseCosts(absl::string_view text, scoring::v1::PlanUpgradeRequest& request,
                Violations& faults);

// `scenario,…`
void ParseExclusions(absl::string_view text, scoring::v1::PlanUpgradeRequest& request);

// What is wrong with a request altogether: the faults of its flags, and what `status` says of it,
// which is left out where the flag could not be read in the first place. OK if nothing is.
absl::Status JoinFaults(const Violations& faults, const absl::Status& status);

// An error about a request with the fields `facts[i].…`, `costs[i].…`, `excludedScenarios[i]`,
// `tier`, `programme` and `releaseDigest` said as flags and the number of the part.
absl::Status WithFlags(const absl::Status& status);

}  // namespace zhiping::ctl
