// Releases that callers pinned by digest, and digests that nobody has.
#pragma once

#include <deque>
#include <memory>
#include <string>

#include "absl/container/flat_hash_map.h"
#include "absl/time/time.h"
#include "common/criteria/criteria.h"
#include "common/releases/snapshot.h"

namespace zhiping::releases {

// Not thread-safe.
class PinnedReleases {
 public:
  // Keeps at most that many; the one that was fetched first goes first.
  explicit PinnedReleases(size_t kept) : kept_(kept) {}

  void Keep(std::shared_ptr<const criteria::Criteria> criteria);
  void AddTo(Snapshot::Available& available) const;

  // Whether nobody had it a moment ago. `steady`: the steady clock now.
  bool IsMissing(const std::string& digest, absl::Duration steady) const;
  void MarkMissing(const std::string& digest, absl::Duration steady);

 private:
  const size_t kept_;
  std::deque<std::shared_ptr<const criteria::Criteria>> releases_;
  // Until when a digest is not looked for again.
  absl::flat_hash_map<std::string, absl::Duration> missing_;
};

}  // namespace zhiping::releases
