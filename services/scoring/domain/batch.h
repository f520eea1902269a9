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
// Errors, as violations with the fields of the request: TOO_LARGE (`answers`); UNKNOWN_FACT and
// DUPLICATE_FACT (`facts[0].fact`); those of criteria::ScoreColumns.
absl::Status ScoreBatchMessage(const criteria::Criteria& criteria,
                               const v1::ScoreBatchRequest& request,
                               v1::ScoreBatchResponse& response);

}  // namespace zhiping::scoring
