// Errors on the wire: an absl::Status with its ErrorDetail becomes a grpc::Status with
// google.rpc.ErrorInfo (domain `zhiping`), LocalizedMessage in zh-CN and en, and BadRequest, and
// back again. The only place that knows both.
#pragma once

#include <grpcpp/support/status.h>

#include "absl/status/status.h"

namespace zhiping::rpc {

inline constexpr char kErrorDomain[] = "zhiping";

// A status travels in HTTP/2 headers, of which gRPC accepts 8 KiB in all.
inline constexpr size_t kMaxStatusBytes = 4096;
inline constexpr int kMaxFieldViolations = 10;

// In the metadata of an error that no service answered: gRPC's own words.
inline constexpr char kGrpcMessage[] = "grpcMessage";

// What a client gets for `status`: at most kMaxFieldViolations violations, and as many bytes as fit
// into kMaxStatusBytes. Violations are left out first, then entries at the end of lists of ids
// (common/status/value_list.h), never parts of one; ErrorInfo's kViolationsTotal, and the list's
// key with kTotalSuffix, say how many there were if not all are there. The message is the English
// sentence in ASCII; other characters are written \uXXXX.
grpc::Status ToGrpcStatus(const absl::Status& status);

// What a server meant. An answer without our details (the service cannot be reached, the deadline
// passed, the call was cancelled, a message was above a limit of gRPC's, something else answered)
// gets SERVICE_UNREACHABLE, DEADLINE_PASSED, CANCELLED, TOO_LARGE, OVERLOADED, NO_SUCH_SERVICE or
// INTERNAL_ERROR.
absl::Status FromGrpcStatus(const grpc::Status& status);

}  // namespace zhiping::rpc
