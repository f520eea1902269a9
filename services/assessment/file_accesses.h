// Who of others reads files of enterprises: told to the enterprise too, beside the audit log.
#pragma once

#include <functional>
#include <memory>
#include <vector>

#include "common/rpc/bounded_pool.h"
#include "common/rpc/call_audit.h"
#include "services/assessment/environment.h"

namespace zhiping::assessment {

// What the enterprise may list (ListAccesses) is written before the answer is given, and then audit
// records it as it does for every service. Thread-safe.
class FileAccesses final : public rpc::CallAudit {
 public:
  // All outlive this. `pool` runs what blocks.
  FileAccesses(rpc::CallAudit& audit, const Environment& environment, rpc::BoundedPool& pool)
      : audit_(audit), environment_(environment), pool_(pool) {}

  void Denied(const identity::Caller& caller, absl::string_view method,
              Reason::Value reason) override {
    audit_.Denied(caller, method, reason);
  }
  void RecordReads(rpc::CallerPtr caller, absl::string_view method,
                   std::vector<rpc::EnterpriseFile> files,
                   std::function<void(const absl::Status&)> done) override;

 private:
  absl::Status Write(const identity::Caller& caller, absl::string_view method,
                     const std::vector<rpc::EnterpriseFile>& files) const;

  rpc::CallAudit& audit_;
  const Environment& environment_;
  rpc::BoundedPool& pool_;
};

}  // namespace zhiping::assessment
