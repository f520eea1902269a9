// Until when a call may wait for the store.
#pragma once

#include <grpcpp/server_context.h>

#include "absl/time/time.h"
#include "common/rpc/wait.h"

namespace zhiping::rpc {

// Shortly before the call's own deadline, and not later than in 10 s.
inline absl::Time DeadlineOf(const grpc::CallbackServerContext& call) {
  return WaitUntil(absl::FromChrono(call.deadline()), absl::Seconds(10));
}

}  // namespace zhiping::rpc
