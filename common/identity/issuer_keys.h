// The keys of one issuer as they are now: read again and again, and kept while they cannot be read.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "absl/base/thread_annotations.h"
#include "absl/status/status.h"
#include "absl/synchronization/mutex.h"
#include "absl/synchronization/notification.h"
#include "absl/time/time.h"
#include "common/identity/key_set.h"
#include "common/identity/key_source.h"
#include "common/time/clock.h"
#include "common/time/periodic.h"

namespace zhiping::identity {

struct KeysReading {
  // OK, or why they could not be read.
  absl::Status status;
  // The first; or it went otherwise than the one before; or other keys are there now.
  bool is_news = false;
};

// Told of each reading, from the thread that reads.
using KeysObserver = std::function<void(const std::string& issuer, const KeysReading& reading)>;

// Thread-safe.
class IssuerKeys {
 public:
  // Reads them at once, in a thread of its own. REQUIRES: clock outlives this.
  IssuerKeys(std::string issuer, std::unique_ptr<KeySource> source, absl::Duration refresh,
             const Clock& clock, KeysObserver observer);
  ~IssuerKeys();

  // Waits until they were read for the first time, as long as the source takes, and says how that
  // went.
  const absl::Status& FirstRead() const;

  // The last good set, null if there was none yet. Its generation grows whenever another set takes
  // its place.
  struct Current {
    std::shared_ptr<const KeySet> keys;
    int64_t generation = 0;
  };
  Current Get() const;

  // A token names a key that is not there: they are read again soon, at most once a second.
  void ReadSoon();

 private:
  void Refresh();
  // Whether there are other keys than before.
  absl::StatusOr<bool> Read();

  const std::string issuer_;
  const std::unique_ptr<KeySource> source_;
  const Clock& clock_;
  const KeysObserver observer_;

  mutable absl::Mutex mutex_;
  Current current_ ABSL_GUARDED_BY(mutex_);
  // By the steady clock.
  absl::Duration last_wake_ ABSL_GUARDED_BY(mutex_) = -absl::InfiniteDuration();
  // Only of the thread that reads.
  std::string bytes_;
  std::optional<absl::Status> last_;
  // Written before the notification.
  absl::Status first_read_;
  absl::Notification read_once_;
  // Ends first.
  std::unique_ptr<Periodic> refreshing_;
};

}  // namespace zhiping::identity
