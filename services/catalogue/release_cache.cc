#include "services/catalogue/release_cache.h"

#include <utility>

#include "common/criteria/release.h"
#include "common/status/status_macros.h"
#include "services/catalogue/store_reading.h"

namespace zhiping::catalogue {
namespace {

constexpr size_t kMostCompiled = 8;

}  // namespace

absl::StatusOr<std::string> ReleaseCache::Label(absl::Time deadline, const std::string& digest) {
  if (digest.empty()) return std::string();
  {
    absl::MutexLock lock(&mutex_);
    const auto known = labels_.find(digest);
    if (known != labels_.end()) return known->second;
  }
  ASSIGN_OR_RETURN(const StoredRelease release, store_.FindRelease(deadline, digest));
  absl::MutexLock lock(&mutex_);
  return labels_[digest] = release.summary.label();
}

absl::StatusOr<std::shared_ptr<const criteria::Criteria>> ReleaseCache::Compiled(
    absl::Time deadline, const std::string& digest) {
  {
    absl::MutexLock lock(&mutex_);
    for (auto kept = compiled_.begin(); kept != compiled_.end(); ++kept) {
      if ((*kept)->digest() != digest) continue;
      compiled_.splice(compiled_.begin(), compiled_, kept);
      return compiled_.front();
    }
  }
  ASSIGN_OR_RETURN(const StoredRelease stored, store_.FindRelease(deadline, digest));
  if (!stored.published()) return ReleaseNotFound(digest);
  ASSIGN_OR_RETURN(const std::string bytes, store_.ReleaseBytesOf(deadline, digest));
  ASSIGN_OR_RETURN(v1::Release release, criteria::ParseRelease(bytes));
  ASSIGN_OR_RETURN(CriteriaPtr compiled, criteria::Criteria::Compile(std::move(release), digest));
  absl::MutexLock lock(&mutex_);
  compiled_.push_front(compiled);
  if (compiled_.size() > kMostCompiled) compiled_.pop_back();
  return compiled;
}

}  // namespace zhiping::catalogue
