#include "services/assessment/following.h"

#include <algorithm>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "common/audit/entry.h"
#include "common/criteria/diff.h"
#include "common/status/status_macros.h"
#include "services/assessment/administration.h"
#include "services/assessment/domain/release_path.h"
#include "services/assessment/domain/repin.h"
#include "services/assessment/locked_draft.h"

namespace zhiping::assessment {
namespace {

constexpr char kService[] = "assessment";
constexpr char kAct[] = "FollowCorrection";

using Chain = std::vector<PinnedRelease>;

PinnedRelease Named(const criteria::Criteria& criteria) {
  return {criteria.digest(), criteria.release().label()};
}

// The release in force, last, and before it those that it corrects; empty if that is not known now.
Chain CorrectionsInForce(const PublishedCriteria& published, const std::string& programme,
                         absl::Time deadline) {
  const auto in_force = published.InForce(programme, deadline);
  if (!in_force.ok()) return {};
  CriteriaPtr release = *in_force;
  Chain chain = {Named(*release)};
  while (release->edition().has_correction()) {
    const auto corrected =
        published.Find(programme, release->edition().correction().release_digest(), deadline);
    if (absl::IsUnavailable(corrected.status())) return {};
    if (!corrected.ok() || !criteria::IsCorrection(**corrected, *release)) break;
    release = *corrected;
    chain.push_back(Named(*release));
  }
  std::reverse(chain.begin(), chain.end());
  return chain;
}

absl::Status AuditFollowed(StoreTransaction& transaction, const std::string& campaign,
                           const Chain& chain, absl::Time now) {
  identity::Caller self;
  self.service = kService;
  audit::AuditEntry entry = audit::NewEntry(audit::AuditEntry::ADMINISTRATIVE, self, kAct, now);
  entry.mutable_subject()->set_kind("campaign");
  entry.mutable_subject()->set_id(campaign);
  entry.set_reason(absl::StrCat("勘误 ", chain.back().label, " ", chain.back().digest));
  return transaction.Audit(entry);
}

// The campaign as it is then.
absl::StatusOr<v1::CampaignRecord> FollowCorrections(const Environment& environment,
                                                     const v1::CampaignRecord& read,
                                                     const Chain& chain, absl::Time deadline) {
  if (chain.empty()) return read;
  const absl::Time now = environment.Now();
  if (Corrected(read, chain, now).version() == read.version()) return read;
  const std::string& id = read.campaign().campaign();
  v1::CampaignRecord followed;
  const absl::Status status =
      environment.store.Change(deadline, [&](StoreTransaction& transaction) -> absl::Status {
        followed = read;
        ASSIGN_OR_RETURN(const auto present, transaction.LockCampaign(id));
        if (!present.has_value() || present->deleted()) return absl::OkStatus();
        followed = Corrected(*present, chain, now);
        if (followed.version() == present->version()) return absl::OkStatus();
        RETURN_IF_ERROR(transaction.SaveCampaign(followed));
        RETURN_IF_ERROR(LogCampaign(transaction, followed, now));
        return AuditFollowed(transaction, id, chain, now);
      });
  RETURN_IF_ERROR(status);
  return followed;
}

absl::Status FollowCampaignByDrafts(const Environment& environment,
                                    const v1::CampaignRecord& campaign, int most,
                                    absl::Time deadline) {
  for (const std::string& left : LeftReleases(campaign)) {
    ASSIGN_OR_RETURN(const auto drafts, environment.store.DraftsUnder(
                                            deadline, campaign.campaign().campaign(), left, most));
    for (const v1::AssessmentKey& draft : drafts) {
      RETURN_IF_ERROR(FollowCampaign(environment, draft, deadline));
    }
    most -= static_cast<int>(drafts.size());
    if (most <= 0) break;
  }
  return absl::OkStatus();
}

}  // namespace

absl::Status FollowReleases(const Environment& environment, int most_drafts, absl::Time deadline) {
  ASSIGN_OR_RETURN(const auto campaigns, environment.store.PresentCampaigns(deadline));
  std::map<std::string, Chain> chains;
  absl::Status status;
  for (const v1::CampaignRecord& campaign : campaigns) {
    const std::string& programme = campaign.campaign().programme();
    const auto [chain, added] = chains.try_emplace(programme);
    if (added) chain->second = CorrectionsInForce(environment.criteria, programme, deadline);
    const auto followed = FollowCorrections(environment, campaign, chain->second, deadline);
    status.Update(followed.status());
    status.Update(
        FollowCampaignByDrafts(environment, followed.value_or(campaign), most_drafts, deadline));
  }
  return status;
}

}  // namespace zhiping::assessment
