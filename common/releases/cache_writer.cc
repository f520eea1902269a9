#include "common/releases/cache_writer.h"

#include <algorithm>
#include <utility>

namespace zhiping::releases {

void CacheWriter::Add(LoadedRelease loaded) {
  if (cache_ == nullptr) return;
  absl::MutexLock lock(&mutex_);
  added_.push_back(std::move(loaded));
}

void CacheWriter::Write(const std::vector<SignedState>& held, const Snapshot::Available& available,
                        absl::Time now) {
  if (cache_ == nullptr) return;
  std::vector<LoadedRelease> added;
  {
    absl::MutexLock lock(&mutex_);
    added.swap(added_);
  }
  for (auto& [criteria, envelope, source] : added) {
    releases_[criteria->digest()] = {std::move(envelope), source == cache_->name()};
  }
  // A state after the releases that it names; what is not needed any more goes last, and not while
  // the folder has a state that is older than the one held.
  absl::Status status = WriteReleases(available);
  status.Update(WriteStates(held, now));
  const bool complete = std::all_of(
      held.begin(), held.end(), [&](const SignedState& state) { return CanStartFrom(state, now); });
  if (status.ok() && complete && std::exchange(prune_, false)) {
    std::set<std::string> needed;
    for (const auto& [digest, release] : releases_) needed.insert(digest);
    cache_->Prune(needed);
  }
  outcome_.Note(status);
}

absl::Status CacheWriter::WriteReleases(const Snapshot::Available& available) {
  absl::Status status;
  int64_t gone = 0;
  for (auto& [digest, release] : releases_) {
    if (release.written && cache_->HasRelease(digest)) continue;
    gone += release.written ? 1 : 0;
    const absl::Status kept = cache_->KeepRelease(digest, release.envelope);
    status.Update(kept);
    release.written = kept.ok();
    prune_ = prune_ || kept.ok();
  }
  if (gone > 0) log_.Write(rpc::Severity::kWarning, "cache_emptied", {{"releases", gone}});
  for (auto release = releases_.begin(); release != releases_.end();) {
    release = available.contains(release->first) ? std::next(release) : releases_.erase(release);
  }
  return status;
}

absl::Status CacheWriter::WriteStates(const std::vector<SignedState>& held, absl::Time now) {
  absl::Status status;
  for (const SignedState& state : held) {
    if (!CanStartFrom(state, now)) continue;
    const std::string& programme = state.state.programme();
    const auto there = cache_->FindState(programme);
    if (there.ok() && *there == state.envelope) continue;
    status.Update(cache_->KeepState(programme, state.envelope));
  }
  return status;
}

bool CacheWriter::CanStartFrom(const SignedState& held, absl::Time now) const {
  // One to come is not waited for: until it can be had, a start after its instant runs the one
  // before it.
  const auto* const activation = InForceAt(held.state, now);
  if (activation == nullptr) return true;
  const auto release = releases_.find(activation->digest());
  return release != releases_.end() && release->second.written;
}

}  // namespace zhiping::releases
