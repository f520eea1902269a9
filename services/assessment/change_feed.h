// The log of changes as it grows: moved into place, read, and waited for.
#pragma once

#include <cstdint>
#include <functional>
#include <list>
#include <memory>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/status/statusor.h"
#include "absl/synchronization/mutex.h"
#include "absl/time/time.h"
#include "common/identity/access_rule.h"
#include "common/rpc/call_audit.h"
#include "common/rpc/log.h"
#include "common/rpc/outcome_log.h"
#include "common/time/periodic.h"
#include "services/assessment/store.h"
#include "zhiping/assessment/v1/change.pb.h"
#include "zhiping/assessment/v1/feed_service.pb.h"

namespace zhiping::assessment {

// A page of the log, as callers get it.
struct ChangePage {
  std::vector<v1::ChangeEntry> entries;
  sql::LogCursor next;
  // Nothing more is there for now.
  bool at_end = false;
  // What has to be recorded before they are sent.
  std::vector<rpc::EnterpriseFile> files;
};

// Any number of instances on one database may do this. Thread-safe.
class ChangeFeed {
 public:
  // Both outlive this. `interval`: between two looks for what was committed.
  ChangeFeed(Store& store, const rpc::Log& log, absl::Duration interval);
  // Wakes all that wait.
  ~ChangeFeed();

  // At most `limit` entries, fewer of large ones (about 2 MiB), for whoever reaches these files:
  // all, or those of a platform, which gets the others withheld. Errors: FEED_REWOUND;
  // INVALID_FIELD for a cursor that is none.
  absl::StatusOr<ChangePage> Read(absl::Time deadline, const sql::LogCursor& after, int limit,
                                  const identity::FilesInReach& reach) const;

  // Calls `woken` once, in another thread, when the log has entries after the position, or at
  // `until`; at once if it has them already. It does not block.
  void Await(int64_t position, absl::Time until, std::function<void()> woken);

 private:
  struct Waiting {
    int64_t position;
    absl::Time until;
    std::function<void()> woken;
  };

  void Sequence();
  // Takes those out for whom it is time.
  std::list<Waiting> TakeDue(absl::Time now) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);

  Store& store_;
  // Of Sequence alone.
  rpc::OutcomeLog sequenced_;
  absl::Mutex mutex_;
  int64_t head_ ABSL_GUARDED_BY(mutex_) = 0;
  bool closed_ ABSL_GUARDED_BY(mutex_) = false;
  std::list<Waiting> waiting_ ABSL_GUARDED_BY(mutex_);
  // Ends first.
  std::unique_ptr<Periodic> sequencing_;
};

// Cursors as callers have them. Errors: INVALID_FIELD.
absl::StatusOr<sql::LogCursor> ReadCursor(const v1::ChangeCursor& cursor);
v1::ChangeCursor ToMessage(const sql::LogCursor& cursor);

}  // namespace zhiping::assessment
