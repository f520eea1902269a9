#include "services/catalogue/instance_watch.h"

#include <algorithm>
#include <utility>

#include "services/catalogue/domain/convergence.h"

namespace zhiping::catalogue {
namespace {

// Clocks differ by less where anything sets them.
constexpr absl::Duration kClockTolerance = absl::Seconds(5);

}  // namespace

InstanceWatch::Silence InstanceWatch::See(const std::string& key, absl::Time last_seen) {
  absl::MutexLock lock(&mutex_);
  return SeeOne(key, last_seen);
}

void InstanceWatch::SeeAll(const LastSeen& instances) {
  absl::MutexLock lock(&mutex_);
  std::erase_if(watched_, [&](const auto& watched) { return !instances.count(watched.first); });
  for (const auto& [key, last_seen] : instances) SeeOne(key, last_seen);
  watching_ = true;
}

InstanceWatch::Silence InstanceWatch::SeeOne(const std::string& key, absl::Time last_seen) {
  const absl::Time now = clock_.Now();
  const auto [found, is_new] = watched_.try_emplace(key);
  Watched& watched = found->second;
  if (is_new || watched.last_seen != last_seen) {
    watched.last_seen = last_seen;
    watched.since = clock_.Steady();
    watched.unsure = is_new && !watching_;
    const absl::Duration ahead = last_seen - now;
    if (watched.unsure || ahead <= kClockTolerance) {
      watched.ahead = absl::ZeroDuration();
    } else if (std::exchange(watched.ahead, ahead) == absl::ZeroDuration()) {
      watched.ahead_since = now;
    }
  }
  const absl::Duration lasts = clock_.Steady() - watched.since;
  const absl::Time seen = now - lasts;
  return {lasts, watched.unsure, IsLost(watched),
          watched.unsure ? std::min(last_seen, seen) : seen};
}

std::vector<std::string> InstanceWatch::Lost() const {
  absl::MutexLock lock(&mutex_);
  std::vector<std::pair<absl::Duration, std::string>> lost;
  for (const auto& [key, watched] : watched_) {
    if (IsLost(watched)) lost.emplace_back(watched.since, key);
  }
  std::sort(lost.begin(), lost.end());
  std::vector<std::string> keys;
  keys.reserve(lost.size());
  for (auto& [since, key] : lost) keys.push_back(std::move(key));
  return keys;
}

LastSeen InstanceWatch::Expired() const {
  const absl::Time now = clock_.Now();
  absl::MutexLock lock(&mutex_);
  LastSeen expired;
  for (const auto& [key, watched] : watched_) {
    // Restarts do not begin it anew, so that it goes by the time of day; also what cannot be, that
    // far ahead, ends.
    if (IsLost(watched) && absl::AbsDuration(now - watched.last_seen) > kInstanceExpiry) {
      expired[key] = watched.last_seen;
    }
  }
  return expired;
}

std::optional<InstanceWatch::Ahead> InstanceWatch::FindAhead() const {
  absl::MutexLock lock(&mutex_);
  for (const auto& [key, watched] : watched_) {
    if (watched.ahead > absl::ZeroDuration() && !IsLost(watched)) {
      return Ahead{InstanceOfKey(key), watched.ahead, watched.ahead_since};
    }
  }
  return std::nullopt;
}

}  // namespace zhiping::catalogue
