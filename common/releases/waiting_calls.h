// Calls that wait for what the snapshot lacks: a revision, or the release that they pinned.
#pragma once

#include <functional>
#include <list>
#include <string>
#include <utility>

#include "absl/functional/function_ref.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "common/releases/snapshot.h"

namespace zhiping::releases {

struct WaitingCall {
  Choice choice;
  // By the steady clock.
  absl::Duration deadline;
  std::function<void(absl::StatusOr<Chosen>)> done;

  // Whether it pinned that release.
  bool WaitsFor(const std::string& digest) const;
  // With what the snapshot has, or that what was pinned cannot be fetched now.
  void Answer(const Snapshot& snapshot, absl::Duration steady) const;
};

// Not thread-safe. Whoever takes calls out answers them, when no lock is held.
class WaitingCalls {
 public:
  static constexpr size_t kMost = 10'000;

  // False if there are too many.
  bool Add(const WaitingCall& call);

  bool AnyWaitsFor(const std::string& digest) const;
  // When the first one's time is up; infinite if there is none.
  absl::Duration NextDeadline() const;

  std::list<WaitingCall> TakeThoseFor(const std::string& digest);
  // Those that have what they waited for, or whose time is up.
  std::list<WaitingCall> TakeDone(const Snapshot& snapshot, absl::Duration steady);
  std::list<WaitingCall> TakeAll() { return std::exchange(calls_, {}); }

 private:
  std::list<WaitingCall> Take(absl::FunctionRef<bool(const WaitingCall&)> is_taken);

  std::list<WaitingCall> calls_;
};

}  // namespace zhiping::releases
