// Releases in memory: what is in one never changes, so that nothing here is ever stale.
#pragma once

#include <list>
#include <map>
#include <memory>
#include <string>

#include "absl/base/thread_annotations.h"
#include "absl/status/statusor.h"
#include "absl/synchronization/mutex.h"
#include "absl/time/time.h"
#include "common/criteria/criteria.h"
#include "services/catalogue/store.h"

namespace zhiping::catalogue {

// Thread-safe; blocks when it has to ask the store.
class ReleaseCache {
 public:
  explicit ReleaseCache(Store& store) : store_(store) {}

  // The label of an imported release; empty for an empty digest. Errors: RELEASE_NOT_FOUND.
  absl::StatusOr<std::string> Label(absl::Time deadline, const std::string& digest);

  // A published release, compiled; the few that were used last are kept. Errors: RELEASE_NOT_FOUND.
  absl::StatusOr<std::shared_ptr<const criteria::Criteria>> Compiled(absl::Time deadline,
                                                                     const std::string& digest);

 private:
  using CriteriaPtr = std::shared_ptr<const criteria::Criteria>;

  Store& store_;
  absl::Mutex mutex_;
  std::map<std::string, std::string> labels_ ABSL_GUARDED_BY(mutex_);
  // The one used last is at the front.
  std::list<CriteriaPtr> compiled_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace zhiping::catalogue
