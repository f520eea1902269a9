#include "common/releases/release_fetcher.h"

#include <utility>

namespace zhiping::releases {
namespace {

constexpr int kThreads = 2;
constexpr size_t kQueue = 256;

}  // namespace

ReleaseFetcher::ReleaseFetcher(const std::vector<Source*>& sources, const envelope::Trust& trust,
                               const Clock& clock, IsWanted is_wanted, Fetched fetched)
    : clock_(clock),
      is_wanted_(std::move(is_wanted)),
      fetched_(std::move(fetched)),
      sources_(sources) {
  for (Source* const source : sources) {
    loaders_.emplace_back(std::vector<Source*>{source}, trust);
    pools_.push_back(std::make_unique<rpc::BoundedPool>(kThreads, kQueue));
  }
}

ReleaseFetcher::~ReleaseFetcher() {
  // A source's threads submit to the next one's: the last one's end last.
  for (auto& pool : pools_) pool = nullptr;
}

void ReleaseFetcher::Fetch(const std::string& digest) {
  {
    absl::MutexLock lock(&mutex_);
    if (!under_way_.insert(digest).second) return;
  }
  AskSoon(0, digest, absl::OkStatus());
}

void ReleaseFetcher::AskSoon(size_t source, const std::string& digest, const absl::Status& away) {
  const absl::Status submitted =
      pools_[source]->Submit([this, source, digest, away] { Ask(source, digest, away); });
  if (!submitted.ok()) Finish(digest, submitted);
}

void ReleaseFetcher::Ask(size_t source, const std::string& digest, absl::Status away) {
  if (Dropped(digest)) return;
  auto loaded = loaders_[source].Load(digest, "", clock_.Now());
  const bool missed = !loaded.ok() && !IsRefusal(loaded.status());
  if (missed && !absl::IsNotFound(loaded.status())) away = loaded.status();
  // Whether others answer changes nothing of what was never published.
  if (absl::IsNotFound(loaded.status()) && sources_[source]->publishes()) {
    away = absl::OkStatus();
  }
  if (missed && source + 1 < pools_.size()) return AskSoon(source + 1, digest, away);
  if (missed && !away.ok()) return Finish(digest, away);
  Finish(digest, std::move(loaded));
}

bool ReleaseFetcher::Dropped(const std::string& digest) {
  if (is_wanted_(digest)) return false;
  {
    absl::MutexLock lock(&mutex_);
    under_way_.erase(digest);
  }
  // Whoever came to want it before it was erased relies on this; whoever came later looks himself.
  if (!is_wanted_(digest)) return true;
  absl::MutexLock lock(&mutex_);
  return !under_way_.insert(digest).second;
}

void ReleaseFetcher::Finish(const std::string& digest, absl::StatusOr<LoadedRelease> result) {
  {
    absl::MutexLock lock(&mutex_);
    under_way_.erase(digest);
  }
  fetched_(digest, std::move(result));
}

}  // namespace zhiping::releases
