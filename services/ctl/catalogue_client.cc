#include "services/ctl/catalogue_client.h"

#include <utility>

namespace zhiping::ctl {
namespace {

using catalogue::v1::CatalogueAdminService;
using catalogue::v1::CatalogueService;

std::shared_ptr<grpc::Channel> ChannelTo(const RemoteService& service) {
  return rpc::NewChannel(
      service.target,
      {CatalogueService::service_full_name(), CatalogueAdminService::service_full_name()},
      rpc::Instances::kAll);
}

}  // namespace

// One connection: channels to the same target with the same arguments share it.
CatalogueClient::CatalogueClient(RemoteService service)
    : service_(std::move(service)),
      stub_(CatalogueService::NewStub(ChannelTo(service_))),
      admin_stub_(CatalogueAdminService::NewStub(ChannelTo(service_))) {}

}  // namespace zhiping::ctl
