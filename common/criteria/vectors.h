// Golden vectors (校验样例): what every instance computes before it puts a release in force.
#pragma once

#include <vector>

#include "absl/status/status.h"
#include "common/criteria/criteria.h"
#include "zhiping/catalogue/v1/finding.pb.h"

namespace zhiping::criteria {

// Scores every vector of the release. A finding VECTOR_MISMATCH for each that gives another result,
// naming the first few values that differ; and findings for vectors that cannot be read.
std::vector<catalogue::v1::Finding> CheckVectors(const Criteria& criteria);

// OK, or VECTOR_MISMATCH.
absl::Status VerifyVectors(const Criteria& criteria);

}  // namespace zhiping::criteria
