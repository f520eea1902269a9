// Gives heads of the audit log to another service, which keeps them.
#pragma once

#include <grpcpp/channel.h>

#include <functional>
#include <memory>
#include <string>

#include "absl/status/status.h"

namespace zhiping::audit {

// For AuditOptions::give_head: calls KeepAuditHead, and waits for at most 2 s. Null for a null
// channel.
std::function<absl::Status(const std::string& envelope)> GiveHeadsTo(
    const std::shared_ptr<grpc::Channel>& keeper);

}  // namespace zhiping::audit
