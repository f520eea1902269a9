#include "services/assessment/published_criteria.h"

#include <optional>

#include "absl/synchronization/notification.h"
#include "common/status/error.h"

namespace zhiping::assessment {

absl::StatusOr<CriteriaPtr> PublishedCriteria::Find(const std::string& programme,
                                                    const std::string& digest,
                                                    absl::Time deadline) const {
  return Choose({programme, digest, 0}, deadline);
}

absl::StatusOr<CriteriaPtr> PublishedCriteria::InForce(const std::string& programme,
                                                       absl::Time deadline) const {
  return Choose({programme, "", 0}, deadline);
}

absl::Status PublishedCriteria::CheckFresh(const std::string& programme) const {
  const auto snapshot = releases_.snapshot();
  const auto found = snapshot->in_force().find(programme);
  const bool expired =
      found != snapshot->in_force().end() &&
      snapshot->FreshnessOf(found->second, clock_.Steady()) == common::v1::Freshness::EXPIRED;
  if (!expired) return absl::OkStatus();
  return MakeError(absl::StatusCode::kFailedPrecondition, Reason::CRITERIA_EXPIRED,
                   "评测标准的启用状态已过期，暂不能新建自评测；已有草稿可以继续填报。",
                   "What is in force was last confirmed too long ago: no assessment can be opened "
                   "now. Drafts that are there can be filled in.",
                   {{"programme", programme}});
}

bool PublishedCriteria::IsWithdrawn(const std::string& programme, const std::string& digest) const {
  const auto snapshot = releases_.snapshot();
  const auto found = snapshot->in_force().find(programme);
  return found != snapshot->in_force().end() && found->second.withdrawn.count(digest) > 0;
}

absl::StatusOr<CriteriaPtr> PublishedCriteria::Choose(const releases::Choice& choice,
                                                      absl::Time deadline) const {
  absl::StatusOr<releases::Chosen> chosen = releases_.snapshot()->Choose(choice, clock_.Steady());
  if (!chosen.ok() && releases_.MayFind(choice, chosen.status())) {
    // Await always calls back, within its 2 s.
    absl::Notification found;
    releases_.Await(choice, deadline, [&](absl::StatusOr<releases::Chosen> awaited) {
      chosen = std::move(awaited);
      found.Notify();
    });
    found.WaitForNotification();
  }
  if (!chosen.ok()) return chosen.status();
  return chosen->criteria;
}

}  // namespace zhiping::assessment
