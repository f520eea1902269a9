// The window of a campaign, and dates by which something is due.
#pragma once

#include <optional>
#include <string>

#include "absl/status/status.h"
#include "absl/time/time.h"
#include "zhiping/assessment/v1/campaign.pb.h"
#include "zhiping/assessment/v1/submission.pb.h"

namespace zhiping::assessment {

// An instant as errors say it: `2026-07-01 08:00 (Beijing time)`, or the zone's own name.
std::string LocalTime(absl::Time time, absl::TimeZone zone, bool chinese);

// From opens_at on, and before closes_at.
bool IsOpen(const v1::Campaign& campaign, absl::Time now);
// From closes_at on; never without an end.
bool IsOver(const v1::Campaign& campaign, absl::Time now);
// Errors: OUTSIDE_WINDOW (FAILED_PRECONDITION), which says since or from when, in the zone.
absl::Status CheckWindow(const v1::Campaign& campaign, absl::Time now, absl::TimeZone zone);

// The end of the day in the zone that is `days` after the one of `from`: the midnight after it, at
// which it is over. REQUIRES: days >= 0.
absl::Time EndOfDay(absl::Time from, int days, absl::TimeZone zone);

// Until when a stage that begins at `began` should decide; absent if the campaign says no date.
std::optional<absl::Time> DueAt(const v1::StageDays& days, v1::Stage::Value stage, absl::Time began,
                                absl::TimeZone zone);

}  // namespace zhiping::assessment
