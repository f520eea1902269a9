// Periods of a campaign that are closed.
#pragma once

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "zhiping/assessment/v1/campaign_service.pb.h"

namespace zhiping::assessment {

// The period that the request closes. Its policy is `1` where none is named, until there are
// others. Errors: violations for `kind` (FIELD_REQUIRED) and `month` (INVALID_FIELD): a month that
// is over in the zone, not before the one in which the campaign opened, and none with another kind;
// OUTSIDE_WINDOW (FAILED_PRECONDITION) for a close of submission or review before the window is
// over.
absl::StatusOr<v1::PeriodClosed> PeriodOf(const v1::Campaign& campaign,
                                          const v1::ClosePeriodRequest& request, absl::Time now,
                                          absl::TimeZone zone);

}  // namespace zhiping::assessment
