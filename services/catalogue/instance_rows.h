// Which row of the store a report goes to, where several processes have one id.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "absl/time/time.h"
#include "services/catalogue/instance_watch.h"
#include "services/catalogue/store_rows.h"

namespace zhiping::catalogue {

// Which process a report is of: its id, and when it says that it was started. No clock is asked
// which of two came first.
std::string ProcessOf(const v1::SubscribeRequest& record);

// A row is a process. One that begins takes the row of the one of its id that has been silent for
// longest: it is back. One whose row was taken and that goes on saying something is no process that
// ended: a copy runs beside it, and it gets a row of its own. What it said before it ended may be
// read late, so that it has to be heard twice. For one thread.
class InstanceRows {
 public:
  // All outlive this.
  InstanceRows(const Clock& clock, InstanceWatch& watch) : clock_(clock), watch_(watch) {}

  // Between the two times at which one whose row was taken is heard: more than what is read late
  // takes, and less than a follower's 5 s between two reports.
  static constexpr absl::Duration kStillThere = absl::Seconds(2);

  struct Place {
    // Where it is kept; empty: nowhere as yet.
    std::string key;
    // The row of `rows` that is there no more, under that key or another; null: none.
    const StoredInstance* instead_of = nullptr;
  };
  // `rows`: those of its id. `begins`: it is what a stream begins with. `received`: by the steady
  // clock.
  Place PlaceOf(const v1::SubscribeRequest& record, bool begins, absl::Duration received,
                const std::vector<StoredInstance>& rows);

 private:
  const StoredInstance& LongestSilent(const std::vector<StoredInstance>& rows);

  const Clock& clock_;
  InstanceWatch& watch_;
  // By process, of those whose row was taken: since when that is known, by the steady clock.
  std::map<std::string, absl::Duration> displaced_;
};

}  // namespace zhiping::catalogue
