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

// The values of one fact for all assessments, in units of 10^−scale.
struct FactValues {
  // Number of the fact in the criteria.
  int fact;
  absl::Span<const int32_t> values;
};

// Scores the assessments in `answers` (scenario_count bytes each) and appends a value for each of
// them to every column of `columns`. A fact without an element in `facts` is missing for all.
//
// Errors, as violations: INVALID_FIELD for `answers` and `facts[f].values` of a length that does
// not fit; UNKNOWN_LEVEL and LEVEL_NOT_AVAILABLE for `answers[b]`, b counting bytes;
// FACT_OUT_OF_RANGE for `facts[f].values[row]`, f counting the elements of `facts`. Then nothing is
// appended.
//
// REQUIRES: no fact is there twice.
absl::Status ScoreColumns(const Criteria& criteria, absl::string_view answers,
                          absl::Span<const FactValues> facts,
                          scoring::v1::ScoreBatchResponse& columns);

}  // namespace zhiping::criteria
