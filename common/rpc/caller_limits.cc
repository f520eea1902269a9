#include "common/rpc/caller_limits.h"

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"
#include "common/status/error.h"

namespace zhiping::rpc {
namespace {

// Callers that are remembered. Whoever is forgotten begins with a full bucket, which a caller can
// reach only by being one of so many.
constexpr size_t kMaxBuckets = 100'000;

bool IsUnlimited(const identity::Caller& caller) {
  return caller.unauthenticated || !caller.service.empty();
}

std::string KeyOf(const identity::Caller& caller) {
  return absl::StrCat(caller.issuer, "\n", caller.subject);
}

}  // namespace

CallerLimits::Bucket& CallerLimits::BucketOf(const identity::Caller& caller) {
  std::string key = KeyOf(caller);
  const absl::Duration now = clock_.Steady();
  if (const auto found = by_key_.find(key); found != by_key_.end()) {
    buckets_.splice(buckets_.begin(), buckets_, found->second);
    Bucket& bucket = buckets_.front();
    const double filled = absl::ToDoubleSeconds(now - bucket.filled) * options_.calls_per_second;
    bucket.tokens = std::min<double>(options_.burst, bucket.tokens + filled);
    bucket.filled = now;
    return bucket;
  }
  // One with open streams stays, so that they are counted.
  for (auto last = buckets_.end(); buckets_.size() >= kMaxBuckets && last != buckets_.begin();) {
    --last;
    if (last->streams > 0) continue;
    by_key_.erase(last->key);
    last = buckets_.erase(last);
  }
  buckets_.push_front({key, static_cast<double>(options_.burst), now, 0});
  by_key_.emplace(std::move(key), buckets_.begin());
  return buckets_.front();
}

absl::Status CallerLimits::TakeCall(const identity::Caller& caller) {
  if (options_.calls_per_second == 0 || IsUnlimited(caller)) return absl::OkStatus();
  absl::MutexLock lock(&mutex_);
  Bucket& bucket = BucketOf(caller);
  if (bucket.tokens >= 1) {
    bucket.tokens -= 1;
    return absl::OkStatus();
  }
  const auto delay =
      absl::Seconds((1 - bucket.tokens) / options_.calls_per_second) + absl::Milliseconds(1);
  const int64_t milliseconds = absl::ToInt64Milliseconds(delay);
  return MakeError(absl::StatusCode::kResourceExhausted, Reason::RATE_LIMITED,
                   absl::StrCat("调用过于频繁（每秒至多 ", options_.calls_per_second, " 次），请 ",
                                milliseconds, " 毫秒后重试。"),
                   absl::StrCat("Too many calls (at most ", options_.calls_per_second,
                                " a second): try again in ", milliseconds, " ms."),
                   {{kRetryDelayMilliseconds, absl::StrCat(milliseconds)}});
}

absl::StatusOr<std::unique_ptr<CallerLimits::Stream>> CallerLimits::TakeStream(
    const identity::Caller& caller) {
  if (IsUnlimited(caller)) return std::unique_ptr<Stream>();
  absl::MutexLock lock(&mutex_);
  Bucket& bucket = BucketOf(caller);
  if (bucket.streams >= options_.streams) {
    return MakeError(
        absl::StatusCode::kResourceExhausted, Reason::TOO_MANY_STREAMS,
        absl::StrCat("同时打开的流过多（至多 ", options_.streams, " 个），请先关闭不用的流。"),
        absl::StrCat("Too many streams are open (at most ", options_.streams,
                     "): close those that are not used."),
        {{kRetryDelayMilliseconds, "1000"}});
  }
  ++bucket.streams;
  return std::unique_ptr<Stream>(new Stream(*this, bucket.key));
}

void CallerLimits::Release(const std::string& key) {
  absl::MutexLock lock(&mutex_);
  const auto found = by_key_.find(key);
  if (found != by_key_.end()) --found->second->streams;
}

}  // namespace zhiping::rpc
