#include "common/releases/catalogue_source.h"

#include <grpcpp/client_context.h>

#include <set>
#include <utility>

#include "absl/base/thread_annotations.h"
#include "absl/synchronization/mutex.h"
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
    RETURN_IF_ERROR(Call(&CatalogueService::Stub::GetBlob, 4 * timeout_, request, response));
    return std::move(*response.mutable_envelope());
  }

  absl::StatusOr<std::string> FindState(const std::string& programme) override {
    catalogue::v1::GetActivationRequest request;
    catalogue::v1::GetActivationResponse response;
    request.set_programme(programme);
    RETURN_IF_ERROR(Call(&CatalogueService::Stub::GetActivation, timeout_, request, response));
    return std::move(*response.mutable_envelope());
  }

  void Close() override {
    absl::MutexLock lock(&mutex_);
    closed_ = true;
    for (grpc::ClientContext* const call : calls_) call->TryCancel();
  }

 private:
  template <typename Request, typename Response>
  absl::Status Call(grpc::Status (CatalogueService::Stub::*method)(grpc::ClientContext*,
                                                                   const Request&, Response*),
                    absl::Duration timeout, const Request& request, Response& response) {
    const auto context = rpc::NewContext(timeout);
    {
      absl::MutexLock lock(&mutex_);
      if (closed_) return absl::CancelledError("the source is closed");
      calls_.insert(context.get());
    }
    const grpc::Status status = (stub_.get()->*method)(context.get(), request, &response);
    absl::MutexLock lock(&mutex_);
    calls_.erase(context.get());
    return rpc::FromGrpcStatus(status);
  }

  const std::unique_ptr<CatalogueService::Stub> stub_;
  const absl::Duration timeout_;
  absl::Mutex mutex_;
  bool closed_ ABSL_GUARDED_BY(mutex_) = false;
  // Those under way.
  std::set<grpc::ClientContext*> calls_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace

std::unique_ptr<Source> NewCatalogueSource(const std::shared_ptr<grpc::Channel>& channel,
                                           absl::Duration timeout) {
  return std::make_unique<CatalogueSource>(channel, timeout);
}

}  // namespace zhiping::releases
