// zhiping.assessment.v1.EnterpriseService: Enterprises and plants.
#pragma once

#include "common/rpc/pooled_method.h"
#include "services/assessment/enterprises.h"
#include "zhiping/assessment/v1/enterprise_service.grpc.pb.h"

namespace zhiping::assessment {

// Thread-safe.
class EnterpriseService final : public v1::EnterpriseService::CallbackService {
 public:
  // All outlive the service, but `on` itself.
  EnterpriseService(Enterprises& enterprises, const rpc::PooledService& on);

  grpc::ServerUnaryReactor* RegisterEnterprise(grpc::CallbackServerContext* context,
                                               const v1::RegisterEnterpriseRequest* request,
                                               v1::RegisterEnterpriseResponse* response) override {
    return register_enterprise_.Handle(*context, *request, *response);
  }
  grpc::ServerUnaryReactor* GetEnterprise(grpc::CallbackServerContext* context,
                                          const v1::GetEnterpriseRequest* request,
                                          v1::GetEnterpriseResponse* response) override {
    return get_enterprise_.Handle(*context, *request, *response);
  }
  grpc::ServerUnaryReactor* UpdateEnterprise(grpc::CallbackServerContext* context,
                                             const v1::UpdateEnterpriseRequest* request,
                                             v1::UpdateEnterpriseResponse* response) override {
    return update_enterprise_.Handle(*context, *request, *response);
  }
  grpc::ServerUnaryReactor* ListEnterprises(grpc::CallbackServerContext* context,
                                            const v1::ListEnterprisesRequest* request,
                                            v1::ListEnterprisesResponse* response) override {
    return list_enterprises_.Handle(*context, *request, *response);
  }
  grpc::ServerUnaryReactor* ImportEnterprises(grpc::CallbackServerContext* context,
                                              const v1::ImportEnterprisesRequest* request,
                                              v1::ImportEnterprisesResponse* response) override {
    return import_enterprises_.Handle(*context, *request, *response);
  }
  grpc::ServerUnaryReactor* RequestChange(grpc::CallbackServerContext* context,
                                          const v1::RequestChangeRequest* request,
                                          v1::RequestChangeResponse* response) override {
    return request_change_.Handle(*context, *request, *response);
  }
  grpc::ServerUnaryReactor* AcceptChange(grpc::CallbackServerContext* context,
                                         const v1::AcceptChangeRequest* request,
                                         v1::AcceptChangeResponse* response) override {
    return accept_change_.Handle(*context, *request, *response);
  }
  grpc::ServerUnaryReactor* DeclineChange(grpc::CallbackServerContext* context,
                                          const v1::DeclineChangeRequest* request,
                                          v1::DeclineChangeResponse* response) override {
    return decline_change_.Handle(*context, *request, *response);
  }
  grpc::ServerUnaryReactor* ListChangeRequests(grpc::CallbackServerContext* context,
                                               const v1::ListChangeRequestsRequest* request,
                                               v1::ListChangeRequestsResponse* response) override {
    return list_change_requests_.Handle(*context, *request, *response);
  }

 private:
  const rpc::PooledMethod<v1::RegisterEnterpriseRequest, v1::RegisterEnterpriseResponse>
      register_enterprise_;
  const rpc::PooledMethod<v1::GetEnterpriseRequest, v1::GetEnterpriseResponse> get_enterprise_;
  const rpc::PooledMethod<v1::UpdateEnterpriseRequest, v1::UpdateEnterpriseResponse>
      update_enterprise_;
  const rpc::PooledMethod<v1::ListEnterprisesRequest, v1::ListEnterprisesResponse>
      list_enterprises_;
  const rpc::PooledMethod<v1::ImportEnterprisesRequest, v1::ImportEnterprisesResponse>
      import_enterprises_;
  const rpc::PooledMethod<v1::RequestChangeRequest, v1::RequestChangeResponse> request_change_;
  const rpc::PooledMethod<v1::AcceptChangeRequest, v1::AcceptChangeResponse> accept_change_;
  const rpc::PooledMethod<v1::DeclineChangeRequest, v1::DeclineChangeResponse> decline_change_;
  const rpc::PooledMethod<v1::ListChangeRequestsRequest, v1::ListChangeRequestsResponse>
      list_change_requests_;
};

}  // namespace zhiping::assessment
