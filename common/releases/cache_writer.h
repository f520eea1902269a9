// Keeps the cache folder of a follower so that an instance can be started from it at any time.
#pragma once

#include <map>
#include <set>
#include <string>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/status/status.h"
#include "absl/synchronization/mutex.h"
#include "absl/time/time.h"
#include "common/releases/folder_source.h"
#include "common/releases/loader.h"
#include "common/releases/snapshot.h"
#include "common/releases/state.h"
#include "common/rpc/log.h"
#include "common/rpc/outcome_log.h"

namespace zhiping::releases {

class CacheWriter {
 public:
  // `cache`: null if there is none. Both outlive it. Log: cache_not_written, cache_written,
  // cache_emptied.
  CacheWriter(ReleaseCache* cache, const rpc::Log& log)
      : cache_(cache),
        log_(log),
        outcome_(log, rpc::Severity::kError, "cache_not_written", "cache_written") {}

  // A release that was loaded; the next Write writes it, unless it is from the cache. Thread-safe,
  // and does not wait for the disk.
  void Add(LoadedRelease loaded);

  // Sees to it that the folder has what was added and is still `available`, and the held states
  // whose releases it has; and removes releases that need not be there any more. What could not be
  // written is tried again the next time. Called by one thread.
  void Write(const std::vector<SignedState>& held, const Snapshot::Available& available,
             absl::Time now);

 private:
  struct Release {
    std::string envelope;
    bool written;
  };

  absl::Status WriteReleases(const Snapshot::Available& available);
  absl::Status WriteStates(const std::vector<SignedState>& held, absl::Time now);
  // Whether the folder has the release that the state puts in force.
  bool CanStartFrom(const SignedState& held, absl::Time now) const;

  ReleaseCache* const cache_;
  const rpc::Log& log_;
  absl::Mutex mutex_;
  std::vector<LoadedRelease> added_ ABSL_GUARDED_BY(mutex_);

  // Used by Write only. By digest; kept, though written, for a folder that somebody empties.
  std::map<std::string, Release> releases_;
  // There may be something to remove, as what an earlier run left.
  bool prune_ = true;
  // The text says which file, and what the system said.
  rpc::OutcomeLog outcome_;
};

}  // namespace zhiping::releases
