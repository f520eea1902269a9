#include "common/releases/follower.h"

#include <algorithm>
#include <utility>

#include "absl/algorithm/container.h"
#include "common/releases/instance_report.h"
#include "common/rpc/wait.h"
#include "common/status/error.h"
#include "common/status/status_macros.h"

namespace zhiping::releases {
namespace {

// How long a start waits for the catalogue before it looks elsewhere.
constexpr absl::Duration kFirstAnswer = absl::Milliseconds(150);
// Between two questions, however many calls wait for a newer state.
constexpr absl::Duration kLeastPollInterval = absl::Milliseconds(50);
// The same, while something is not known at all.
constexpr absl::Duration kPollWhileUnknown = absl::Seconds(1);
// A release that nobody had is looked for again after this.
constexpr absl::Duration kRetryMissing = absl::Milliseconds(250);
constexpr absl::Duration kReportInterval = absl::Seconds(5);
// How late a changed clock, or a stream to be opened again, may be noticed.
constexpr absl::Duration kTick = absl::Milliseconds(100);
// How long a call waits for a revision, or for the release that it pinned.
constexpr absl::Duration kLongestWait = absl::Seconds(2);
constexpr absl::Duration kGoodbye = absl::Milliseconds(500);

// The nearest first: bytes of a digest are the same everywhere.
std::vector<Source*> InOrder(const FollowerSources& sources, Source* catalogue) {
  std::vector<Source*> order = {sources.cache, sources.seed, sources.redis, catalogue};
  order.erase(std::remove(order.begin(), order.end(), nullptr), order.end());
  return order;
}

absl::Status Overloaded() {
  return MakeError(absl::StatusCode::kResourceExhausted, Reason::OVERLOADED,
                   "服务繁忙，请稍后重试。", "The service is busy: try again later.");
}

std::string ReasonOf(const absl::Status& status) {
  return Reason::Value_Name(DetailOf(status).reason());
}

}  // namespace

Follower::Follower(FollowerOptions options, const FollowerSources& sources,
                   const envelope::Trust& trust, const Clock& clock, const rpc::Log& log,
                   const Subscribe& subscribe)
    : options_(std::move(options)),
      sources_(sources),
      trust_(trust),
      clock_(clock),
      log_(log),
      loader_(InOrder(sources, sources.catalogue), trust),
      nearby_(InOrder(sources, nullptr), trust),
      pinned_(options_.kept_releases),
      cache_writer_(sources.cache, log) {
  absl::MutexLock lock(&mutex_);
  for (const auto& programme : options_.programmes) followings_.emplace_back(programme);
  Swap();
  // Calls that pin a release may come before the start.
  fetcher_ = std::make_unique<ReleaseFetcher>(
      InOrder(sources_, sources_.catalogue), trust_, clock_,
      [this](const auto& digest) { return IsWanted(digest); },
      [this](const auto& digest, auto loaded) { Fetched(digest, std::move(loaded)); });
  if (subscribe == nullptr) return;
  subscription_ = subscribe([this](const std::vector<std::string>& envelopes) {
    for (const auto& envelope : envelopes) OfferFromStream(envelope);
  });
}

Follower::~Follower() {
  {
    absl::MutexLock lock(&mutex_);
    ending_ = true;
    poll_wanted_.SignalAll();
    load_wanted_.SignalAll();
    tick_wanted_.SignalAll();
  }
  sources_.catalogue->Close();
  for (auto& thread : threads_) thread.join();
  fetcher_.reset();
  if (subscription_ != nullptr) subscription_->Leave(kGoodbye);
  std::list<WaitingCall> calls;
  {
    absl::MutexLock lock(&mutex_);
    calls = waiting_.TakeAll();
  }
  Answer(calls);
}

void Follower::Start(std::function<void()> on_known) {
  {
    absl::MutexLock lock(&mutex_);
    on_known_ = std::move(on_known);
  }
  for (const auto& programme : options_.programmes) OfferKnownBefore(programme);
  threads_.emplace_back([this] { Poll(); });
  threads_.emplace_back([this] { Load(); });
  threads_.emplace_back([this] { Tick(); });
}

bool Follower::CatalogueAnswered() const {
  return catalogue_errors_.size() == options_.programmes.size();
}

bool Follower::AllKnown() const {
  return std::all_of(followings_.begin(), followings_.end(),
                     [](const Following& following) { return following.known(); });
}

std::shared_ptr<const Snapshot> Follower::snapshot() const {
  absl::ReaderMutexLock lock(&snapshot_mutex_);
  return snapshot_;
}

// ---- States -------------------------------------------------------------------------------------

void Follower::Poll() {
  absl::MutexLock lock(&mutex_);
  absl::Duration polled = -absl::InfiniteDuration();
  while (!ending_) {
    const absl::Duration now = clock_.Steady();
    const absl::Duration interval = refresh_ ? kLeastPollInterval
                                    : AllKnown()
                                        ? options_.poll_interval
                                        : std::min(options_.poll_interval, kPollWhileUnknown);
    if (now < polled + interval) {
      poll_wanted_.WaitWithTimeout(&mutex_, polled + interval - now);
      continue;
    }
    refresh_ = false;
    mutex_.Unlock();
    for (const auto& programme : options_.programmes) PollProgramme(programme);
    mutex_.Lock();
    polled_ = true;
    load_wanted_.Signal();
    polled = now;
  }
}

void Follower::PollProgramme(const std::string& programme) {
  const absl::Duration asked = clock_.Steady();
  const auto state = sources_.catalogue->FindState(programme);
  if (state.ok() && !state->empty()) {
    Offer(programme, *state, sources_.catalogue, asked);
    return;
  }
  OfferFallbacks(programme);
}

void Follower::OfferFallbacks(const std::string& programme) {
  const auto current = snapshot();
  const bool unknown = absl::c_linear_search(current->unknown(), programme);
  // Redis last: of states that contradict each other, the first counts.
  if (unknown) OfferFrom(sources_.cache, programme);
  if (unknown) OfferFrom(sources_.seed, programme);
  OfferFrom(sources_.redis, programme);
}

void Follower::OfferKnownBefore(const std::string& programme) {
  if (sources_.cache == nullptr) return;
  const auto envelope = sources_.cache->FindState(programme);
  if (!envelope.ok()) return;
  const auto opened = OpenState(*envelope, programme, trust_);
  // That nothing is in force is asked for first.
  if (opened.ok() && opened->state.has_current()) Offer(programme, *envelope, sources_.cache);
}

void Follower::OfferFrom(Source* source, const std::string& programme) {
  if (source == nullptr) return;
  const auto state = source->FindState(programme);
  if (state.ok()) Offer(programme, *state, source);
}

void Follower::OfferFromStream(const std::string& envelope) {
  const auto programme = ProgrammeOf(envelope);
  for (const auto& followed : options_.programmes) {
    if (followed == programme) Offer(followed, envelope, sources_.catalogue);
  }
}

void Follower::Offer(const std::string& programme, const std::string& envelope,
                     const Source* source, std::optional<absl::Duration> asked) {
  const absl::Status status = Take(programme, envelope, asked);
  absl::MutexLock lock(&mutex_);
  if (source->publishes()) {
    const absl::Status before = std::exchange(catalogue_errors_[programme], status);
    report_ = report_ || before != status;
  }
  load_ = true;
  load_wanted_.Signal();
  tick_wanted_.Signal();
  LogOffered(programme, *source, status);
}

absl::Status Follower::Take(const std::string& programme, const std::string& envelope,
                            std::optional<absl::Duration> asked) {
  {
    absl::MutexLock lock(&mutex_);
    const SignedState* const held = Find(programme).held();
    if (held != nullptr && held->envelope == envelope) return absl::OkStatus();
  }
  auto opened = OpenState(envelope, programme, trust_);
  absl::Status status = opened.status();
  absl::MutexLock lock(&mutex_);
  Following& following = Find(programme);
  if (status.ok()) {
    status = following.Offer(*std::move(opened), clock_.Now(), clock_.Steady(), asked);
  }
  if (status.ok()) {
    Apply();
    // Perhaps what was refused is put in force once more.
    report_ = report_ || following.RefusedActivation(clock_.Now()) != nullptr;
    // Withdrawals count whatever is applied.
    Swap();
  }
  return status;
}

void Follower::LogOffered(const std::string& programme, const Source& source,
                          const absl::Status& status) {
  auto& refusals = logged_refusals_[programme];
  const std::string name(source.name());
  if (status.ok()) {
    if (std::exchange(refusals, {}).empty()) return;
    log_.Write(rpc::Severity::kInfo, "state_taken", {{"programme", programme}, {"source", name}});
    return;
  }
  if (!refusals.emplace(name, ReasonOf(status)).second) return;
  log_.Write(rpc::Severity::kWarning, "state_refused",
             {{"programme", programme}, {"source", name}, {"reason", ReasonOf(status)}});
}

Following& Follower::Find(const std::string& programme) {
  return *std::find_if(followings_.begin(), followings_.end(), [&](const Following& following) {
    return following.programme() == programme;
  });
}

bool Follower::Apply() {
  const absl::Time now = clock_.Now();
  bool changed = false;
  for (Following& following : followings_) {
    const int32_t before = following.in_force().revision;
    const bool was_known = following.known();
    if (!following.Apply(now)) continue;
    changed = true;
    const ReleaseInForce& in_force = following.in_force();
    if (in_force.revision == 0 && !was_known) {
      // Perhaps by a misspelt name.
      log_.Write(rpc::Severity::kWarning, "nothing_in_force",
                 {{"programme", following.programme()}});
    }
    if (in_force.revision == before) continue;
    report_ = true;
    log_.Write(rpc::Severity::kInfo, "release_in_force",
               {{"programme", following.programme()},
                {"revision", static_cast<int64_t>(in_force.revision)},
                {"digest", in_force.criteria->digest()},
                {"label", in_force.criteria->release().label()}});
  }
  return changed;
}

void Follower::Swap() {
  Snapshot::Available available;
  Snapshot::InForce in_force;
  std::vector<std::string> unknown;
  for (const Following& following : followings_) {
    for (const auto& [digest, criteria] : following.loaded()) available[digest] = criteria;
    if (following.known()) {
      ReleaseInForce& programme = in_force[following.programme()];
      programme = following.in_force();
      programme.withdrawn = following.withdrawn();
    } else {
      unknown.push_back(following.programme());
    }
  }
  // Whoever pinned what was in force until now goes on, whatever is away.
  if (const auto before = this->snapshot(); before != nullptr) {
    for (const auto& [programme, replaced] : before->in_force()) {
      const bool kept =
          replaced.criteria == nullptr || available.contains(replaced.criteria->digest());
      if (!kept) pinned_.Keep(replaced.criteria);
    }
  }
  pinned_.AddTo(available);
  auto snapshot = std::make_shared<const Snapshot>(std::move(available), std::move(in_force),
                                                   options_.limits, std::move(unknown));
  absl::MutexLock lock(&snapshot_mutex_);
  snapshot_ = std::move(snapshot);
}

// ---- Releases -----------------------------------------------------------------------------------

void Follower::Load() {
  bool answered = false, polled = false;
  {
    absl::MutexLock lock(&mutex_);
    const absl::Duration end = clock_.Steady() + kFirstAnswer;
    while (!ending_ && !polled_ && !CatalogueAnswered() && clock_.Steady() < end) {
      load_wanted_.WaitWithTimeout(&mutex_, end - clock_.Steady());
    }
    answered = CatalogueAnswered();
    polled = polled_;
  }
  // Nothing is run before the newest state is known that can be; then a catalogue that hangs holds
  // up nothing that can be had without it.
  if (answered) {
    LoadWanted(loader_, /*retry=*/false);
  } else if (polled) {
    LoadWanted(nearby_, /*retry=*/false);
  }
  for (const auto& programme : snapshot()->unknown()) OfferFallbacks(programme);
  LoadWanted(nearby_, /*retry=*/false);
  bool first = true;
  absl::Duration next_retry = clock_.Steady() + options_.poll_interval;
  while (true) {
    const bool retry = clock_.Steady() >= next_retry;
    if (retry) next_retry = clock_.Steady() + options_.poll_interval;
    const bool missing = LoadWanted(loader_, retry);
    if (std::exchange(first, false)) LogUnknown();
    cache_writer_.Write(HeldStates(), snapshot()->available(), clock_.Now());
    absl::MutexLock lock(&mutex_);
    if (!ending_ && !load_) {
      load_wanted_.WaitWithTimeout(&mutex_, missing ? kRetryMissing : options_.poll_interval);
    }
    load_ = false;
    if (ending_) return;
  }
}

bool Follower::LoadWanted(const Loader& loader, bool retry) {
  bool missing = false;
  for (const auto& programme : options_.programmes) {
    std::set<std::string> tried;
    // One may do without the next.
    while (const auto wanted = NextWanted(programme, tried, retry)) {
      tried.insert(wanted->digest);
      LoadRelease(loader, programme, *wanted, missing);
    }
  }
  return missing;
}

std::optional<WantedRelease> Follower::NextWanted(const std::string& programme,
                                                  const std::set<std::string>& tried, bool retry) {
  absl::MutexLock lock(&mutex_);
  if (ending_) return std::nullopt;
  const Following& following = Find(programme);
  for (auto& wanted : following.Wanted(clock_.Now())) {
    const bool refused = following.IsRefused(wanted.digest);
    if (tried.count(wanted.digest) == 0 && (retry || !refused)) return std::move(wanted);
  }
  return std::nullopt;
}

void Follower::LoadRelease(const Loader& loader, const std::string& programme,
                           const WantedRelease& wanted, bool& missing) {
  auto loaded = loader.Load(wanted.digest, programme, wanted.in_force_from);
  if (loaded.ok()) {
    {
      absl::MutexLock lock(&mutex_);
      Find(programme).Loaded(wanted.digest, loaded->criteria);
      Apply();
      // What is to come is kept too.
      Swap();
      tick_wanted_.Signal();
    }
    log_.Write(rpc::Severity::kInfo, "release_loaded",
               {{"programme", programme}, {"digest", wanted.digest}, {"source", loaded->source}});
    cache_writer_.Add(*std::move(loaded));
    return;
  }
  if (!IsRefusal(loaded.status())) {
    missing = true;
    return;
  }
  {
    absl::MutexLock lock(&mutex_);
    Following& following = Find(programme);
    if (following.IsRefused(wanted.digest)) return;
    following.Refused(wanted.digest, loaded.status());
    report_ = true;
    tick_wanted_.Signal();
  }
  log_.Write(rpc::Severity::kError, "release_refused",
             {{"programme", programme},
              {"revision", static_cast<int64_t>(wanted.revision)},
              {"digest", wanted.digest},
              {"reason", ReasonOf(loaded.status())}});
}

std::vector<SignedState> Follower::HeldStates() const {
  absl::ReaderMutexLock lock(&mutex_);
  std::vector<SignedState> held;
  for (const Following& following : followings_) {
    if (following.held() != nullptr) held.push_back(*following.held());
  }
  return held;
}

void Follower::LogUnknown() const {
  for (const auto& programme : snapshot()->unknown()) {
    log_.Write(rpc::Severity::kWarning, "criteria_unknown", {{"programme", programme}});
  }
}

// ---- Calls that wait ----------------------------------------------------------------------------

bool Follower::MayFind(const Choice& choice, const absl::Status& not_chosen) const {
  switch (DetailOf(not_chosen).reason()) {
    case Reason::RELEASE_NOT_FOUND:
    case Reason::REVISION_NOT_REACHED:
      return true;
    // Which the revision that is waited for ends.
    case Reason::NO_ACTIVE_RELEASE:
    case Reason::CRITERIA_UNKNOWN:
    case Reason::CRITERIA_EXPIRED:
      return choice.min_revision > 0;
    default:
      return false;
  }
}

void Follower::Await(Choice choice, absl::Time deadline,
                     std::function<void(absl::StatusOr<Chosen>)> done) {
  const std::string digest = choice.release_digest;
  const bool pinned = !digest.empty();
  const absl::Duration left = rpc::WaitUntil(deadline, kLongestWait) - absl::Now();
  const WaitingCall call{std::move(choice), clock_.Steady() + left, std::move(done)};
  bool missing = false;
  bool full = false;
  {
    absl::MutexLock lock(&mutex_);
    missing = pinned && pinned_.IsMissing(digest, clock_.Steady());
    full = !missing && !waiting_.Add(call);
    if (!missing && !full) {
      if (!pinned) {
        refresh_ = true;
        poll_wanted_.Signal();
      }
      tick_wanted_.Signal();
    }
  }
  if (missing) {
    call.done(snapshot()->Choose(call.choice, clock_.Steady()));
  } else if (full) {
    call.done(Overloaded());
  } else if (pinned) {
    fetcher_->Fetch(digest);
  }
}

bool Follower::IsWanted(const std::string& digest) const {
  absl::ReaderMutexLock lock(&mutex_);
  return !ending_ && waiting_.AnyWaitsFor(digest);
}

void Follower::Fetched(const std::string& digest, absl::StatusOr<LoadedRelease> loaded) {
  const absl::Status status = loaded.status();
  std::list<WaitingCall> calls;
  {
    absl::MutexLock lock(&mutex_);
    if (status.ok()) {
      pinned_.Keep(loaded->criteria);
      Swap();
      cache_writer_.Add(*std::move(loaded));
      load_ = true;
      load_wanted_.Signal();
    } else if (absl::IsNotFound(status)) {
      pinned_.MarkMissing(digest, clock_.Steady());
    }
    calls = waiting_.TakeThoseFor(digest);
  }
  if (status.ok()) return Answer(calls);
  for (const WaitingCall& call : calls) call.done(status);
}

void Follower::Answer(const std::list<WaitingCall>& calls) const {
  const auto current = snapshot();
  for (const WaitingCall& call : calls) call.Answer(*current, clock_.Steady());
}

void Follower::Tick() {
  absl::Duration next_report = clock_.Steady();
  absl::MutexLock lock(&mutex_);
  while (!ending_) {
    if (Apply()) Swap();
    const std::list<WaitingCall> done = waiting_.TakeDone(*snapshot(), clock_.Steady());
    std::vector<catalogue::v1::InstanceReport> reports;
    const bool reports_due =
        subscription_ != nullptr && (report_ || clock_.Steady() >= next_report);
    if (reports_due) {
      reports = ReportsLocked();
      report_ = false;
      next_report = clock_.Steady() + kReportInterval;
    }
    const auto on_known = AllKnown() ? std::exchange(on_known_, nullptr) : nullptr;
    mutex_.Unlock();
    if (on_known != nullptr) on_known();
    LogFreshness();
    Answer(done);
    if (reports_due) subscription_->Report(std::move(reports));
    if (subscription_ != nullptr) subscription_->Maintain();
    mutex_.Lock();
    if (!ending_ && !report_) tick_wanted_.WaitWithDeadline(&mutex_, NextTick());
  }
}

void Follower::LogFreshness() {
  const auto current = snapshot();
  const absl::Duration steady = clock_.Steady();
  for (const auto& [programme, in_force] : current->in_force()) {
    const auto freshness = current->FreshnessOf(in_force, steady);
    auto& logged = logged_freshness_[programme];
    if (std::exchange(logged, freshness) == freshness) continue;
    const bool fresh = freshness == common::v1::Freshness::FRESH;
    const auto& confirmation = in_force.confirmation;
    log_.Write(fresh ? rpc::Severity::kInfo : rpc::Severity::kWarning, "freshness",
               {{"programme", programme},
                {"freshness", common::v1::Freshness::Value_Name(freshness)},
                {"revision", static_cast<int64_t>(in_force.revision)},
                {"clockBehind", confirmation.has_value() && confirmation->clock_behind},
                {"superseded", confirmation.has_value() && confirmation->superseded}});
  }
}

absl::Time Follower::NextTick() const {
  absl::Time next = absl::Now() + std::min(kTick, waiting_.NextDeadline() - clock_.Steady());
  const absl::Time now = clock_.Now();
  for (const Following& following : followings_) {
    const auto instant = following.NextInstant();
    // One that has come already waits for its release.
    if (instant.has_value() && *instant > now)
      next = std::min(next, absl::Now() + (*instant - now));
  }
  return next;
}

std::vector<catalogue::v1::InstanceReport> Follower::Reports() const {
  absl::ReaderMutexLock lock(&mutex_);
  return ReportsLocked();
}

std::vector<catalogue::v1::InstanceReport> Follower::ReportsLocked() const {
  std::vector<catalogue::v1::InstanceReport> reports;
  const auto current = snapshot();
  for (const Following& following : followings_) {
    const auto error = catalogue_errors_.find(following.programme());
    auto& report = reports.emplace_back(
        ReportOf(following, error == catalogue_errors_.end() ? absl::OkStatus() : error->second,
                 clock_.Now()));
    if (following.known()) {
      report.set_freshness(current->FreshnessOf(following.in_force(), clock_.Steady()));
    }
  }
  return reports;
}

}  // namespace zhiping::releases
