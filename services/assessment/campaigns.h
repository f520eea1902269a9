// Campaigns: made, changed, repinned and closed; and their target lists.
#pragma once

#include <optional>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "common/rpc/call.h"
#include "services/assessment/environment.h"
#include "zhiping/assessment/v1/campaign_service.pb.h"

namespace zhiping::assessment {

// Errors: as campaign_service.proto says. Thread-safe.
class Campaigns {
 public:
  // Outlives this.
  explicit Campaigns(const Environment& environment) : environment_(environment) {}

  absl::StatusOr<v1::CreateCampaignResponse> CreateCampaign(
      const v1::CreateCampaignRequest& request, const rpc::Call& call, absl::Time deadline);
  absl::StatusOr<v1::GetCampaignResponse> GetCampaign(const v1::GetCampaignRequest& request,
                                                      const rpc::Call& call, absl::Time deadline);
  absl::StatusOr<v1::ListCampaignsResponse> ListCampaigns(const v1::ListCampaignsRequest& request,
                                                          const rpc::Call& call,
                                                          absl::Time deadline);
  absl::StatusOr<v1::UpdateCampaignResponse> UpdateCampaign(
      const v1::UpdateCampaignRequest& request, const rpc::Call& call, absl::Time deadline);
  absl::StatusOr<v1::DeleteCampaignResponse> DeleteCampaign(
      const v1::DeleteCampaignRequest& request, const rpc::Call& call, absl::Time deadline);
  absl::StatusOr<v1::RepinCampaignResponse> RepinCampaign(const v1::RepinCampaignRequest& request,
                                                          const rpc::Call& call,
                                                          absl::Time deadline);
  absl::StatusOr<v1::ApproveRepinResponse> ApproveRepin(const v1::ApproveRepinRequest& request,
                                                        const rpc::Call& call, absl::Time deadline);
  absl::StatusOr<v1::ClosePeriodResponse> ClosePeriod(const v1::ClosePeriodRequest& request,
                                                      const rpc::Call& call, absl::Time deadline);
  absl::StatusOr<v1::ImportTargetsResponse> ImportTargets(const v1::ImportTargetsRequest& request,
                                                          const rpc::Call& call,
                                                          absl::Time deadline);
  absl::StatusOr<v1::ListTargetsResponse> ListTargets(const v1::ListTargetsRequest& request,
                                                      const rpc::Call& call, absl::Time deadline);

 private:
  // Of one that is there, the scope of its programme.
  static absl::Status CheckMay(const rpc::Call& call,
                               const std::optional<v1::CampaignRecord>& campaign);
  // A campaign that the caller may change, locked. Errors: CAMPAIGN_NOT_FOUND, also outside of the
  // caller's scope.
  absl::StatusOr<v1::CampaignRecord> Lock(StoreTransaction& transaction, const std::string& id,
                                          const rpc::Call& call) const;
  // Stores what was changed, logs and audits it.
  absl::Status Save(StoreTransaction& transaction, const v1::CampaignRecord& record,
                    const rpc::Call& call, absl::string_view reason, absl::Time now) const;

  const Environment& environment_;
};

}  // namespace zhiping::assessment
