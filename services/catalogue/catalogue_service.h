// zhiping.catalogue.v1.CatalogueService: what is asked over gRPC, answered by reading.h and
// subscriptions.h.
#pragma once

#include "common/rpc/bounded_pool.h"
#include "common/rpc/call.h"
#include "services/catalogue/reading.h"
#include "services/catalogue/subscriptions.h"
#include "zhiping/catalogue/v1/catalogue_service.grpc.pb.h"

namespace zhiping::catalogue {

// Thread-safe.
class CatalogueService final : public v1::CatalogueService::CallbackService {
 public:
  // `pool` runs what blocks. All outlive the service.
  CatalogueService(Reading& reading, Subscriptions& subscriptions, rpc::BoundedPool& pool,
                   const rpc::CallEnvironment& environment);

  grpc::ServerUnaryReactor* GetEdition(grpc::CallbackServerContext* context,
                                       const v1::GetEditionRequest* request,
                                       v1::GetEditionResponse* response) override;
  grpc::ServerUnaryReactor* ListEditions(grpc::CallbackServerContext* context,
                                         const v1::ListEditionsRequest* request,
                                         v1::ListEditionsResponse* response) override;
  grpc::ServerUnaryReactor* GetNotes(grpc::CallbackServerContext* context,
                                     const v1::GetNotesRequest* request,
                                     v1::GetNotesResponse* response) override;
  grpc::ServerUnaryReactor* GetRelease(grpc::CallbackServerContext* context,
                                       const v1::GetReleaseRequest* request,
                                       v1::GetReleaseResponse* response) override;
  grpc::ServerUnaryReactor* ListReleases(grpc::CallbackServerContext* context,
                                         const v1::ListReleasesRequest* request,
                                         v1::ListReleasesResponse* response) override;
  grpc::ServerUnaryReactor* GetActivation(grpc::CallbackServerContext* context,
                                          const v1::GetActivationRequest* request,
                                          v1::GetActivationResponse* response) override;
  grpc::ServerUnaryReactor* ListActivations(grpc::CallbackServerContext* context,
                                            const v1::ListActivationsRequest* request,
                                            v1::ListActivationsResponse* response) override;
  grpc::ServerUnaryReactor* GetBlob(grpc::CallbackServerContext* context,
                                    const v1::GetBlobRequest* request,
                                    v1::GetBlobResponse* response) override;
  grpc::ServerUnaryReactor* DiffReleases(grpc::CallbackServerContext* context,
                                         const v1::DiffReleasesRequest* request,
                                         v1::DiffReleasesResponse* response) override;
  grpc::ServerBidiReactor<v1::SubscribeRequest, v1::SubscribeResponse>* Subscribe(
      grpc::CallbackServerContext* context) override;

 private:
  Reading& reading_;
  Subscriptions& subscriptions_;
  rpc::BoundedPool& pool_;
  const rpc::Method get_edition_;
  const rpc::Method list_editions_;
  const rpc::Method get_notes_;
  const rpc::Method get_release_;
  const rpc::Method list_releases_;
  const rpc::Method get_activation_;
  const rpc::Method list_activations_;
  const rpc::Method get_blob_;
  const rpc::Method diff_releases_;
  const rpc::Method subscribe_;
};

}  // namespace zhiping::catalogue
