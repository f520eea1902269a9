// How much one caller may ask for, so that none takes the place of the others.
#pragma once

#include <list>
#include <memory>
#include <string>

#include "absl/base/thread_annotations.h"
#include "absl/container/flat_hash_map.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/synchronization/mutex.h"
#include "absl/time/time.h"
#include "common/identity/caller.h"
#include "common/time/clock.h"

namespace zhiping::rpc {

struct LimitOptions {
  // Calls a second, on average; 0: no limit.
  double calls_per_second = 100;
  // Calls at once, after a pause.
  int burst = 200;
  // Streams that are open at a time.
  int streams = 32;
  // The same of a platform in all, for whomever it acts, each of whom has the limits above.
  double platform_calls_per_second = 1000;
  int platform_burst = 2000;
};

// By issuer and subject, and by the person for whom a platform acts; services of this system have
// no limit. Thread-safe.
class CallerLimits {
 public:
  // REQUIRES: clock outlives this.
  CallerLimits(const LimitOptions& options, const Clock& clock)
      : options_(options), clock_(clock) {}

  // Takes one call. Errors, RESOURCE_EXHAUSTED: RATE_LIMITED, with the delay after which to try
  // again.
  absl::Status TakeCall(const identity::Caller& caller);

  // One of the streams that a caller may have open, until it is destroyed.
  class Stream;
  // Errors, RESOURCE_EXHAUSTED: TOO_MANY_STREAMS.
  absl::StatusOr<std::unique_ptr<Stream>> TakeStream(const identity::Caller& caller);

 private:
  struct Rate {
    double calls_per_second = 0;
    int burst = 0;
  };
  // A token bucket.
  struct Bucket {
    std::string key;
    Rate rate;
    double tokens = 0;
    // When it was filled last, by the steady clock.
    absl::Duration filled;
    int streams = 0;
  };
  using Buckets = std::list<Bucket>;

  // That of a caller as a whole; that of the person for whom a platform acts.
  Bucket& BucketOf(const identity::Caller& caller) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  Bucket& BucketOfPerson(const identity::Caller& platform) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  Bucket& Filled(const std::string& key, const Rate& rate) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  static absl::Status Refused(const Bucket& bucket);
  void Release(const std::string& key);

  const LimitOptions options_;
  const Clock& clock_;
  absl::Mutex mutex_;
  // The one that was used last is first.
  Buckets buckets_ ABSL_GUARDED_BY(mutex_);
  absl::flat_hash_map<std::string, Buckets::iterator> by_key_ ABSL_GUARDED_BY(mutex_);
};

class CallerLimits::Stream {
 public:
  ~Stream() { owner_.Release(key_); }
  Stream(const Stream&) = delete;
  Stream& operator=(const Stream&) = delete;

 private:
  friend class CallerLimits;
  Stream(CallerLimits& owner, std::string key) : owner_(owner), key_(std::move(key)) {}

  CallerLimits& owner_;
  const std::string key_;
};

}  // namespace zhiping::rpc
