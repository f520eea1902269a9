// ScoreBatch message by message: packed answers in, columns out.
#pragma once

#include "absl/status/status.h"
#include "common/criteria/criteria.h"
#include "zhiping/scoring/v1/scoring_service.pb.h"

namespace zhiping::scoring {

// The most bytes of answers in one message.
inline constexpr size_t kMaxBatchBytes = 1 << 20;

// What the columns mean; revision and freshness are left for the caller.
void FillBatchHeader(const criteria::Criteria& criteria, v1::BatchHeader& header);

// Appends one value for each assessment of the request to every column of the response; criteria
// and header are not looked at.
//
// Errors, as violations with the fields of the request; the response is then unspecified: TOO_LARGE
// and INVALID_FIELD (`answers`: not whole assessments); LEVEL_NOT_AVAILABLE and INVALID_FIELD
// (`answers[7]`: a byte that stands for no answer of its scenario); UNKNOWN_FACT, DUPLICATE_FACT,
// INVALID_FIELD (`facts[0].values`: another number of values) and FACT_OUT_OF_RANGE
// (`facts[0].values[5]`).
absl::Status ScoreBatchMessage(const criteria::Criteria& criteria,
                               const v1::ScoreBatchRequest& request,
                               v1::ScoreBatchResponse& response);

}  // namespace zhiping::scoring
