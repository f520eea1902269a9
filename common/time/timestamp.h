// google.protobuf.Timestamp and absl::Time.
#pragma once

#include <algorithm>
#include <cstdint>

#include "absl/time/time.h"
#include "google/protobuf/timestamp.pb.h"

namespace zhiping {

// The first and the last instant that a Timestamp can say: of the years 1 and 9999.
inline constexpr int64_t kFirstTimestampSeconds = -62'135'596'800;
inline constexpr int64_t kLastTimestampSeconds = 253'402'300'799;

// Cut to whole milliseconds, so that an instant is the same after writing and reading it anywhere.
// An instant that is earlier or later than a Timestamp can say is the first or last that it can.
inline google::protobuf::Timestamp ToTimestamp(absl::Time time) {
  const int64_t milliseconds = std::clamp(absl::ToUnixMillis(time), kFirstTimestampSeconds * 1000,
                                          kLastTimestampSeconds * 1000 + 999);
  google::protobuf::Timestamp timestamp;
  // Rounded down, also before 1970.
  const int64_t seconds = (milliseconds - (milliseconds % 1000 + 1000) % 1000) / 1000;
  timestamp.set_seconds(seconds);
  timestamp.set_nanos(static_cast<int32_t>(milliseconds - seconds * 1000) * 1'000'000);
  return timestamp;
}

inline absl::Time FromTimestamp(const google::protobuf::Timestamp& timestamp) {
  return absl::FromUnixSeconds(timestamp.seconds()) + absl::Nanoseconds(timestamp.nanos());
}

}  // namespace zhiping
