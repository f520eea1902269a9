// Between which instants it surely is, for what is deleted by its age: a clock that is wrong for a
// while (a start before the time of day was set, a mistake that is put right) deletes nothing.
//
// The database keeps which spans of ten minutes the clocks of its processes have shown last, as
// many as make a day: only a clock that is wrong for that long, and never right in between, is
// believed. A start anew, and a replica, go on with what is kept; time in which nothing runs does
// not count, nor does the same span twice.
#pragma once

#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "common/sql/database.h"

namespace zhiping::sql {

inline constexpr absl::Duration kClockSpan = absl::Minutes(10);
inline constexpr int kClockSpans = 144;

struct SureTime {
  // InfinitePast until the clock has shown kClockSpans spans: what is deleted was made before that
  // less its age.
  absl::Time earliest = absl::InfinitePast();
  // What is made now carries this as the time when it was made.
  absl::Time latest;

  bool known() const { return earliest != absl::InfinitePast(); }
};

// Notes that the clock shows `now`, once for each span; to be called whenever something may be
// deleted, more often than every ten minutes. REQUIRES: InitialiseLogs.
absl::StatusOr<SureTime> NoteClock(Transaction& transaction, absl::Time now);

// An expression of SQL for statements that note nothing: the milliseconds in the parameter (`$7`),
// or those of SureTime::latest.
std::string LatestMillis(absl::string_view parameter);

}  // namespace zhiping::sql
