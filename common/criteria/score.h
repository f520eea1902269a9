// Score semantics, version 1: integers only, no allocation, no branch on an id. The slow, obvious
// interpreter in tests/oracle/ is what it is held against.
#pragma once

#include <cstdint>

#include "absl/types/span.h"
#include "common/criteria/criteria.h"

namespace zhiping::criteria {

// Scores one assessment: `answers` has one byte for each scenario (criteria.h), `facts` one value
// for each fact, in units of 10^−scale and within its bounds, or kFactMissing. Fills all of
// `tally`. Returns false, with an unspecified tally, if a byte stands for no answer or for a level
// that does not exist for its scenario.
//
// REQUIRES: answers.size() == scenario_count, facts.size() == fact_count, tally is of
// criteria.NewTally().
bool Score(const Criteria& criteria, absl::Span<const uint8_t> answers,
           absl::Span<const int32_t> facts, Tally& tally);

}  // namespace zhiping::criteria
