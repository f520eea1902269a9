// What the one way of handling a call hands to audit; common/audit implements it. It stands here
// and not there so that whoever handles calls needs no database.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "common/identity/caller.h"
#include "common/status/error.h"

namespace zhiping::rpc {

using CallerPtr = std::shared_ptr<const identity::Caller>;

// A file of an enterprise: answers, evidence, notes, results.
struct EnterpriseFile {
  // USCC.
  std::string enterprise;
  // `submission`, for example; `enterprise` if it is all that there is of it.
  std::string kind;
  std::string id;
  // What for, as the reader says; empty: nobody asked.
  std::string purpose = {};
  // The call does something with it for its enterprise, as that itself does, and nothing else in
  // audit tells of it.
  bool acted_on = false;
};

// Thread-safe.
class CallAudit {
 public:
  virtual ~CallAudit() = default;

  // The caller made a call that it may not make. Never blocks.
  virtual void Denied(const identity::Caller& caller, absl::string_view method,
                      Reason::Value reason) = 0;

  // The caller is about to get what it read. Never blocks; `done` is called once, perhaps in
  // another thread: OK once the reads are committed. Errors, UNAVAILABLE: AUDIT_UNAVAILABLE.
  virtual void RecordReads(CallerPtr caller, absl::string_view method,
                           std::vector<EnterpriseFile> files,
                           std::function<void(const absl::Status&)> done) = 0;
};

}  // namespace zhiping::rpc
