// Lists that are typed as one flag: `cmmm_level=3,digital_general_score=59.5`. Separators may be
// full-width, as Chinese input methods type them.
#pragma once

#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "common/criteria/answers.h"
#include "zhiping/scoring/v1/scoring_service.pb.h"

namespace zhiping::ctl {

// `name=value,…`. Errors: MALFORMED, saying which part.
absl::StatusOr<criteria::FactList> ParseFacts(absl::string_view text);

// `scenario:level=cost,…`. Errors: MALFORMED; COST_OUT_OF_RANGE for what is no whole number.
absl::Status ParseCosts(absl::string_view text, scoring::v1::PlanUpgradeRequest& request);

// `scenario,…`
void ParseExclusions(absl::string_view text, scoring::v1::PlanUpgradeRequest& request);

// An error about a request with the fields `facts[i].…`, `costs[i].…`, `excludedScenarios[i]` and
// `tier` said as flags and the number of the part.
absl::Status WithFlags(const absl::Status& status);

}  // namespace zhiping::ctl
