#include "common/identity/token_cache.h"

#include <utility>

namespace zhiping::identity {

std::optional<VerifiedToken> TokenCache::Find(absl::string_view token) {
  absl::MutexLock lock(&mutex_);
  const auto found = by_token_.find(token);
  if (found == by_token_.end()) return std::nullopt;
  entries_.splice(entries_.begin(), entries_, found->second);
  return found->second->verified;
}

void TokenCache::Keep(absl::string_view token, VerifiedToken verified) {
  absl::MutexLock lock(&mutex_);
  if (const auto found = by_token_.find(token); found != by_token_.end()) {
    found->second->verified = std::move(verified);
    return;
  }
  if (entries_.size() >= capacity_) {
    by_token_.erase(entries_.back().token);
    entries_.pop_back();
  }
  entries_.push_front({std::string(token), std::move(verified)});
  by_token_.emplace(entries_.front().token, entries_.begin());
}

void TokenCache::Drop(absl::string_view token) {
  absl::MutexLock lock(&mutex_);
  const auto found = by_token_.find(token);
  if (found == by_token_.end()) return;
  const Entries::iterator entry = found->second;
  by_token_.erase(found);
  entries_.erase(entry);
}

}  // namespace zhiping::identity
