// What is said of a level that cannot be claimed: what it is, and what could be.
#pragma once

#include "absl/strings/string_view.h"
#include "common/criteria/criteria.h"
#include "common/status/error.h"

namespace zhiping::criteria {

// `level` is no answer: LEVEL_IS_TIER, with the level that was perhaps meant; LEVEL_NOT_AVAILABLE
// for the table's "/"; else UNKNOWN_LEVEL, with the levels that exist.
FieldViolation DescribeWrongLevel(const Criteria& criteria, int scenario, absl::string_view level,
                                  absl::string_view field);

// The level of this rank does not exist for the scenario: LEVEL_NOT_AVAILABLE.
FieldViolation DescribeAbsentLevel(const Criteria& criteria, int scenario, int rank,
                                   absl::string_view field);

}  // namespace zhiping::criteria
