// Copies in Redis: the signed state of every programme, and the releases that it names. Redis is a
// cache: it may lose them, or hold something else, at any time.
#pragma once

#include <map>
#include <optional>
#include <set>
#include <string>

#include "absl/base/thread_annotations.h"
#include "absl/status/statusor.h"
#include "absl/synchronization/mutex.h"
#include "absl/time/time.h"
#include "common/redis/client.h"
#include "common/rpc/log.h"
#include "common/rpc/outcome_log.h"
#include "common/time/clock.h"
#include "services/catalogue/confirmer.h"
#include "services/catalogue/foreign_states.h"
#include "services/catalogue/store.h"

namespace zhiping::catalogue {

// Thread-safe.
class RedisCopies {
 public:
  // All outlive this.
  RedisCopies(redis::Client& client, Store& store, const Signing& signing, ForeignStates& foreign,
              const Clock& clock, const rpc::Log& log)
      : client_(client),
        store_(store),
        signing_(signing),
        foreign_(foreign),
        clock_(clock),
        log_(log),
        outcome_(log, rpc::Severity::kWarning, "redis_copies_failed", "redis_copies_kept") {}

  // The state to keep in Redis from now on. Never blocks.
  void Offer(const ConfirmedPtr& confirmed);
  void Forget(const std::string& programme);

  // Before a revision is given: what Redis holds of the programme is looked at once since the
  // start, so that a store that was restored does not give one again that others have met. Without
  // an answer of Redis there is nothing to learn, and the next call tries again. Blocks as Refresh.
  // Errors: those of the database.
  absl::Status LookOnce(absl::Time deadline, const std::string& programme);

  // Looks what Redis holds and puts there what it should; to be called every second or so, by one
  // thread. Blocks as long as Redis and the store do.
  void Refresh();

 private:
  struct Copy {
    ConfirmedPtr confirmed;
    // By digest: when the release was put there last; infinite: never, it is too large.
    std::map<std::string, absl::Duration> releases;
  };

  absl::Status RefreshProgramme(const Confirmed& confirmed, Copy& copy);
  // What is there and can be no copy of ours, such as a list, counts as nothing: it is replaced.
  absl::StatusOr<std::optional<std::string>> Find(const std::string& key);
  absl::Status PutReleases(const Confirmed& confirmed, bool all, Copy& copy);
  // Whether what is there is another replica's, as good as this one's.
  bool IsAsGood(const std::string& envelope, const Confirmed& confirmed) const;

  redis::Client& client_;
  Store& store_;
  const Signing& signing_;
  ForeignStates& foreign_;
  const Clock& clock_;
  const rpc::Log& log_;

  // Of Refresh alone.
  std::map<std::string, Copy> copies_;
  rpc::OutcomeLog outcome_;

  absl::Mutex mutex_;
  // Programmes that LookOnce has looked at.
  std::set<std::string> looked_ ABSL_GUARDED_BY(mutex_);
  std::map<std::string, ConfirmedPtr> offered_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace zhiping::catalogue
