#include "services/catalogue/confirmer.h"

#include <algorithm>
#include <utility>

#include "absl/time/clock.h"
#include "common/status/error.h"
#include "common/status/status_macros.h"
#include "common/time/timestamp.h"

namespace zhiping::catalogue {
namespace {

// Callers who ask within this time get the same signature, unless something changed.
constexpr absl::Duration kSignatureReuse = absl::Milliseconds(200);
constexpr int kFailuresUntilUnreadable = 3;

// Whole milliseconds, as instants are signed.
absl::Time Milliseconds(absl::Time time) { return FromTimestamp(ToTimestamp(time)); }

HistoryVersion VersionOf(const History& history) {
  return {history.next_revision, history.met.revision, history.reached_revision,
          static_cast<int64_t>(history.withdrawn.size())};
}

// Whether both say the same, apart from when.
bool SayTheSame(const Confirmed& a, const Confirmed& b) {
  return VersionOf(*a.history) == VersionOf(*b.history) &&
         a.history->incarnation == b.history->incarnation &&
         a.state.current().revision() == b.state.current().revision() &&
         a.envelope.empty() == b.envelope.empty();
}

}  // namespace

bool AtLeastAsNew(const Confirmed& a, const Confirmed& b) {
  if (a.history->incarnation == b.history->incarnation &&
      a.history->next_revision != b.history->next_revision) {
    return a.history->next_revision > b.history->next_revision;
  }
  return a.read_at >= b.read_at;
}

Confirmer::Confirmer(Store& store, const Signing& signing, const Clock& clock, const rpc::Log& log,
                     ConfirmerOptions options, Listeners listeners)
    : store_(store),
      signing_(signing),
      clock_(clock),
      log_(log),
      options_(options),
      listeners_(std::move(listeners)),
      next_attempt_(-absl::InfiniteDuration()) {}

Confirmer::Instant Confirmer::Now() const { return {Milliseconds(clock_.Now()), clock_.Steady()}; }

absl::StatusOr<ConfirmedPtr> Confirmer::ReadAndSign(absl::Time deadline,
                                                    const std::string& programme) {
  // Before the read: nothing that was read is older.
  const Instant before = Now();
  ASSIGN_OR_RETURN(History history, store_.ReadHistory(deadline, programme));
  return Sign(before, std::make_shared<const History>(std::move(history)));
}

absl::StatusOr<ConfirmedPtr> Confirmer::Sign(const Instant& read_at,
                                             std::shared_ptr<const History> history) const {
  auto confirmed = std::make_shared<Confirmed>();
  confirmed->read_at = read_at.steady;
  confirmed->history = std::move(history);
  confirmed->state = StateAt(*confirmed->history, read_at.wall);
  if (MaySign(*confirmed->history) && WithdrawnActivation(confirmed->state) == nullptr) {
    ASSIGN_OR_RETURN(confirmed->envelope, signing_.SignState(confirmed->state));
  }
  return ConfirmedPtr(std::move(confirmed));
}

absl::StatusOr<ConfirmedPtr> Confirmer::Confirm(absl::Time deadline, const std::string& programme) {
  absl::Duration signed_at;
  absl::Duration told_at;
  const ConfirmedPtr known = Find(programme, signed_at, told_at);
  if (known == nullptr) return ReadAndSign(deadline, programme);
  const Instant before = Now();
  ASSIGN_OR_RETURN(const HistoryVersion version, store_.Version(deadline, programme));
  if (VersionOf(*known->history) != version) {
    ASSIGN_OR_RETURN(ConfirmedPtr changed, ReadAndSign(deadline, programme));
    Keep(changed, /*again=*/false);
    return changed;
  }
  const v1::ActivationState state = StateAt(*known->history, clock_.Now());
  if (state.current().revision() == known->state.current().revision() &&
      clock_.Steady() - signed_at < kSignatureReuse) {
    return known;
  }
  ASSIGN_OR_RETURN(ConfirmedPtr confirmed, Sign(before, known->history));
  Keep(confirmed, /*again=*/false);
  return confirmed;
}

void Confirmer::Committed(const ConfirmedPtr& confirmed) { Keep(confirmed, /*again=*/true); }

void Confirmer::Watch() {
  if (clock_.Steady() < next_attempt_) return;
  const auto versions = store_.Versions(absl::Now() + options_.read_timeout);
  Read(versions.status());
  if (!versions.ok()) return;
  std::set<std::string> programmes = listeners_.followed();
  for (const auto& [programme, version] : *versions) programmes.insert(programme);
  for (const std::string& programme : programmes) {
    const auto version = versions->find(programme);
    const absl::Status read =
        WatchProgramme(programme, version == versions->end() ? HistoryVersion() : version->second);
    if (read.ok()) continue;
    // All the others would wait for it in vain too.
    next_attempt_ = clock_.Steady() + options_.retry_interval;
    return;
  }
  Forget(programmes);
}

absl::Status Confirmer::WatchProgramme(const std::string& programme,
                                       const HistoryVersion& version) {
  if (!MustConfirm(programme, version)) return absl::OkStatus();
  const auto failing = failing_.find(programme);
  if (failing != failing_.end() && clock_.Steady() < failing->second.next_attempt) {
    return absl::OkStatus();
  }
  // Also what has not changed is read anew: that is what confirming means.
  auto confirmed = ReadAndSign(absl::Now() + options_.read_timeout, programme);
  Note(programme, confirmed.status());
  if (confirmed.ok()) {
    Keep(*std::move(confirmed), /*again=*/true);
    return absl::OkStatus();
  }
  const bool away =
      absl::IsUnavailable(confirmed.status()) || absl::IsDeadlineExceeded(confirmed.status());
  return away ? confirmed.status() : absl::OkStatus();
}

void Confirmer::Note(const std::string& programme, const absl::Status& outcome) {
  if (outcome.ok()) {
    if (failing_.erase(programme) == 0) return;
    log_.Write(rpc::Severity::kInfo, "state_confirmed", {{"programme", programme}});
    return;
  }
  const Reason::Value reason = DetailOf(outcome).reason();
  Failing& failing = failing_[programme];
  failing.next_attempt = clock_.Steady() + options_.retry_interval;
  if (std::exchange(failing.reason, reason) == reason) return;
  const std::string text = LogText(outcome);
  log_.Write(rpc::Severity::kError, "state_not_confirmed",
             {{"programme", programme},
              {"reason", Reason::Value_Name(reason)},
              {"text", text.empty() ? std::string(outcome.message()) : text}});
}

bool Confirmer::MustConfirm(const std::string& programme, const HistoryVersion& version) const {
  absl::Duration signed_at;
  absl::Duration told_at;
  const ConfirmedPtr known = Find(programme, signed_at, told_at);
  if (known == nullptr || VersionOf(*known->history) != version ||
      clock_.Steady() - told_at >= options_.confirm_interval) {
    return true;
  }
  const ActivationRow* const current = InForceAt(*known->history, clock_.Now());
  return current != nullptr && current->activation.revision() != known->state.current().revision();
}

void Confirmer::Keep(const ConfirmedPtr& confirmed, bool again) {
  {
    absl::MutexLock lock(&mutex_);
    Known& known = known_[confirmed->state.programme()];
    const bool news = known.confirmed == nullptr || !SayTheSame(*confirmed, *known.confirmed);
    if (known.confirmed != nullptr && !AtLeastAsNew(*confirmed, *known.confirmed)) return;
    known.confirmed = confirmed;
    known.signed_at = clock_.Steady();
    if (!again && !news) return;
    known.told_at = known.signed_at;
  }
  listeners_.confirmed(confirmed);
}

ConfirmedPtr Confirmer::Find(const std::string& programme, absl::Duration& signed_at,
                             absl::Duration& told_at) const {
  absl::MutexLock lock(&mutex_);
  const auto known = known_.find(programme);
  if (known == known_.end()) return nullptr;
  signed_at = known->second.signed_at;
  told_at = known->second.told_at;
  return known->second.confirmed;
}

void Confirmer::Forget(const std::set<std::string>& all_but) {
  std::vector<std::string> forgotten;
  {
    absl::MutexLock lock(&mutex_);
    for (const auto& [programme, known] : known_) {
      if (all_but.count(programme) == 0) forgotten.push_back(programme);
    }
    for (const std::string& programme : forgotten) known_.erase(programme);
  }
  for (auto failing = failing_.begin(); failing != failing_.end();) {
    failing = all_but.count(failing->first) == 0 ? failing_.erase(failing) : std::next(failing);
  }
  for (const std::string& programme : forgotten) listeners_.forgotten(programme);
}

void Confirmer::Read(const absl::Status& status) {
  if (!status.ok()) {
    next_attempt_ = clock_.Steady() + options_.retry_interval;
    if (++failures_ != kFailuresUntilUnreadable) return;
    log_.Write(
        rpc::Severity::kError, "database_unreadable",
        {{"reason", Reason::Value_Name(DetailOf(status).reason())}, {"text", LogText(status)}});
    was_read_ = false;
    listeners_.readable(false);
    return;
  }
  failures_ = 0;
  if (was_read_) return;
  was_read_ = true;
  log_.Write(rpc::Severity::kInfo, "database_readable", {});
  listeners_.readable(true);
}

}  // namespace zhiping::catalogue
