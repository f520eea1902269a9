#include "services/ctl/catalogue_client.h"

#include <utility>

namespace zhiping::ctl {
namespace {

using catalogue::v1::CatalogueAdminService;
using catalogue::v1::CatalogueService;

std::shared_ptr<grpc::Channel> CatalogueAt(const RemoteService& service) {
  return ChannelTo(
      service, {CatalogueService::service_full_name(), CatalogueAdminService::service_full_name()});
}

}  // namespace

// One connection: channels to the same target with the same arguments share it.
CatalogueClient::CatalogueClient(RemoteService service)
    : service_(std::move(service)),
      stub_(CatalogueService::NewStub(CatalogueAt(service_))),
      admin_stub_(CatalogueAdminService::NewStub(CatalogueAt(service_))) {}

}  // namespace zhiping::ctl
