// zhiping.assessment.v1.CampaignService: Campaigns.
#pragma once

#include "common/rpc/pooled_method.h"
#include "services/assessment/campaigns.h"
#include "zhiping/assessment/v1/campaign_service.grpc.pb.h"

namespace zhiping::assessment {

// Thread-safe.
class CampaignService final : public v1::CampaignService::CallbackService {
 public:
  // All outlive the service, but `on` itself.
  CampaignService(Campaigns& campaigns, const rpc::PooledService& on);

  grpc::ServerUnaryReactor* CreateCampaign(grpc::CallbackServerContext* context,
                                           const v1::CreateCampaignRequest* request,
                                           v1::CreateCampaignResponse* response) override {
    return create_campaign_.Handle(*context, *request, *response);
  }
  grpc::ServerUnaryReactor* GetCampaign(grpc::CallbackServerContext* context,
                                        const v1::GetCampaignRequest* request,
                                        v1::GetCampaignResponse* response) override {
    return get_campaign_.Handle(*context, *request, *response);
  }
  grpc::ServerUnaryReactor* ListCampaigns(grpc::CallbackServerContext* context,
                                          const v1::ListCampaignsRequest* request,
                                          v1::ListCampaignsResponse* response) override {
    return list_campaigns_.Handle(*context, *request, *response);
  }
  grpc::ServerUnaryReactor* UpdateCampaign(grpc::CallbackServerContext* context,
                                           const v1::UpdateCampaignRequest* request,
                                           v1::UpdateCampaignResponse* response) override {
    return update_campaign_.Handle(*context, *request, *response);
  }
  grpc::ServerUnaryReactor* DeleteCampaign(grpc::CallbackServerContext* context,
                                           const v1::DeleteCampaignRequest* request,
                                           v1::DeleteCampaignResponse* response) override {
    return delete_campaign_.Handle(*context, *request, *response);
  }
  grpc::ServerUnaryReactor* RepinCampaign(grpc::CallbackServerContext* context,
                                          const v1::RepinCampaignRequest* request,
                                          v1::RepinCampaignResponse* response) override {
    return repin_campaign_.Handle(*context, *request, *response);
  }
  grpc::ServerUnaryReactor* ApproveRepin(grpc::CallbackServerContext* context,
                                         const v1::ApproveRepinRequest* request,
                                         v1::ApproveRepinResponse* response) override {
    return approve_repin_.Handle(*context, *request, *response);
  }
  grpc::ServerUnaryReactor* ClosePeriod(grpc::CallbackServerContext* context,
                                        const v1::ClosePeriodRequest* request,
                                        v1::ClosePeriodResponse* response) override {
    return close_period_.Handle(*context, *request, *response);
  }
  grpc::ServerUnaryReactor* ImportTargets(grpc::CallbackServerContext* context,
                                          const v1::ImportTargetsRequest* request,
                                          v1::ImportTargetsResponse* response) override {
    return import_targets_.Handle(*context, *request, *response);
  }
  grpc::ServerUnaryReactor* ListTargets(grpc::CallbackServerContext* context,
                                        const v1::ListTargetsRequest* request,
                                        v1::ListTargetsResponse* response) override {
    return list_targets_.Handle(*context, *request, *response);
  }

 private:
  const rpc::PooledMethod<v1::CreateCampaignRequest, v1::CreateCampaignResponse> create_campaign_;
  const rpc::PooledMethod<v1::GetCampaignRequest, v1::GetCampaignResponse> get_campaign_;
  const rpc::PooledMethod<v1::ListCampaignsRequest, v1::ListCampaignsResponse> list_campaigns_;
  const rpc::PooledMethod<v1::UpdateCampaignRequest, v1::UpdateCampaignResponse> update_campaign_;
  const rpc::PooledMethod<v1::DeleteCampaignRequest, v1::DeleteCampaignResponse> delete_campaign_;
  const rpc::PooledMethod<v1::RepinCampaignRequest, v1::RepinCampaignResponse> repin_campaign_;
  const rpc::PooledMethod<v1::ApproveRepinRequest, v1::ApproveRepinResponse> approve_repin_;
  const rpc::PooledMethod<v1::ClosePeriodRequest, v1::ClosePeriodResponse> close_period_;
  const rpc::PooledMethod<v1::ImportTargetsRequest, v1::ImportTargetsResponse> import_targets_;
  const rpc::PooledMethod<v1::ListTargetsRequest, v1::ListTargetsResponse> list_targets_;
};

}  // namespace zhiping::assessment
