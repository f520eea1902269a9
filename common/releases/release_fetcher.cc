#include "common/releases/release_fetcher.h"

#include <utility>

namespace zhiping::releases {
namespace {

constexpr int kThreads = 2;
constexpr size_t kQueue = 256;

}  // namespace

ReleaseFetcher::ReleaseFetcher(const std::vector<Source*>& sources, const envelope::Trust& trust,
                               const Clock& clock, IsWanted is_wanted, Fetched fetched)
    : clock_(clock), is_wanted_(std::move(is_wanted)), fetched_(std::move(fetched)) {
  for (Source* const source : sources) {
    loaders_.emplace_back(std::vector<Source*>{source}, trust);
    pools_.push_back(std::make_unique<rpc::BoundedPool>(kThreads, kQueue));
  }
}

ReleaseFetcher::~ReleaseFetcher() {
  // A source's threads submit to the next one's: the last one's end last.
  for (auto& pool : pools_) pool = nullptr;
}

void ReleaseFetcher::Fetch(const Pin& pin) {
  {
    absl::MutexLock lock(&mutex_);
    if (!under_way_.insert(pin).second) return;
  }
  AskSoon(0, pin, absl::OkStatus());
}

void ReleaseFetcher::AskSoon(size_t source, const Pin& pin, const absl::Status& away) {
  const absl::Status submitted =
      pools_[source]->Submit([this, source, pin, away] { Ask(source, pin, away); });
  if (!submitted.ok()) Finish(pin, submitted);
}

void ReleaseFetcher::Ask(size_t source, const Pin& pin, absl::Status away) {
  if (Dropped(pin)) return;
  auto loaded = loaders_[source].Load(pin.digest, pin.programme, clock_.Now());
  const bool missed = !loaded.ok() && !IsRefusal(loaded.status());
  if (missed && !absl::IsNotFound(loaded.status())) away = loaded.status();
  if (missed && source + 1 < pools_.size()) return AskSoon(source + 1, pin, away);
  if (missed && !away.ok()) return Finish(pin, away);
  Finish(pin, std::move(loaded));
}

bool ReleaseFetcher::Dropped(const Pin& pin) {
  if (is_wanted_(pin)) return false;
  {
    absl::MutexLock lock(&mutex_);
    under_way_.erase(pin);
  }
  // Whoever came to want it before it was erased relies on this; whoever came later looks himself.
  if (!is_wanted_(pin)) return true;
  absl::MutexLock lock(&mutex_);
  return !under_way_.insert(pin).second;
}

void ReleaseFetcher::Finish(const Pin& pin, absl::StatusOr<LoadedRelease> result) {
  {
    absl::MutexLock lock(&mutex_);
    under_way_.erase(pin);
  }
  fetched_(pin, std::move(result));
}

}  // namespace zhiping::releases
