// What gRPC itself logs, as lines of our log.
#pragma once

#include "common/rpc/log.h"

namespace zhiping::rpc {

// While it lives, what gRPC logs goes to `log` (event `grpc`) instead of standard error; how much
// that is, GRPC_VERBOSITY and GRPC_TRACE say. REQUIRES: one at a time; log outlives it.
class GrpcLog {
 public:
  explicit GrpcLog(const Log& log);
  ~GrpcLog();
  GrpcLog(const GrpcLog&) = delete;
  GrpcLog& operator=(const GrpcLog&) = delete;
};

}  // namespace zhiping::rpc
