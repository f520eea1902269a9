// What the two sides of power_cut.h write and read.
#pragma once

#include <cstdint>

namespace zhiping::faults {

// Before a write: followed by the `size` old bytes from `offset` on, of a file that had
// `file_size`.
struct UnsyncedWrite {
  int64_t offset;
  int64_t size;
  int64_t file_size;
};

}  // namespace zhiping::faults
