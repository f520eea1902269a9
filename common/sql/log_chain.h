// The hash chain of a log: what exactly an entry's hash covers. Pure.
#pragma once

#include <cstdint>
#include <string>

#include "absl/strings/string_view.h"

namespace zhiping::sql {

// SHA-256 over, in this order, each preceded by its length as 8 bytes, most significant first:
//   "zhiping.log.v1" · the log's name · prev_hash · position · instant · bytes
// position and instant (microseconds since 1970, UTC) are 8 bytes each, most significant first,
// two's complement. The entry at position 1 has 32 zero bytes as prev_hash.
std::string EntryHash(absl::string_view log, absl::string_view prev_hash, int64_t position,
                      int64_t instant_micros, absl::string_view bytes);

// prev_hash of position 1, and the hash of the head of an empty log.
std::string FirstHash();

}  // namespace zhiping::sql
