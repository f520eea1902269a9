#include "common/releases/waiting_calls.h"

#include <algorithm>
#include <iterator>
#include <utility>

#include "common/releases/loader.h"

namespace zhiping::releases {

bool WaitingCall::WaitsFor(const std::string& digest) const {
  return choice.release_digest == digest;
}

void WaitingCall::Answer(const Snapshot& snapshot, absl::Duration steady) const {
  auto chosen = snapshot.Choose(choice, steady);
  // That it is not here does not say that it is nowhere.
  if (absl::IsNotFound(chosen.status()) && !choice.release_digest.empty()) {
    chosen = CannotFetchNow(choice.release_digest);
  }
  done(std::move(chosen));
}

bool WaitingCalls::Add(const WaitingCall& call) {
  if (calls_.size() >= kMost) return false;
  calls_.push_back(call);
  return true;
}

bool WaitingCalls::AnyWaitsFor(const std::string& digest) const {
  return std::any_of(calls_.begin(), calls_.end(),
                     [&](const WaitingCall& call) { return call.WaitsFor(digest); });
}

absl::Duration WaitingCalls::NextDeadline() const {
  absl::Duration next = absl::InfiniteDuration();
  for (const WaitingCall& call : calls_) next = std::min(next, call.deadline);
  return next;
}

std::list<WaitingCall> WaitingCalls::TakeThoseFor(const std::string& digest) {
  return Take([&](const WaitingCall& call) { return call.WaitsFor(digest); });
}

std::list<WaitingCall> WaitingCalls::TakeDone(const Snapshot& snapshot, absl::Duration steady) {
  return Take([&](const WaitingCall& call) {
    return call.deadline <= steady || snapshot.Choose(call.choice, steady).ok();
  });
}

std::list<WaitingCall> WaitingCalls::Take(absl::FunctionRef<bool(const WaitingCall&)> is_taken) {
  std::list<WaitingCall> taken;
  for (auto it = calls_.begin(); it != calls_.end();) {
    const auto next = std::next(it);
    if (is_taken(*it)) taken.splice(taken.end(), calls_, it);
    it = next;
  }
  return taken;
}

}  // namespace zhiping::releases
