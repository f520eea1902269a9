#include "common/rpc/malformed.h"

#include <grpcpp/support/server_interceptor.h>

#include <memory>
#include <utility>
#include <vector>

#include "common/rpc/status.h"
#include "common/status/error.h"

namespace zhiping::rpc {
namespace {

using grpc::experimental::InterceptionHookPoints;

class MalformedExplainer final : public grpc::experimental::Interceptor {
 public:
  void Intercept(grpc::experimental::InterceptorBatchMethods* methods) override {
    if (methods->QueryInterceptionHookPoint(InterceptionHookPoints::PRE_SEND_STATUS)) {
      const grpc::Status status = methods->GetSendStatus();
      if (status.error_code() == grpc::StatusCode::UNIMPLEMENTED &&
          status.error_details().empty()) {
        methods->ModifySendStatus(ToGrpcStatus(MalformedRequest()));
      }
    }
    methods->Proceed();
  }
};

class Factory final : public grpc::experimental::ServerInterceptorFactoryInterface {
 public:
  grpc::experimental::Interceptor* CreateServerInterceptor(
      grpc::experimental::ServerRpcInfo* info) override {
    // A method that is missing counts as bidirectional, and is rightly UNIMPLEMENTED.
    const bool unary = info->type() == grpc::experimental::ServerRpcInfo::Type::UNARY;
    return unary ? new MalformedExplainer : nullptr;
  }
};

}  // namespace

absl::Status MalformedRequest() {
  return MakeError(
      absl::StatusCode::kInvalidArgument, Reason::MALFORMED,
      "请求不是该方法的有效消息：字节不完整，或文字不是 UTF-8（例如是 GB18030）。",
      "The request is not a valid message of the method: the bytes are truncated, or a "
      "text is not UTF-8 (but GB18030, for example).");
}

void ExplainMalformedRequests(grpc::ServerBuilder& builder) {
  std::vector<std::unique_ptr<grpc::experimental::ServerInterceptorFactoryInterface>> factories;
  factories.push_back(std::make_unique<Factory>());
  builder.experimental().SetInterceptorCreators(std::move(factories));
}

}  // namespace zhiping::rpc
