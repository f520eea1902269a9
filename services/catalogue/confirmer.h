// Signs activation states, each after reading the programme from the primary store.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <set>
#include <string>

#include "absl/base/thread_annotations.h"
#include "absl/status/statusor.h"
#include "absl/synchronization/mutex.h"
#include "absl/time/time.h"
#include "common/rpc/log.h"
#include "common/status/error.h"
#include "common/time/clock.h"
#include "services/catalogue/domain/history.h"
#include "services/catalogue/signing.h"
#include "services/catalogue/store.h"

namespace zhiping::catalogue {

// A programme as it was in the primary store at state.confirmed_at. Immutable.
struct Confirmed {
  std::shared_ptr<const History> history;
  v1::ActivationState state;
  // The state, signed; empty while the catalogue must not sign (MaySign, WithdrawnActivation).
  std::string envelope;
  // The steady clock before the read.
  absl::Duration read_at;
};
using ConfirmedPtr = std::shared_ptr<const Confirmed>;

// Whether `a` knows at least as much as `b`: what was read later may have been read earlier.
bool AtLeastAsNew(const Confirmed& a, const Confirmed& b);

struct ConfirmerOptions {
  // How often followers are told that nothing has changed.
  absl::Duration confirm_interval = absl::Seconds(10);
  // The most that a read of the store takes.
  absl::Duration read_timeout = absl::Seconds(3);
  // While the store cannot be read, it is tried this often, and so is a programme whose state
  // cannot be signed.
  absl::Duration retry_interval = absl::Seconds(1);
};

// Thread-safe.
class Confirmer {
 public:
  struct Listeners {
    // A state that changed, or that was confirmed again; called by any thread, also out of order.
    std::function<void(const ConfirmedPtr&)> confirmed;
    // A programme that is neither in the store nor followed any more.
    std::function<void(const std::string& programme)> forgotten;
    // Whether the primary store can be read: at the first read, then at every change. It cannot
    // after three attempts that failed.
    std::function<void(bool)> readable;
    // Programmes to confirm beside those of the store.
    std::function<std::set<std::string>()> followed;
  };

  // All outlive the confirmer.
  Confirmer(Store& store, const Signing& signing, const Clock& clock, const rpc::Log& log,
            ConfirmerOptions options, Listeners listeners);

  // The state now, for whoever asks; blocks. Errors: those of the database, those of Signing.
  absl::StatusOr<ConfirmedPtr> Confirm(absl::Time deadline, const std::string& programme);

  // What a transaction that was committed has signed.
  void Committed(const ConfirmedPtr& confirmed);

  // Looks whether anything has changed or has to be confirmed again, and does so. A programme for
  // which that fails holds up no other; that, and why, is logged when it begins and when it ends.
  // To be called often, by one thread.
  void Watch();

 private:
  struct Known {
    ConfirmedPtr confirmed;
    // When it was signed, and when listeners were last told.
    absl::Duration signed_at, told_at;
  };

  // By the wall clock, in whole milliseconds, and by the steady one.
  struct Instant {
    absl::Time wall;
    absl::Duration steady;
  };
  Instant Now() const;

  absl::StatusOr<ConfirmedPtr> ReadAndSign(absl::Time deadline, const std::string& programme);
  // `read_at`: before it was read that this is the history.
  absl::StatusOr<ConfirmedPtr> Sign(const Instant& read_at,
                                    std::shared_ptr<const History> history) const;
  // Keeps it, and tells listeners if `again` or if it says something new.
  void Keep(const ConfirmedPtr& confirmed, bool again);
  ConfirmedPtr Find(const std::string& programme, absl::Duration& signed_at,
                    absl::Duration& told_at) const;
  bool MustConfirm(const std::string& programme, const HistoryVersion& version) const;
  // Errors: that the store is away.
  absl::Status WatchProgramme(const std::string& programme, const HistoryVersion& version);
  // What came of confirming a programme.
  void Note(const std::string& programme, const absl::Status& outcome);
  void Forget(const std::set<std::string>& all_but);
  void Read(const absl::Status& status);

  Store& store_;
  const Signing& signing_;
  const Clock& clock_;
  const rpc::Log& log_;
  const ConfirmerOptions options_;
  const Listeners listeners_;

  struct Failing {
    Reason::Value reason = Reason::REASON_UNSPECIFIED;
    absl::Duration next_attempt;
  };

  // Of Watch alone.
  std::map<std::string, Failing> failing_;
  int failures_ = 0;
  absl::Duration next_attempt_;
  bool was_read_ = false;

  mutable absl::Mutex mutex_;
  std::map<std::string, Known> known_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace zhiping::catalogue
