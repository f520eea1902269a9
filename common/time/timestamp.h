// google.protobuf.Timestamp and absl::Time.
#pragma once

#include "absl/time/time.h"
#include "google/protobuf/timestamp.pb.h"

namespace zhiping {

// Cut to whole milliseconds, so that an instant is the same after writing and reading it anywhere.
inline google::protobuf::Timestamp ToTimestamp(absl::Time time) {
  const int64_t milliseconds = absl::ToUnixMillis(time);
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
