#include "common/releases/catalogue_source.h"

#include <utility>

#include "common/rpc/channel.h"
#include "common/rpc/status.h"
#include "common/status/status_macros.h"
#include "zhiping/catalogue/v1/catalogue_service.grpc.pb.h"

namespace zhiping::releases {
namespace {

using catalogue::v1::CatalogueService;

class CatalogueSource final : public Source {
 public:
  CatalogueSource(const std::shared_ptr<grpc::Channel>& channel, absl::Duration timeout)
      : stub_(CatalogueService::NewStub(channel)), timeout_(timeout) {}

  absl::string_view name() const override { return "catalogue"; }
  bool publishes() const override { return true; }

  absl::StatusOr<std::string> FindRelease(const std::string& digest) override {
    catalogue::v1::GetBlobRequest request;
    catalogue::v1::GetBlobResponse response;
    request.set_digest(digest);
    const auto context = rpc::NewContext(4 * timeout_);
    RETURN_IF_ERROR(rpc::FromGrpcStatus(stub_->GetBlob(context.get(), request, &response)));
    return std::move(*response.mutable_envelope());
  }

  absl::StatusOr<std::string> FindState(const std::string& programme) override {
    catalogue::v1::GetActivationRequest request;
    catalogue::v1::GetActivationResponse response;
    request.set_programme(programme);
    const auto context = rpc::NewContext(timeout_);
    RETURN_IF_ERROR(rpc::FromGrpcStatus(stub_->GetActivation(context.get(), request, &response)));
    return std::move(*response.mutable_envelope());
  }

 private:
  const std::unique_ptr<CatalogueService::Stub> stub_;
  const absl::Duration timeout_;
};

}  // namespace

std::unique_ptr<Source> NewCatalogueSource(const std::shared_ptr<grpc::Channel>& channel,
                                           absl::Duration timeout) {
  return std::make_unique<CatalogueSource>(channel, timeout);
}

}  // namespace zhiping::releases
