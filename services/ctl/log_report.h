// The catalogue's log of changes for people.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "services/ctl/screen.h"
#include "services/ctl/zone.h"
#include "zhiping/catalogue/v1/catalogue_admin_service.pb.h"

namespace zhiping::ctl {

// How far a log goes: what is noted, and compared with later. `9:` and 64 hex digits.
struct NotedHead {
  int64_t position = 0;
  // 32 bytes.
  std::string hash;

  std::string Text() const;
};

// The value of --head. Errors: WRONG_USAGE.
absl::StatusOr<NotedHead> ParseHead(absl::string_view text);

// Computes the hash of every entry anew, from the bytes that were written, and sees that each names
// the one before; gives the last. With a head that was noted before, also that its entry is there.
// REQUIRES: all entries are there, from the first. Errors: LOG_BROKEN with the position.
absl::StatusOr<NotedHead> VerifyLog(const catalogue::v1::ListLogEntriesResponse& log,
                                    const std::optional<NotedHead>& noted);

// Puts each entry's event as its bytes say it, whatever was given beside them.
void ReadEvents(catalogue::v1::ListLogEntriesResponse& log);

// A line for each entry, from the first; `verified` if the log was verified.
std::string LogReport(const catalogue::v1::ListLogEntriesResponse& log,
                      const std::optional<NotedHead>& verified, const Zone& zone,
                      const Screen& screen);

}  // namespace zhiping::ctl
