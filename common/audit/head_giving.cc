#include "common/audit/head_giving.h"

#include "absl/time/time.h"
#include "common/rpc/channel.h"
#include "common/rpc/status.h"
#include "zhiping/common/v1/operations_service.grpc.pb.h"

namespace zhiping::audit {
namespace {

// The end of a service waits for it too.
constexpr absl::Duration kTimeout = absl::Seconds(2);

}  // namespace

std::function<absl::Status(const std::string& envelope)> GiveHeadsTo(
    const std::shared_ptr<grpc::Channel>& keeper) {
  if (keeper == nullptr) return nullptr;
  const std::shared_ptr<common::v1::OperationsService::Stub> stub =
      common::v1::OperationsService::NewStub(keeper);
  return [stub](const std::string& envelope) {
    common::v1::KeepAuditHeadRequest request;
    request.set_envelope(envelope);
    common::v1::KeepAuditHeadResponse response;
    const auto context = rpc::NewContext(kTimeout);
    return rpc::FromGrpcStatus(stub->KeepAuditHead(context.get(), request, &response));
  };
}

}  // namespace zhiping::audit
