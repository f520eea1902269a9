#include "common/releases/pinned_releases.h"

#include <algorithm>
#include <utility>

namespace zhiping::releases {
namespace {

// A digest that nobody has costs a question to every source only this often.
constexpr absl::Duration kMissingFor = absl::Seconds(2);
constexpr size_t kMostMissing = 1024;

}  // namespace

void PinnedReleases::Keep(std::shared_ptr<const criteria::Criteria> criteria) {
  missing_.erase(criteria->digest());
  const auto same = [&](const auto& kept) { return kept->digest() == criteria->digest(); };
  if (std::any_of(releases_.begin(), releases_.end(), same)) return;
  releases_.push_back(std::move(criteria));
  if (releases_.size() > kept_) releases_.pop_front();
}

void PinnedReleases::AddTo(Snapshot::Available& available) const {
  for (const auto& criteria : releases_) available.try_emplace(criteria->digest(), criteria);
}

bool PinnedReleases::IsMissing(const std::string& digest, absl::Duration steady) const {
  const auto found = missing_.find(digest);
  return found != missing_.end() && steady < found->second;
}

void PinnedReleases::MarkMissing(const std::string& digest, absl::Duration steady) {
  if (missing_.size() >= kMostMissing) missing_.clear();
  missing_[digest] = steady + kMissingFor;
}

}  // namespace zhiping::releases
