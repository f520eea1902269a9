// The hash chain of a log: what exactly an entry's hash covers, for whoever keeps a log and whoever
// doubts it. Pure.
#pragma once

#include <cstdint>
#include <string>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"

namespace zhiping::sql {

struct LogEntry {
  int64_t position = 0;
  std::string prev_hash;
  std::string hash;
  // Microseconds since 1970, UTC: what is hashed.
  int64_t instant_micros = 0;
  std::string bytes;
};

// SHA-256 over, in this order, each preceded by its length as 8 bytes, most significant first:
//   "zhiping.log.v1" · the log's name · prev_hash · position · instant · bytes
// position and instant (microseconds since 1970, UTC) are 8 bytes each, most significant first,
// two's complement. The entry at position 1 has 32 zero bytes as prev_hash.
std::string EntryHash(absl::string_view log, absl::string_view prev_hash, int64_t position,
                      int64_t instant_micros, absl::string_view bytes);

// prev_hash of position 1, and the hash of the head of an empty log.
std::string FirstHash();

// Whether the entry follows the one at `position` with `hash`, as CheckEntry: all that can be said
// of one whose bytes the reader does not get.
absl::Status CheckLink(absl::string_view log, int64_t position, absl::string_view hash,
                       const LogEntry& entry);

// Whether the entry is unchanged and follows the one at `position` with `hash`; 0 and FirstHash():
// it is the first. Errors: LOG_BROKEN (DATA_LOSS) with the log and the position that does not hold.
absl::Status CheckEntry(absl::string_view log, int64_t position, absl::string_view hash,
                        const LogEntry& entry);

// The error of a chain that does not hold at `position`.
absl::Status LogBroken(absl::string_view log, int64_t position);

}  // namespace zhiping::sql
