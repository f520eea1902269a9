// Denied calls of the present minute, one row for each caller and method. Pure.
#pragma once

#include <map>
#include <string>
#include <tuple>
#include <vector>

#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "common/audit/entry.h"
#include "common/status/error.h"

namespace zhiping::audit {

// Callers and methods that are told apart within a minute. The calls of all others are one row a
// method, without a caller, so that nobody can fill the memory or the log.
inline constexpr size_t kMostDeniedRows = 10'000;

// Used by one thread.
class DeniedCalls {
 public:
  void Add(const identity::Caller& caller, absl::string_view method, Reason::Value reason,
           absl::Time now);

  // Takes the rows of minutes that are over at `now`; with InfiniteFuture, all.
  std::vector<AuditEntry> TakeDue(absl::Time now);

  bool empty() const { return rows_.empty(); }

 private:
  // Minute since 1970, issuer, subject, for whom, service, method.
  using Key = std::tuple<int64_t, std::string, std::string, std::string, std::string, std::string>;
  // In the order in which they are written.
  std::map<Key, AuditEntry> rows_;
};

}  // namespace zhiping::audit
