// What the use cases of the service share. All outlive them.
#pragma once

#include "absl/time/time.h"
#include "common/reference/reference.h"
#include "common/time/clock.h"
#include "common/time/timestamp.h"
#include "services/assessment/domain/context.h"
#include "services/assessment/published_criteria.h"
#include "services/assessment/store.h"

namespace zhiping::assessment {

struct Environment {
  Store& store;
  const PublishedCriteria& criteria;
  const reference::Reference& reference;
  const Clock& clock;
  // The deployment's: what people read and dates that end at midnight.
  absl::TimeZone zone;

  // The present in whole milliseconds, as instants are stored.
  absl::Time Now() const { return FromTimestamp(ToTimestamp(clock.Now())); }
  Context At(absl::Time now) const { return {reference, now, zone}; }
};

}  // namespace zhiping::assessment
