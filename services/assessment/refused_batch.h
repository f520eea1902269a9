// Why a batch of approvals changed nothing.
#pragma once

#include <map>

#include "absl/status/status.h"
#include "zhiping/assessment/v1/review_service.pb.h"

namespace zhiping::assessment {

// Whether an error is about the file that was tried, so that the others may be tried too. What the
// database says is about none in particular.
bool IsAboutFile(const absl::Status& status);

// Which files of the request, by their index, may not be approved, and why. In the metadata are all
// of them by reason, since no error has room for a sentence about each. REQUIRES: not empty.
absl::Status RefusedBatch(const std::map<int, absl::Status>& refused,
                          const v1::BatchApproveRequest& request);

}  // namespace zhiping::assessment
