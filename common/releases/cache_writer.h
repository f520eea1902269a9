// Keeps the cache folder of a follower so that an instance can be started from it at any time.
#pragma once

#include <map>
#include <set>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "common/releases/folder_source.h"
#include "common/releases/loader.h"
#include "common/releases/state.h"
#include "common/rpc/log.h"

namespace zhiping::releases {

// Not thread-safe.
class CacheWriter {
 public:
  // `cache`: null if there is none. Both outlive it. Log: cache_not_written.
  CacheWriter(ReleaseCache* cache, const rpc::Log& log) : cache_(cache), log_(log) {}

  // What the next Write writes, unless it is from the cache.
  void Add(const std::string& digest, LoadedRelease loaded);

  // Writes the added releases and then the held states that are new, and removes releases that need
  // not be there any more. What could not be written is tried again the next time.
  void Write(const std::vector<SignedState>& held);

 private:
  absl::Status WriteReleases(const std::set<std::string>& named);
  absl::Status WriteStates(const std::vector<SignedState>& held);

  ReleaseCache* const cache_;
  const rpc::Log& log_;
  // By digest: envelopes that are to be written; by programme: that of the state that is there.
  std::map<std::string, std::string> releases_, states_;
  // There may be something to remove, as what an earlier run left.
  bool prune_ = true;
  bool failed_ = false;
};

}  // namespace zhiping::releases
