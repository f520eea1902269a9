#include "common/releases/cache_writer.h"

#include <utility>

#include "common/status/error.h"

namespace zhiping::releases {
namespace {

std::set<std::string> NamedBy(const std::vector<SignedState>& held) {
  std::set<std::string> named;
  for (const auto& [state, envelope] : held) {
    if (state.has_current()) named.insert(state.current().digest());
    if (state.has_pending()) named.insert(state.pending().digest());
  }
  return named;
}

}  // namespace

void CacheWriter::Add(const std::string& digest, LoadedRelease loaded) {
  if (cache_ == nullptr || loaded.source == cache_->name()) return;
  releases_[digest] = std::move(loaded.envelope);
}

void CacheWriter::Write(const std::vector<SignedState>& held) {
  if (cache_ == nullptr) return;
  const std::set<std::string> named = NamedBy(held);
  // A state after the releases that it names; what no state there names any more goes last.
  absl::Status status = WriteReleases(named);
  if (status.ok()) status = WriteStates(held);
  if (status.ok() && std::exchange(prune_, false)) cache_->Prune(named);
  if (std::exchange(failed_, !status.ok()) || status.ok()) return;
  log_.Write(rpc::Severity::kError, "cache_not_written",
             {{"reason", Reason::Value_Name(DetailOf(status).reason())}});
}

absl::Status CacheWriter::WriteReleases(const std::set<std::string>& named) {
  absl::Status status;
  for (auto release = releases_.begin(); release != releases_.end();) {
    const absl::Status kept = cache_->KeepRelease(release->first, release->second);
    status.Update(kept);
    prune_ = prune_ || kept.ok();
    // What is not named any more need not be kept.
    const bool done = kept.ok() || named.count(release->first) == 0;
    release = done ? releases_.erase(release) : std::next(release);
  }
  return status;
}

absl::Status CacheWriter::WriteStates(const std::vector<SignedState>& held) {
  absl::Status status;
  for (const auto& [state, envelope] : held) {
    std::string& written = states_[state.programme()];
    if (envelope == written) continue;
    const absl::Status kept = cache_->KeepState(state.programme(), envelope);
    status.Update(kept);
    if (kept.ok()) written = envelope;
  }
  return status;
}

}  // namespace zhiping::releases
