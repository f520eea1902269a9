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
  return Filled(KeyOf(caller),
                caller.roles.Has(identity::Role::PLATFORM)
                    ? Rate{options_.platform_calls_per_second, options_.platform_burst}
                    : Rate{options_.calls_per_second, options_.burst});
}

CallerLimits::Bucket& CallerLimits::BucketOfPerson(const identity::Caller& platform) {
  return Filled(absl::StrCat(KeyOf(platform), "\n", platform.acting_for),
                {options_.calls_per_second, options_.burst});
}

CallerLimits::Bucket& CallerLimits::Filled(const std::string& key, const Rate& rate) {
  const absl::Duration now = clock_.Steady();
  if (const auto found = by_key_.find(key); found != by_key_.end()) {
    buckets_.splice(buckets_.begin(), buckets_, found->second);
    Bucket& bucket = buckets_.front();
    const double filled = absl::ToDoubleSeconds(now - bucket.filled) * rate.calls_per_second;
    bucket.tokens = std::min<double>(rate.burst, bucket.tokens + filled);
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
  buckets_.push_front({key, rate, static_cast<double>(rate.burst), now, 0});
  by_key_.emplace(key, buckets_.begin());
  return buckets_.front();
}

absl::Status CallerLimits::TakeCall(const identity::Caller& caller) {
  if (IsUnlimited(caller)) return absl::OkStatus();
  absl::MutexLock lock(&mutex_);
  Bucket& own = BucketOf(caller);
  Bucket& person = caller.acting_for.empty() ? own : BucketOfPerson(caller);
  // From both or from none of them.
  for (const Bucket* const bucket : {&person, &own}) {
    if (bucket->rate.calls_per_second > 0 && bucket->tokens < 1) return Refused(*bucket);
  }
  own.tokens -= 1;
  if (&person != &own) person.tokens -= 1;
  return absl::OkStatus();
}

absl::Status CallerLimits::Refused(const Bucket& bucket) {
  const double rate = bucket.rate.calls_per_second;
  const auto delay = absl::Seconds((1 - bucket.tokens) / rate) + absl::Milliseconds(1);
  const int64_t milliseconds = absl::ToInt64Milliseconds(delay);
  return MakeError(
      absl::StatusCode::kResourceExhausted, Reason::RATE_LIMITED,
      absl::StrCat("调用过于频繁（每秒至多 ", rate, " 次），请 ", milliseconds, " 毫秒后重试。"),
      absl::StrCat("Too many calls (at most ", rate, " a second): try again in ", milliseconds,
                   " ms."),
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
