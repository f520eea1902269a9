// What another service keeps of an audit log: its signed heads, for `audit verify --kept-by`.
#pragma once

#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "common/envelope/trust.h"
#include "services/ctl/operations_options.h"
#include "zhiping/common/v1/operations_service.pb.h"

namespace zhiping::ctl {

struct KeptElsewhere {
  // Of the service that keeps them.
  std::string keeper;
  // Of the log, by position.
  std::vector<common::v1::AuditHead> heads;
  // How many of them contradicted others when they came.
  int contradicting = 0;
  // How many kept heads have signatures that do not count, and why the first does not.
  int refused = 0;
  absl::Status refusal;
  // The last head of each other log of the same service; the latest first.
  std::vector<common::v1::AuditHead> others;
};

// All that a service keeps. Errors: those of the call.
absl::StatusOr<std::vector<common::v1::KeptAuditHead>> ReadKeptHeads(
    const OperationsClient& keeper);

// What is kept of the log of `own`, a head that the log's service gave just now. Errors:
// AUDIT_NOT_KEPT.
absl::StatusOr<KeptElsewhere> HeadsOfLog(const std::string& keeper,
                                         const std::vector<common::v1::KeptAuditHead>& kept,
                                         const common::v1::AuditHead& own,
                                         const envelope::Trust& trust);

}  // namespace zhiping::ctl
