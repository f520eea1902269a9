// The log of changes for people.
#pragma once

#include <cstdint>
#include <string>

#include "absl/status/status.h"
#include "services/ctl/screen.h"
#include "services/ctl/zone.h"
#include "zhiping/assessment/v1/feed_service.pb.h"

namespace zhiping::ctl {

// Verifies the chain as it is read; of entries that are withheld, that they stand in it.
class ChangeChain {
 public:
  // Begins after the cursor; at the beginning if there is none.
  explicit ChangeChain(const assessment::v1::ChangeCursor& after);

  // Errors: LOG_BROKEN (DATA_LOSS) if it does not follow or was changed.
  absl::Status Add(const assessment::v1::ChangeEntry& entry);

 private:
  int64_t position_;
  std::string hash_;
};

// An entry in one line.
std::string ChangeLine(const assessment::v1::ChangeEntry& entry, const Zone& zone,
                       const Screen& screen);

// A line an entry, how many are withheld, and how to go on.
std::string ChangesReport(const assessment::v1::ListSubmissionChangesResponse& response,
                          const Zone& zone, const Screen& screen);

// `INCARNATION:POSITION:HASH`.
std::string CursorText(const assessment::v1::ChangeCursor& cursor);

}  // namespace zhiping::ctl
