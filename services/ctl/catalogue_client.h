// The catalogue service as commands call it. Errors say what to do next.
#pragma once

#include <memory>

#include "services/ctl/catalogue_errors.h"
#include "services/ctl/remote_service.h"
#include "zhiping/catalogue/v1/catalogue_admin_service.grpc.pb.h"
#include "zhiping/catalogue/v1/catalogue_service.grpc.pb.h"

namespace zhiping::ctl {

using Catalogue = catalogue::v1::CatalogueService::Stub;
using CatalogueAdmin = catalogue::v1::CatalogueAdminService::Stub;

class CatalogueClient {
 public:
  template <typename Stub, typename Request, typename Response>
  using Method = grpc::Status (Stub::*)(grpc::ClientContext*, const Request&, Response*);

  explicit CatalogueClient(RemoteService service);

  // `Call(&Catalogue::GetRelease, request)`.
  template <typename Request, typename Response>
  absl::StatusOr<Response> Call(Method<Catalogue, Request, Response> method,
                                const Request& request) {
    return Advised(Ask(service_, *stub_, method, request));
  }
  template <typename Request, typename Response>
  absl::StatusOr<Response> Call(Method<CatalogueAdmin, Request, Response> method,
                                const Request& request) {
    return Advised(Ask(service_, *admin_stub_, method, request));
  }

  // A call that changes something.
  template <typename Request, typename Response>
  absl::StatusOr<Response> Change(Method<CatalogueAdmin, Request, Response> method,
                                  const Request& request) {
    auto response = Call(method, request);
    if (!response.ok()) return WithUnknownOutcome(response.status());
    return response;
  }

  // All pages of a list, as one.
  template <typename Stub, typename Request, typename Response>
  absl::StatusOr<Response> List(Method<Stub, Request, Response> method, const Request& request) {
    return AllPages(request, [&](const Request& page) { return Call(method, page); });
  }

 private:
  template <typename Response>
  static absl::StatusOr<Response> Advised(absl::StatusOr<Response> response) {
    if (!response.ok()) return WithNextStep(response.status());
    return response;
  }

  const RemoteService service_;
  const std::unique_ptr<Catalogue> stub_;
  const std::unique_ptr<CatalogueAdmin> admin_stub_;
};

}  // namespace zhiping::ctl
