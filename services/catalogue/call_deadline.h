// Until when a call may wait for the store.
#pragma once

#include <grpcpp/server_context.h>

#include <algorithm>

#include "absl/time/clock.h"
#include "absl/time/time.h"

namespace zhiping::catalogue {

// The call's own deadline, and not later than in 10 s.
inline absl::Time DeadlineOf(const grpc::CallbackServerContext& call) {
  return std::min(absl::FromChrono(call.deadline()), absl::Now() + absl::Seconds(10));
}

}  // namespace zhiping::catalogue
