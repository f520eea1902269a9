// Whether a database answers, so that callers do not wait, one after the other and each until its
// deadline, for one that does not.
#pragma once

#include <cstdint>

#include "absl/base/thread_annotations.h"
#include "absl/status/status.h"
#include "absl/synchronization/mutex.h"
#include "absl/time/time.h"
#include "common/sql/deadline.h"
#include "common/sql/error.h"

namespace zhiping::sql {

// Thread-safe.
class Answering {
 public:
  // A call goes to the database, and ends so. It is away once a connection was lost, or somebody
  // waited in vain for a while, and nobody was answered meanwhile; it is there again with the first
  // answer, whatever that says.
  int64_t Begin();
  void End(int64_t begun, const absl::Status& status);
  // Whether it is away, or those who wait for it have heard nothing for a while.
  bool Silent() const;

  enum class Admission {
    kCall,
    // Away, as far as is known: find out and say so by Probed. The others are refused meanwhile,
    // and for a moment afterwards.
    kProbe,
    kRefuse,
  };
  Admission Admit();
  // What the probe ended with.
  void Probed(const absl::Status& status);
  // What is refused gets: of the kind with which it went away.
  absl::Status Refusal() const;

 private:
  bool SilentForLong() const ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);

  mutable absl::Mutex mutex_;
  // How many answers there were.
  int64_t answers_ ABSL_GUARDED_BY(mutex_) = 0;
  // Calls that wait, and since when none of them was answered.
  int waiting_ ABSL_GUARDED_BY(mutex_) = 0;
  Deadline::Time silent_since_ ABSL_GUARDED_BY(mutex_);
  bool away_ ABSL_GUARDED_BY(mutex_) = false;
  bool probing_ ABSL_GUARDED_BY(mutex_) = false;
  SqlError kind_ ABSL_GUARDED_BY(mutex_) = SqlError::kConnectionLost;
  Deadline::Time next_probe_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace zhiping::sql
