#include "services/catalogue/catalogue_service.h"

#include "common/rpc/call_deadline.h"

namespace zhiping::catalogue {

CatalogueService::CatalogueService(Reading& reading, Subscriptions& subscriptions,
                                   rpc::BoundedPool& pool, const rpc::CallEnvironment& environment)
    : reading_(reading),
      subscriptions_(subscriptions),
      pool_(pool),
      get_edition_(environment, v1::CatalogueService::service_full_name(), "GetEdition"),
      list_editions_(environment, v1::CatalogueService::service_full_name(), "ListEditions"),
      get_notes_(environment, v1::CatalogueService::service_full_name(), "GetNotes"),
      get_release_(environment, v1::CatalogueService::service_full_name(), "GetRelease"),
      list_releases_(environment, v1::CatalogueService::service_full_name(), "ListReleases"),
      get_activation_(environment, v1::CatalogueService::service_full_name(), "GetActivation"),
      list_activations_(environment, v1::CatalogueService::service_full_name(), "ListActivations"),
      get_blob_(environment, v1::CatalogueService::service_full_name(), "GetBlob"),
      diff_releases_(environment, v1::CatalogueService::service_full_name(), "DiffReleases"),
      subscribe_(environment, v1::CatalogueService::service_full_name(), "Subscribe") {}

grpc::ServerUnaryReactor* CatalogueService::GetEdition(grpc::CallbackServerContext* context,
                                                       const v1::GetEditionRequest* request,
                                                       v1::GetEditionResponse* response) {
  return get_edition_.HandleIn(pool_, *context, *request, [this, context, request, response] {
    return reading_.GetEdition(rpc::DeadlineOf(*context), *request, *response);
  });
}

grpc::ServerUnaryReactor* CatalogueService::ListEditions(grpc::CallbackServerContext* context,
                                                         const v1::ListEditionsRequest* request,
                                                         v1::ListEditionsResponse* response) {
  return list_editions_.HandleIn(pool_, *context, *request, [this, context, request, response] {
    return reading_.ListEditions(rpc::DeadlineOf(*context), *request, *response);
  });
}

grpc::ServerUnaryReactor* CatalogueService::GetNotes(grpc::CallbackServerContext* context,
                                                     const v1::GetNotesRequest* request,
                                                     v1::GetNotesResponse* response) {
  return get_notes_.HandleIn(pool_, *context, *request, [this, context, request, response] {
    return reading_.GetNotes(rpc::DeadlineOf(*context), *request, *response);
  });
}

grpc::ServerUnaryReactor* CatalogueService::GetRelease(grpc::CallbackServerContext* context,
                                                       const v1::GetReleaseRequest* request,
                                                       v1::GetReleaseResponse* response) {
  return get_release_.HandleIn(pool_, *context, *request, [this, context, request, response] {
    return reading_.GetRelease(rpc::DeadlineOf(*context), *request, *response);
  });
}

grpc::ServerUnaryReactor* CatalogueService::ListReleases(grpc::CallbackServerContext* context,
                                                         const v1::ListReleasesRequest* request,
                                                         v1::ListReleasesResponse* response) {
  return list_releases_.HandleIn(pool_, *context, *request, [this, context, request, response] {
    return reading_.ListReleases(rpc::DeadlineOf(*context), *request, *response);
  });
}

grpc::ServerUnaryReactor* CatalogueService::GetActivation(grpc::CallbackServerContext* context,
                                                          const v1::GetActivationRequest* request,
                                                          v1::GetActivationResponse* response) {
  return get_activation_.HandleIn(pool_, *context, *request, [this, context, request, response] {
    return reading_.GetActivation(rpc::DeadlineOf(*context), *request, *response);
  });
}

grpc::ServerUnaryReactor* CatalogueService::ListActivations(
    grpc::CallbackServerContext* context, const v1::ListActivationsRequest* request,
    v1::ListActivationsResponse* response) {
  return list_activations_.HandleIn(pool_, *context, *request, [this, context, request, response] {
    return reading_.ListActivations(rpc::DeadlineOf(*context), *request, *response);
  });
}

grpc::ServerUnaryReactor* CatalogueService::GetBlob(grpc::CallbackServerContext* context,
                                                    const v1::GetBlobRequest* request,
                                                    v1::GetBlobResponse* response) {
  return get_blob_.HandleIn(pool_, *context, *request, [this, context, request, response] {
    return reading_.GetBlob(rpc::DeadlineOf(*context), *request, *response);
  });
}

grpc::ServerUnaryReactor* CatalogueService::DiffReleases(grpc::CallbackServerContext* context,
                                                         const v1::DiffReleasesRequest* request,
                                                         v1::DiffReleasesResponse* response) {
  return diff_releases_.HandleIn(pool_, *context, *request, [this, context, request, response] {
    return reading_.DiffReleases(rpc::DeadlineOf(*context), *request, *response);
  });
}

grpc::ServerBidiReactor<v1::SubscribeRequest, v1::SubscribeResponse>* CatalogueService::Subscribe(
    grpc::CallbackServerContext* context) {
  return subscriptions_.Open(*context, subscribe_);
}

}  // namespace zhiping::catalogue
