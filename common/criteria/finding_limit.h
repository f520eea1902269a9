// How many findings are shown at once.
#pragma once

#include <cstddef>
#include <vector>

#include "zhiping/catalogue/v1/finding.pb.h"

namespace zhiping::criteria {

// More than anybody reads at once; in a message they stay far below gRPC's 4 MiB.
inline constexpr size_t kMostFindings = 200;

// The findings as they are, if there are at most kMostFindings; else the first kMostFindings,
// errors before warnings, and a last one that says how many more there are (MORE_FINDINGS): an
// error if any of those is.
std::vector<catalogue::v1::Finding> LimitFindings(std::vector<catalogue::v1::Finding> findings);

// Whether it is that last one.
bool SaysHowManyMore(const catalogue::v1::Finding& finding);

}  // namespace zhiping::criteria
