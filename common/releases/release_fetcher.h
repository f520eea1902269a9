// Looks for releases that callers pinned, in one source after the other. Each source has threads of
// its own, so that one that hangs holds up only what no source before it has.
#pragma once

#include <functional>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/synchronization/mutex.h"
#include "common/envelope/trust.h"
#include "common/releases/loader.h"
#include "common/releases/source.h"
#include "common/rpc/bounded_pool.h"
#include "common/time/clock.h"

namespace zhiping::releases {

// Thread-safe.
class ReleaseFetcher {
 public:
  // Whether anybody still waits for it.
  using IsWanted = std::function<bool(const std::string& digest)>;
  // What came of it: the errors of Loader::Load; OVERLOADED.
  using Fetched = std::function<void(const std::string& digest, absl::StatusOr<LoadedRelease>)>;

  // Sources are asked in this order; they, trust and clock outlive the fetcher. The functions are
  // called from its threads.
  ReleaseFetcher(const std::vector<Source*>& sources, const envelope::Trust& trust,
                 const Clock& clock, IsWanted is_wanted, Fetched fetched);
  // Waits for the sources that are being asked; asks no further ones for what nobody wants.
  ~ReleaseFetcher();

  // Begins to look for it, of whichever programme it is, unless that is under way. `fetched` is
  // called once, or not at all if nobody wants it any more when a source's turn comes.
  void Fetch(const std::string& digest);

 private:
  // Asks the source of this number when a thread is free. `away`: why an earlier one did not
  // answer; OK if all of them lack it.
  void AskSoon(size_t source, const std::string& digest, const absl::Status& away);
  void Ask(size_t source, const std::string& digest, absl::Status away);
  // Whether nobody wants it any more; then it is not under way either.
  bool Dropped(const std::string& digest);
  void Finish(const std::string& digest, absl::StatusOr<LoadedRelease> result);

  const Clock& clock_;
  const IsWanted is_wanted_;
  const Fetched fetched_;
  absl::Mutex mutex_;
  std::set<std::string> under_way_ ABSL_GUARDED_BY(mutex_);
  const std::vector<Source*> sources_;
  // One of each for a source.
  std::vector<Loader> loaders_;
  std::vector<std::unique_ptr<rpc::BoundedPool>> pools_;
};

}  // namespace zhiping::releases
