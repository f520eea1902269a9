#include "services/catalogue/redis_copies.h"

#include <utility>

#include "absl/time/clock.h"
#include "common/releases/redis_source.h"
#include "common/releases/state.h"
#include "common/status/error.h"
#include "common/status/status_macros.h"
#include "common/time/timestamp.h"

namespace zhiping::catalogue {
namespace {

// Followers judge a state by its age, so an old one does no harm; releases never change.
constexpr absl::Duration kStateTtl = absl::Hours(48);
constexpr absl::Duration kReleaseTtl = absl::Hours(7 * 24);
// A release is put again this often: Redis may have dropped it alone, or hold something else, and
// everything must be there again within 10 s.
constexpr absl::Duration kReleaseInterval = absl::Seconds(5);
constexpr absl::Duration kStoreTimeout = absl::Seconds(3);
// Clocks of replicas may differ by this much.
constexpr absl::Duration kClockTolerance = absl::Seconds(5);

}  // namespace

void RedisCopies::Offer(const ConfirmedPtr& confirmed) {
  absl::MutexLock lock(&mutex_);
  ConfirmedPtr& offered = offered_[confirmed->state.programme()];
  if (offered == nullptr || AtLeastAsNew(*confirmed, *offered)) offered = confirmed;
}

void RedisCopies::Forget(const std::string& programme) {
  absl::MutexLock lock(&mutex_);
  offered_.erase(programme);
}

absl::Status RedisCopies::LookOnce(absl::Time deadline, const std::string& programme) {
  {
    absl::MutexLock lock(&mutex_);
    if (looked_.count(programme) > 0) return absl::OkStatus();
  }
  // An error reply is no answer either: Redis may still be loading.
  const auto there = client_.Get(releases::RedisStateKey(programme));
  if (!there.ok()) return absl::OkStatus();
  if (there->has_value()) {
    ASSIGN_OR_RETURN(const History history, store_.ReadHistory(deadline, programme));
    RETURN_IF_ERROR(foreign_.Check(deadline, **there, history).status());
  }
  absl::MutexLock lock(&mutex_);
  looked_.insert(programme);
  return absl::OkStatus();
}

void RedisCopies::Refresh() {
  std::map<std::string, ConfirmedPtr> offered;
  {
    absl::MutexLock lock(&mutex_);
    offered = offered_;
  }
  std::map<std::string, Copy> copies;
  absl::Status worst;
  for (const auto& [programme, confirmed] : offered) {
    Copy copy = std::move(copies_[programme]);
    worst.Update(RefreshProgramme(*confirmed, copy));
    copies[programme] = std::move(copy);
  }
  copies_ = std::move(copies);
  if (!offered.empty()) outcome_.Note(worst);
}

absl::Status RedisCopies::RefreshProgramme(const Confirmed& confirmed, Copy& copy) {
  const std::string key = releases::RedisStateKey(confirmed.state.programme());
  ASSIGN_OR_RETURN(const auto there, Find(key));
  if (there.has_value()) {
    ASSIGN_OR_RETURN(const bool foreign,
                     foreign_.Check(absl::Now() + kStoreTimeout, *there, *confirmed.history));
    // `confirmed` was signed before that was known. What says more stays: whoever starts later is
    // to learn of it too.
    if (foreign) return absl::OkStatus();
  }
  if (confirmed.envelope.empty()) return absl::OkStatus();
  // A Redis that has lost the state has lost the rest.
  RETURN_IF_ERROR(PutReleases(confirmed, !there.has_value(), copy));
  if (there.has_value() && (*there == confirmed.envelope || IsAsGood(*there, confirmed))) {
    return absl::OkStatus();
  }
  return client_.Set(key, confirmed.envelope, kStateTtl);
}

absl::StatusOr<std::optional<std::string>> RedisCopies::Find(const std::string& key) {
  auto value = client_.Get(key);
  if (value.ok()) return value;
  const Reason::Value reason = DetailOf(value.status()).reason();
  if (reason == Reason::REDIS_ERROR || reason == Reason::TOO_LARGE) return std::nullopt;
  return value;
}

absl::Status RedisCopies::PutReleases(const Confirmed& confirmed, bool all, Copy& copy) {
  std::map<std::string, absl::Duration> put;
  for (const v1::Activation* activation :
       {&confirmed.state.current(), &confirmed.state.pending()}) {
    const std::string& digest = activation->digest();
    if (digest.empty() || put.count(digest) > 0) continue;
    const auto last = copy.releases.find(digest);
    if (!all && last != copy.releases.end() && clock_.Steady() - last->second < kReleaseInterval) {
      put.insert(*last);
      continue;
    }
    ASSIGN_OR_RETURN(const std::string envelope,
                     store_.ReleaseEnvelope(absl::Now() + kStoreTimeout, digest));
    const absl::Status set = client_.Set(releases::RedisReleaseKey(digest), envelope, kReleaseTtl);
    if (DetailOf(set).reason() == Reason::TOO_LARGE) {
      // Followers get it from the catalogue; the state and the others are copied all the same.
      if (last == copy.releases.end()) {
        log_.Write(rpc::Severity::kWarning, "release_not_copied",
                   {{"digest", digest}, {"reason", Reason::Value_Name(Reason::TOO_LARGE)}});
      }
      put[digest] = absl::InfiniteDuration();
      continue;
    }
    RETURN_IF_ERROR(set);
    put[digest] = clock_.Steady();
  }
  copy.releases = std::move(put);
  return absl::OkStatus();
}

bool RedisCopies::IsAsGood(const std::string& envelope, const Confirmed& confirmed) const {
  const auto opened = releases::OpenState(envelope, confirmed.state.programme(), signing_.trust());
  return opened.ok() && opened->state.incarnation() == confirmed.state.incarnation() &&
         releases::HighestRevision(opened->state) >= releases::HighestRevision(confirmed.state) &&
         opened->confirmed_at() >= FromTimestamp(confirmed.state.confirmed_at()) &&
         opened->confirmed_at() <= clock_.Now() + kClockTolerance;
}

}  // namespace zhiping::catalogue
