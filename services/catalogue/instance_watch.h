// For how long each instance has been silent, as this replica has seen it.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/synchronization/mutex.h"
#include "absl/time/time.h"
#include "common/time/clock.h"
#include "services/catalogue/store_rows.h"

namespace zhiping::catalogue {

// Counts silence by the steady clock of this process. The instant in the store is by the clock of
// whichever replica heard from the instance, which may be wrong: it is only compared with what was
// there before. If it is another one, the instance was heard from again. Thread-safe.
class InstanceWatch {
 public:
  // `lease`: after which an instance's silence is UNKNOWN.
  InstanceWatch(const Clock& clock, absl::Duration lease) : clock_(clock), lease_(lease) {}

  struct Silence {
    // Since this replica saw that it was heard from, or else since it began to watch.
    absl::Duration lasts;
    // Only the latter: it may have been silent for longer.
    bool unsure = false;
    // UNKNOWN (失联).
    bool lost = false;
    // By the clock of this replica, and never later than now.
    absl::Time last_seen;
  };
  // What the store says now of one, which goes by the key of its row.
  Silence See(const std::string& key, absl::Time last_seen);
  // The same of all that it has: others are not watched any more.
  void SeeAll(const LastSeen& instances);

  // Of what was seen last: those that are UNKNOWN, the longest silent first.
  std::vector<std::string> Lost() const;
  // Those of them that are not waited for any more.
  LastSeen Expired() const;

  // What another replica has just heard by its clock, and is still to come by that of this one.
  struct Ahead {
    // Its id.
    std::string instance;
    absl::Duration by;
    absl::Time since;
  };
  std::optional<Ahead> FindAhead() const;

  absl::Duration lease() const { return lease_; }

 private:
  struct Watched {
    absl::Time last_seen;
    // By the steady clock.
    absl::Duration since;
    bool unsure = true;
    // How far ahead of this clock it was when it was seen; zero unless that is too far.
    absl::Duration ahead;
    absl::Time ahead_since;
  };
  Silence SeeOne(const std::string& key, absl::Time last_seen)
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  bool IsLost(const Watched& watched) const { return clock_.Steady() - watched.since > lease_; }

  const Clock& clock_;
  const absl::Duration lease_;
  mutable absl::Mutex mutex_;
  std::map<std::string, Watched> watched_ ABSL_GUARDED_BY(mutex_);
  // All were seen once: whoever is new from now on was just heard from.
  bool watching_ ABSL_GUARDED_BY(mutex_) = false;
};

}  // namespace zhiping::catalogue
