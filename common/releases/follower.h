// Follows what a catalogue publishes: finds states and releases wherever they are, verifies them,
// and swaps an immutable snapshot. Whoever answers only reads the snapshot and never waits for
// Redis or the catalogue.
//
//   Follower follower(options, sources, *trust, SystemClock(), log, subscribe);
//   follower.Start([&] { server.SetReady(true); });
//   … follower.snapshot()->Choose(choice, steady) …
#pragma once

#include <functional>
#include <list>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/container/flat_hash_map.h"
#include "absl/synchronization/mutex.h"
#include "common/envelope/trust.h"
#include "common/releases/cache_writer.h"
#include "common/releases/folder_source.h"
#include "common/releases/following.h"
#include "common/releases/loader.h"
#include "common/releases/pinned_releases.h"
#include "common/releases/release_fetcher.h"
#include "common/releases/releases.h"
#include "common/releases/source.h"
#include "common/releases/subscription.h"
#include "common/releases/waiting_calls.h"
#include "common/rpc/log.h"
#include "common/time/clock.h"

namespace zhiping::releases {

struct FollowerOptions {
  // At least one; none twice.
  std::vector<std::string> programmes;
  // Between two questions to the catalogue.
  absl::Duration poll_interval = absl::Seconds(10);
  FreshnessLimits limits;
  // Releases that callers pinned and that are kept, besides those in force.
  size_t kept_releases = 32;
};

// Where states and releases come from. All outlive the follower; those that may be absent are null.
struct FollowerSources {
  // Asked for the state; the truth.
  Source* catalogue;
  // Asked for the state when the catalogue does not answer.
  Source* redis;
  // Kept up to date. These two are asked first for releases, and last for states.
  ReleaseCache* cache;
  Source* seed;
};

// Thread-safe.
class Follower final : public Releases {
 public:
  // Makes the stream to the catalogue, whose states go to the function it is given; null: there is
  // none, and the follower only polls.
  using Subscribe = std::function<std::unique_ptr<Subscription>(Subscription::OnStates)>;

  Follower(FollowerOptions options, const FollowerSources& sources, const envelope::Trust& trust,
           const Clock& clock, const rpc::Log& log, const Subscribe& subscribe);
  // Closes the catalogue as a source, and says goodbye to it.
  ~Follower() override;

  // Begins to follow; calls `on_known` once, from another thread, when every programme has
  // something to answer with. REQUIRES: called once.
  void Start(std::function<void()> on_known);

  std::shared_ptr<const Snapshot> snapshot() const override;
  bool MayFind(const Choice& choice, const absl::Status& not_chosen) const override;
  void Await(Choice choice, absl::Time deadline,
             std::function<void(absl::StatusOr<Chosen>)> done) override;

  // What this instance runs of each programme and what it refuses, as the catalogue is told.
  std::vector<catalogue::v1::InstanceReport> Reports() const;

 private:
  // What the threads do.
  void Poll();
  void Load();
  void Tick();

  // One question to the catalogue, or to the others while the catalogue does not answer.
  void PollProgramme(const std::string& programme);
  // What this instance knew when it last ended, before anything else is asked: a catalogue that was
  // restored to before that is told, and revisions never go down.
  void OfferKnownBefore(const std::string& programme);
  // What Redis knows and, as long as there is nothing to answer with, what this machine knows.
  void OfferFallbacks(const std::string& programme);
  // Loads what is wanted, the refused ones too if `retry`; whether something is still missing.
  bool LoadWanted(const Loader& loader, bool retry);
  // Null: there is none that was not `tried`.
  std::optional<WantedRelease> NextWanted(const std::string& programme,
                                          const std::set<std::string>& tried, bool retry);
  void LoadRelease(const Loader& loader, const std::string& programme, const WantedRelease& wanted,
                   bool& missing);
  std::vector<SignedState> HeldStates() const;
  // What there is nothing to answer with, after everything was asked.
  void LogUnknown() const;
  // What came of looking for a pinned release: answers all that wait for it.
  void Fetched(const std::string& digest, absl::StatusOr<LoadedRelease> loaded);
  bool IsWanted(const std::string& digest) const;
  // Each with what the snapshot has now.
  void Answer(const std::list<WaitingCall>& calls) const;

  // Takes a state, or reports and logs why not. `asked`: as for Following::Offer.
  void Offer(const std::string& programme, const std::string& envelope, const Source* source,
             std::optional<absl::Duration> asked = std::nullopt);
  // Verifies it and gives it to the programme's Following.
  absl::Status Take(const std::string& programme, const std::string& envelope,
                    std::optional<absl::Duration> asked);
  void OfferFrom(Source* source, const std::string& programme);
  void OfferFromStream(const std::string& envelope);
  // Logs a state that is refused, once for each source and reason until one is taken again.
  void LogOffered(const std::string& programme, const Source& source, const absl::Status& status)
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  Following& Find(const std::string& programme) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  // Applies what is due; whether that changed anything.
  bool Apply() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  // Makes the snapshot of what is loaded, applied and withdrawn now.
  void Swap() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  // Logs what became fresher or older since it was called last. Used by the ticking thread only.
  void LogFreshness();
  // When Tick has something to do next.
  absl::Time NextTick() const ABSL_SHARED_LOCKS_REQUIRED(mutex_);
  // Whether it gave a state of every programme, whatever that was worth.
  bool CatalogueAnswered() const ABSL_SHARED_LOCKS_REQUIRED(mutex_);
  bool AllKnown() const ABSL_SHARED_LOCKS_REQUIRED(mutex_);
  std::vector<catalogue::v1::InstanceReport> ReportsLocked() const
      ABSL_SHARED_LOCKS_REQUIRED(mutex_);

  const FollowerOptions options_;
  const FollowerSources sources_;
  const envelope::Trust& trust_;
  const Clock& clock_;
  const rpc::Log& log_;
  const Loader loader_;
  // Without the catalogue.
  const Loader nearby_;

  mutable absl::Mutex mutex_;
  absl::CondVar poll_wanted_, load_wanted_, tick_wanted_;
  bool ending_ ABSL_GUARDED_BY(mutex_) = false;
  // A call waits for a newer state.
  bool refresh_ ABSL_GUARDED_BY(mutex_) = false;
  // A state or a pinned release came in since the loading thread last looked: a signal to a thread
  // that does not wait would be lost.
  bool load_ ABSL_GUARDED_BY(mutex_) = false;
  // Every programme was asked for once.
  bool polled_ ABSL_GUARDED_BY(mutex_) = false;
  // There is something new to report.
  bool report_ ABSL_GUARDED_BY(mutex_) = true;
  std::vector<Following> followings_ ABSL_GUARDED_BY(mutex_);
  // By programme: why the catalogue's latest state was not taken.
  absl::flat_hash_map<std::string, absl::Status> catalogue_errors_ ABSL_GUARDED_BY(mutex_);
  // By programme: sources and reasons of the refused states that were logged.
  absl::flat_hash_map<std::string, std::set<std::pair<std::string, std::string>>> logged_refusals_
      ABSL_GUARDED_BY(mutex_);
  PinnedReleases pinned_ ABSL_GUARDED_BY(mutex_);
  WaitingCalls waiting_ ABSL_GUARDED_BY(mutex_);

  // Null once it was called.
  std::function<void()> on_known_ ABSL_GUARDED_BY(mutex_);

  // Written by the loading thread.
  CacheWriter cache_writer_;

  // By programme: what was logged. Used by the ticking thread only.
  std::map<std::string, common::v1::Freshness::Value> logged_freshness_;

  mutable absl::Mutex snapshot_mutex_;
  std::shared_ptr<const Snapshot> snapshot_ ABSL_GUARDED_BY(snapshot_mutex_);

  std::unique_ptr<Subscription> subscription_;
  // Null when it has ended.
  std::unique_ptr<ReleaseFetcher> fetcher_;
  std::vector<std::thread> threads_;
};

}  // namespace zhiping::releases
