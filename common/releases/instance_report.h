// What an instance tells the catalogue of itself.
#pragma once

#include "absl/status/status.h"
#include "absl/time/time.h"
#include "common/releases/following.h"
#include "zhiping/catalogue/v1/instance.pb.h"

namespace zhiping::releases {

// What an instance runs of a programme and what it refuses, without freshness. `catalogue_error`:
// why the catalogue's latest state was not taken.
catalogue::v1::InstanceReport ReportOf(const Following& following,
                                       const absl::Status& catalogue_error, absl::Time now);

}  // namespace zhiping::releases
