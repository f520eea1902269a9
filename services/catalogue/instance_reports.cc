#include "services/catalogue/instance_reports.h"

#include <utility>

#include "common/criteria/release.h"
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

// Into the log of changes, once for each refusal.
absl::Status LogRefusals(StoreTransaction& transaction, const StoredInstance& instance,
                         const std::optional<StoredInstance>& before) {
  for (const auto& report : instance.record.reports()) {
    if (!report.has_refused() || !criteria::IsDigest(report.refused().digest())) continue;
    const v1::InstanceReport* const last =
        before.has_value() ? FindReport(before->record, report.programme()) : nullptr;
    if (last != nullptr && last->has_refused() && SameRefusal(last->refused(), report.refused())) {
      continue;
    }
    // What was never imported was never to be applied.
    const auto release = transaction.FindRelease(report.refused().digest());
    if (absl::IsNotFound(release.status())) continue;
    RETURN_IF_ERROR(release.status());
    RETURN_IF_ERROR(transaction.Lock(release->summary.programme()).status());
    v1::CatalogueEvent event;
    event.set_programme(release->summary.programme());
    *event.mutable_activation_refused()->mutable_instance() = instance.record.instance();
    *event.mutable_activation_refused()->mutable_refusal() = report.refused();
    RETURN_IF_ERROR(transaction.Append(event, instance.last_seen));
  }
  return absl::OkStatus();
}

}  // namespace

void InstanceReports::Report(const v1::SubscribeRequest& record) {
  {
    absl::MutexLock lock(&mutex_);
    waiting_[record.instance().id()] = {record, clock_.Now()};
  }
  reported_();
}

void InstanceReports::Write(absl::Time deadline) {
  std::map<std::string, StoredInstance> writing;
  {
    absl::MutexLock lock(&mutex_);
    writing = std::exchange(waiting_, {});
  }
  for (auto& [id, instance] : writing) {
    if (WriteOne(deadline, instance).ok()) continue;
    absl::MutexLock lock(&mutex_);
    // Unless it has reported again meanwhile.
    waiting_.emplace(id, std::move(instance));
  }
}

absl::Status InstanceReports::WriteOne(absl::Time deadline, const StoredInstance& instance) {
  RETURN_IF_ERROR(CheckHeldStates(deadline, instance.record));
  if (instance.record.has_log_head()) {
    RETURN_IF_ERROR(
        log_heads_.Check(deadline, instance.record.instance().id(), instance.record.log_head()));
  }
  return store_.Change(deadline, [&](StoreTransaction& transaction) -> absl::Status {
    const std::string& id = instance.record.instance().id();
    if (instance.record.leaving()) return transaction.RemoveInstance(id).status();
    ASSIGN_OR_RETURN(const auto before, transaction.LockInstance(id));
    RETURN_IF_ERROR(LogRefusals(transaction, instance, before));
    return transaction.SaveInstance(instance);
  });
}

absl::Status InstanceReports::CheckHeldStates(absl::Time deadline,
                                              const v1::SubscribeRequest& record) {
  for (const auto& report : record.reports()) {
    if (report.held_state().empty()) continue;
    ASSIGN_OR_RETURN(const History history, store_.ReadHistory(deadline, report.programme()));
    RETURN_IF_ERROR(foreign_.Check(deadline, report.held_state(), history));
  }
  return absl::OkStatus();
}

}  // namespace zhiping::catalogue
