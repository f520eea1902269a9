// Tokens that were verified lately, whole, so that the next call with the same one costs a look.
#pragma once

#include <cstdint>
#include <list>
#include <memory>
#include <optional>
#include <string>

#include "absl/base/thread_annotations.h"
#include "absl/container/flat_hash_map.h"
#include "absl/strings/string_view.h"
#include "absl/synchronization/mutex.h"
#include "absl/time/time.h"
#include "common/identity/caller.h"

namespace zhiping::identity {

// What was found out about a token; true only as long as the issuer's keys have the generation.
struct VerifiedToken {
  std::shared_ptr<const Caller> caller;
  // Skew included.
  absl::Time not_before;
  // Of the verifier's issuers.
  int issuer = 0;
  int64_t generation = 0;
};

// The tokens that were used last, at most `capacity`. Thread-safe.
class TokenCache {
 public:
  explicit TokenCache(size_t capacity) : capacity_(capacity) {}

  std::optional<VerifiedToken> Find(absl::string_view token);
  void Keep(absl::string_view token, VerifiedToken verified);
  void Drop(absl::string_view token);

 private:
  struct Entry {
    std::string token;
    VerifiedToken verified;
  };
  using Entries = std::list<Entry>;

  const size_t capacity_;
  absl::Mutex mutex_;
  // The one that was used last is first.
  Entries entries_ ABSL_GUARDED_BY(mutex_);
  // The keys are the tokens of the entries.
  absl::flat_hash_map<absl::string_view, Entries::iterator> by_token_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace zhiping::identity
