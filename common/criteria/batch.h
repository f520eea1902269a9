// Many assessments at once, packed: as scoring.v1.ScoreBatchRequest and ScoreBatchResponse say.
#pragma once

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "absl/types/span.h"
#include "common/criteria/criteria.h"
#include "zhiping/scoring/v1/scoring_service.pb.h"

namespace zhiping::criteria {

// A missing value in a column of facts.
inline constexpr int32_t kColumnFactMissing = -1;

// The values of one fact for all assessments, in units of 10^−scale; empty: missing for all.
using FactValues = absl::Span<const int32_t>;

// Scores the assessments in `answers` (scenario_count bytes each) and appends a value for each of
// them to every column of `columns`. `facts` has one element for each fact of the criteria.
//
// Errors, as violations: INVALID_FIELD for `answers` and `facts[f].values` of a length that does
// not fit; UNKNOWN_LEVEL and LEVEL_NOT_AVAILABLE for `answers[b]`, b counting bytes;
// FACT_OUT_OF_RANGE for `facts[f].values[row]`. The first hundred are reported. Then nothing is
// appended.
//
// REQUIRES: facts.size() == fact_count.
absl::Status ScoreColumns(const Criteria& criteria, absl::string_view answers,
                          absl::Span<const FactValues> facts,
                          scoring::v1::ScoreBatchResponse& columns);

}  // namespace zhiping::criteria
