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

void InstanceReports::Report(const v1::SubscribeRequest& record, bool begins) {
  {
    absl::MutexLock lock(&mutex_);
    const std::string process = ProcessOf(record);
    const bool full = waiting_.size() >= static_cast<size_t>(limits_.instances);
    // Those that stand back report again soon.
    if (full && waiting_.count(process) == 0) return;
    Waiting& waiting = waiting_[process];
    waiting.instance = {record, absl::FromUnixMillis(absl::ToUnixMillis(clock_.Now())), ""};
    waiting.begins = waiting.begins || begins;
    waiting.received = clock_.Steady();
  }
  reported_();
}

void InstanceReports::Write(absl::Time deadline) {
  std::map<std::string, Waiting> writing;
  {
    absl::MutexLock lock(&mutex_);
    writing = std::exchange(waiting_, {});
  }
  absl::Status worst;
  for (auto& [process, report] : writing) {
    const absl::Status written = WriteOne(deadline, report);
    worst.Update(written);
    if (written.ok()) continue;
    const bool begins = report.begins;
    absl::MutexLock lock(&mutex_);
    // Unless it has reported again meanwhile.
    Waiting& waiting = waiting_.emplace(process, std::move(report)).first->second;
    waiting.begins = waiting.begins || begins;
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

absl::Status InstanceReports::WriteOne(absl::Time deadline, const Waiting& waiting) {
  const v1::SubscribeRequest& record = waiting.instance.record;
  const std::string& id = record.instance().id();
  RETURN_IF_ERROR(CheckHeldStates(deadline, record));
  if (record.has_log_head()) {
    RETURN_IF_ERROR(log_heads_.Check(deadline, id, record.log_head()));
  }
  Waiting kept = waiting;
  // It was looked at, and is large.
  for (auto& report : *kept.instance.record.mutable_reports()) report.clear_held_state();
  Written written;
  std::vector<LoggedRefusal> logging;
  RETURN_IF_ERROR(store_.Change(deadline, [&](StoreTransaction& transaction) -> absl::Status {
    ASSIGN_OR_RETURN(written, Keep(transaction, kept, logging));
    return absl::OkStatus();
  }));
  for (LoggedRefusal& refusal : logging) {
    logged_refusals_[refusal.refused].insert(std::move(refusal.by));
  }
  if (written.added || written.full) NoteFull(written.full);
  if (written.added && written.beside) {
    log_.Write(rpc::Severity::kWarning, "instance_id_shared", {{"instance", id}});
  }
  if (!written.key.empty()) watch_.See(written.key, kept.instance.last_seen);
  return absl::OkStatus();
}

absl::StatusOr<InstanceReports::Written> InstanceReports::Keep(
    StoreTransaction& transaction, const Waiting& report, std::vector<LoggedRefusal>& logging) {
  logging.clear();
  const v1::SubscribeRequest& record = report.instance.record;
  ASSIGN_OR_RETURN(const auto rows, transaction.LockInstances(record.instance().id()));
  Written written;
  if (record.leaving()) {
    // Not the row of another process of its id.
    for (const StoredInstance& row : rows) {
      if (ProcessOf(row.record) != ProcessOf(record)) continue;
      RETURN_IF_ERROR(transaction.RemoveInstance(row.key));
    }
    return written;
  }
  const InstanceRows::Place place = rows_.PlaceOf(record, report.begins, report.received, rows);
  if (place.key.empty()) return written;
  if (place.instead_of == nullptr) {
    ASSIGN_OR_RETURN(const bool room, MakeRoom(transaction));
    written.full = !room;
    if (!room) return written;
    written.added = true;
    written.beside = !rows.empty();
  } else if (place.instead_of->key != place.key) {
    RETURN_IF_ERROR(transaction.RemoveInstance(place.instead_of->key));
  }
  written.key = place.key;
  StoredInstance instance = report.instance;
  instance.key = place.key;
  RETURN_IF_ERROR(LogRefusals(transaction, instance, place.instead_of, logging));
  RETURN_IF_ERROR(transaction.SaveInstance(instance));
  return written;
}

absl::StatusOr<bool> InstanceReports::MakeRoom(StoreTransaction& transaction) {
  ASSIGN_OR_RETURN(const LastSeen seen, transaction.InstancesSeen());
  if (seen.size() < static_cast<size_t>(limits_.instances)) return true;
  watch_.SeeAll(seen);
  for (const std::string& key : watch_.Lost()) {
    const auto found = seen.find(key);
    if (found == seen.end()) continue;
    ASSIGN_OR_RETURN(const bool removed, transaction.RemoveInstanceSeenAt(key, found->second));
    if (removed) return true;
  }
  return false;
}

absl::Status InstanceReports::LogRefusals(StoreTransaction& transaction,
                                          const StoredInstance& instance,
                                          const StoredInstance* before,
                                          std::vector<LoggedRefusal>& logging) {
  for (const auto& report : instance.record.reports()) {
    if (!report.has_refused()) continue;
    const v1::InstanceReport* const last =
        before != nullptr ? FindReport(before->record, report.programme()) : nullptr;
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
