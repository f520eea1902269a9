// Clocks that a database has seen.
#pragma once

#include "common/sql/sure_time.h"
#include "tests/integration/sql/database_under_test.h"

namespace zhiping::sql {

inline SureTime NoteClockIn(Database& database, absl::Time now) {
  SureTime time;
  EXPECT_OK(database.Transact(Soon(), {}, [&](Transaction& transaction) -> absl::Status {
    const auto noted = NoteClock(transaction, now);
    if (noted.ok()) time = *noted;
    return noted.status();
  }));
  return time;
}

// A clock that runs from one instant until another shows each span; gives the last that it showed.
inline absl::Time ShowUntil(Database& database, absl::Time from, absl::Time until) {
  absl::Time now = from;
  EXPECT_OK(database.Transact(In(absl::Minutes(2)), {}, [&](Transaction& transaction) {
    absl::Status status;
    for (; status.ok(); now += kClockSpan) {
      status = NoteClock(transaction, now).status();
      if (now + kClockSpan > until) break;
    }
    return status;
  }));
  return now;
}

}  // namespace zhiping::sql
