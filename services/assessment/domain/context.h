// What an enterprise is checked against, and when.
#pragma once

#include "absl/time/civil_time.h"
#include "absl/time/time.h"
#include "common/reference/reference.h"

namespace zhiping::assessment {

struct Context {
  const reference::Reference& reference;
  absl::Time now;
  // The deployment's.
  absl::TimeZone zone;

  absl::CivilDay day() const { return absl::ToCivilDay(now, zone); }
};

}  // namespace zhiping::assessment
