#include "services/catalogue/instance_reports.h"

#include <utility>

#include "absl/strings/str_cat.h"
#include "common/status/status_macros.h"

namespace zhiping::catalogue {
namespace {

const v1::InstanceReport* FindReport(const v1::SubscribeRequest& record,
                                     const std::string& programme) {
  for (const auto& report : record.reports()) {
    if (report.programme() == programme) return &report;
  }
  return nullptr;
}

bool SameRefusal(const v1::Refusal& a, const v1::Refusal& b) {
  return a.revision() == b.revision() && a.digest() == b.digest() && a.reason() == b.reason();
}

// The programme whose log has the refusal; empty: none has. A release that was never imported was
// never to be applied, and of a programme that is not there nothing is kept.
absl::StatusOr<std::string> ProgrammeOf(StoreTransaction& transaction,
                                        const v1::InstanceReport& report) {
  const std::string& digest = report.refused().digest();
  if (digest.empty()) {
    ASSIGN_OR_RETURN(const bool known, transaction.HasProgramme(report.programme()));
    return known ? report.programme() : std::string();
  }
  auto programme = transaction.ProgrammeOf(digest);
  if (absl::IsNotFound(programme.status())) return std::string();
  return programme;
}

}  // namespace

InstanceReports::LoggedRefusal InstanceReports::KeyOf(const v1::Instance& instance,
                                                      const std::string& programme,
                                                      const v1::Refusal& refusal) {
  const std::string& digest = refusal.digest();
  return {digest.empty() ? programme : digest,
          absl::StrCat(instance.id(), " ", refusal.revision(), " ", refusal.reason())};
}

void InstanceReports::Report(const v1::SubscribeRequest& record) {
  {
    absl::MutexLock lock(&mutex_);
    const std::string& id = record.instance().id();
    const bool full = waiting_.size() >= static_cast<size_t>(limits_.instances);
    // Those that stand back report again soon.
    if (full && waiting_.count(id) == 0) return;
    waiting_[id] = {record, absl::FromUnixMillis(absl::ToUnixMillis(clock_.Now()))};
  }
  reported_();
}

void InstanceReports::Write(absl::Time deadline) {
  std::map<std::string, StoredInstance> writing;
  {
    absl::MutexLock lock(&mutex_);
    writing = std::exchange(waiting_, {});
  }
  absl::Status worst;
  for (auto& [id, instance] : writing) {
    const absl::Status written = WriteOne(deadline, instance);
    worst.Update(written);
    if (written.ok()) continue;
    absl::MutexLock lock(&mutex_);
    // Unless it has reported again meanwhile.
    waiting_.emplace(id, std::move(instance));
  }
  if (writing.empty()) return;
  outcome_.Note(worst);
  absl::MutexLock lock(&mutex_);
  if (worst.ok()) {
    failing_since_.reset();
  } else if (!failing_since_.has_value()) {
    failing_since_ = clock_.Now();
  }
}

std::optional<absl::Time> InstanceReports::failing_since() const {
  absl::MutexLock lock(&mutex_);
  return failing_since_;
}

absl::Status InstanceReports::WriteOne(absl::Time deadline, const StoredInstance& instance) {
  RETURN_IF_ERROR(CheckHeldStates(deadline, instance.record));
  if (instance.record.has_log_head()) {
    RETURN_IF_ERROR(
        log_heads_.Check(deadline, instance.record.instance().id(), instance.record.log_head()));
  }
  StoredInstance kept = instance;
  // It was looked at, and is large.
  for (auto& report : *kept.record.mutable_reports()) report.clear_held_state();
  bool added = false;
  bool full = false;
  std::vector<LoggedRefusal> logging;
  const auto write = [&](StoreTransaction& transaction) -> absl::Status {
    const std::string& id = kept.record.instance().id();
    if (kept.record.leaving()) return transaction.RemoveInstance(id).status();
    ASSIGN_OR_RETURN(const auto before, transaction.LockInstance(id));
    added = !before.has_value();
    if (added) {
      ASSIGN_OR_RETURN(const bool room, MakeRoom(transaction));
      full = !room;
      if (full) return absl::OkStatus();
    }
    RETURN_IF_ERROR(LogRefusals(transaction, kept, before, logging));
    return transaction.SaveInstance(kept);
  };
  RETURN_IF_ERROR(store_.Change(deadline, write));
  for (LoggedRefusal& refusal : logging) {
    logged_refusals_[refusal.refused].insert(std::move(refusal.by));
  }
  if (added) NoteFull(full);
  if (!kept.record.leaving() && !full) watch_.See(kept.record.instance().id(), kept.last_seen);
  return absl::OkStatus();
}

absl::StatusOr<bool> InstanceReports::MakeRoom(StoreTransaction& transaction) {
  ASSIGN_OR_RETURN(const LastSeen seen, transaction.InstancesSeen());
  if (seen.size() < static_cast<size_t>(limits_.instances)) return true;
  watch_.SeeAll(seen);
  for (const std::string& id : watch_.Lost()) {
    const auto found = seen.find(id);
    if (found == seen.end()) continue;
    ASSIGN_OR_RETURN(const bool removed, transaction.RemoveInstanceSeenAt(id, found->second));
    if (removed) return true;
  }
  return false;
}

absl::Status InstanceReports::LogRefusals(StoreTransaction& transaction,
                                          const StoredInstance& instance,
                                          const std::optional<StoredInstance>& before,
                                          std::vector<LoggedRefusal>& logging) {
  logging.clear();
  for (const auto& report : instance.record.reports()) {
    if (!report.has_refused()) continue;
    const v1::InstanceReport* const last =
        before.has_value() ? FindReport(before->record, report.programme()) : nullptr;
    if (last != nullptr && last->has_refused() && SameRefusal(last->refused(), report.refused())) {
      continue;
    }
    ASSIGN_OR_RETURN(const std::string programme, ProgrammeOf(transaction, report));
    if (programme.empty()) continue;
    LoggedRefusal refusal = KeyOf(instance.record.instance(), programme, report.refused());
    if (!MayLog(refusal)) continue;
    RETURN_IF_ERROR(transaction.Lock(programme).status());
    v1::CatalogueEvent event;
    event.set_programme(programme);
    *event.mutable_activation_refused()->mutable_instance() = instance.record.instance();
    *event.mutable_activation_refused()->mutable_refusal() = report.refused();
    RETURN_IF_ERROR(transaction.Append(event, instance.last_seen));
    logging.push_back(std::move(refusal));
  }
  return absl::OkStatus();
}

bool InstanceReports::MayLog(const LoggedRefusal& refusal) {
  const std::set<std::string>& logged = logged_refusals_[refusal.refused];
  if (logged.count(refusal.by) > 0) return false;
  if (logged.size() < static_cast<size_t>(limits_.logged_refusals)) return true;
  if (unlogged_.insert(refusal.refused).second) {
    log_.Write(
        rpc::Severity::kWarning, "refusals_not_logged",
        {{"refused", refusal.refused}, {"most", static_cast<int64_t>(limits_.logged_refusals)}});
  }
  return false;
}

void InstanceReports::NoteFull(bool full) {
  if (std::exchange(full_, full) || !full) return;
  log_.Write(rpc::Severity::kWarning, "instances_full",
             {{"most", static_cast<int64_t>(limits_.instances)}});
}

absl::Status InstanceReports::CheckHeldStates(absl::Time deadline,
                                              const v1::SubscribeRequest& record) {
  for (const auto& report : record.reports()) {
    if (report.held_state().empty()) continue;
    ASSIGN_OR_RETURN(const History history, store_.ReadHistory(deadline, report.programme()));
    RETURN_IF_ERROR(foreign_.Check(deadline, report.held_state(), history).status());
  }
  return absl::OkStatus();
}

}  // namespace zhiping::catalogue
