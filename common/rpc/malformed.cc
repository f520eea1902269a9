#include "common/rpc/malformed.h"

#include <grpcpp/support/server_interceptor.h>

#include <functional>
#include <map>
#include <memory>
#include <utility>

#include "absl/strings/str_cat.h"
#include "common/rpc/status.h"
#include "common/status/error.h"
#include "google/protobuf/descriptor.h"

namespace zhiping::rpc {
namespace {

using grpc::experimental::InterceptionHookPoints;
using grpc::experimental::ServerRpcInfo;

// By path, `/service/method`.
using Methods = std::map<std::string, Method, std::less<>>;

class MalformedExplainer final : public grpc::experimental::Interceptor {
 public:
  MalformedExplainer(ServerRpcInfo& call, const Methods& methods)
      : call_(call), methods_(methods) {}

  void Intercept(grpc::experimental::InterceptorBatchMethods* batch) override {
    if (batch->QueryInterceptionHookPoint(InterceptionHookPoints::PRE_SEND_STATUS)) {
      const grpc::Status status = batch->GetSendStatus();
      if (status.error_code() == grpc::StatusCode::UNIMPLEMENTED &&
          status.error_details().empty()) {
        batch->ModifySendStatus(Finish());
      }
    }
    batch->Proceed();
  }

 private:
  grpc::Status Finish() const {
    const auto method = methods_.find(call_.method());
    if (method == methods_.end()) return ToGrpcStatus(MalformedRequest());
    auto& context = static_cast<grpc::CallbackServerContext&>(*call_.server_context());
    Call call(context, method->second);
    const absl::Status admitted = call.AdmitCaller();
    return call.Finish(admitted.ok() ? MalformedRequest() : admitted);
  }

  ServerRpcInfo& call_;
  const Methods& methods_;
};

class Factory final : public grpc::experimental::ServerInterceptorFactoryInterface {
 public:
  Factory(const CallEnvironment* environment, const std::vector<std::string>& services) {
    if (environment == nullptr) return;
    const auto* const pool = google::protobuf::DescriptorPool::generated_pool();
    for (const std::string& name : services) {
      const auto* const service = pool->FindServiceByName(name);
      for (int m = 0; m < service->method_count(); ++m) {
        const std::string& method = service->method(m)->name();
        methods_.try_emplace(absl::StrCat("/", name, "/", method), *environment, name, method);
      }
    }
  }

  grpc::experimental::Interceptor* CreateServerInterceptor(ServerRpcInfo* info) override {
    // A method that is missing counts as bidirectional, and is rightly UNIMPLEMENTED.
    const bool one_request = info->type() == ServerRpcInfo::Type::UNARY ||
                             info->type() == ServerRpcInfo::Type::SERVER_STREAMING;
    return one_request ? new MalformedExplainer(*info, methods_) : nullptr;
  }

 private:
  Methods methods_;
};

}  // namespace

absl::Status MalformedRequest() {
  return MakeError(
      absl::StatusCode::kInvalidArgument, Reason::MALFORMED,
      "请求不是该方法的有效消息：字节不完整，或文字不是 UTF-8（例如是 GB18030）。",
      "The request is not a valid message of the method: the bytes are truncated, or a "
      "text is not UTF-8 (but GB18030, for example).");
}

void ExplainMalformedRequests(grpc::ServerBuilder& builder, const CallEnvironment* environment,
                              const std::vector<std::string>& services) {
  std::vector<std::unique_ptr<grpc::experimental::ServerInterceptorFactoryInterface>> factories;
  factories.push_back(std::make_unique<Factory>(environment, services));
  builder.experimental().SetInterceptorCreators(std::move(factories));
}

}  // namespace zhiping::rpc
