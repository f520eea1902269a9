// What gRPC itself logs, as lines of our log.
#pragma once

#include <memory>

#include "common/rpc/log.h"
#include "common/time/clock.h"

namespace zhiping::rpc {

// While it lives, what gRPC logs goes to `log` (event `grpc`) instead of standard error; how much
// that is, GRPC_VERBOSITY and GRPC_TRACE say. Of errors that come from the same place in gRPC again
// and again, as while nobody answers at an address, one is written every ten minutes, with how many
// were left out before it. REQUIRES: one at a time; log and clock outlive it.
class GrpcLog {
 public:
  explicit GrpcLog(const Log& log, const Clock& clock = SystemClock());
  ~GrpcLog();
  GrpcLog(const GrpcLog&) = delete;
  GrpcLog& operator=(const GrpcLog&) = delete;

  class Lines;

 private:
  const std::unique_ptr<Lines> lines_;
};

}  // namespace zhiping::rpc
