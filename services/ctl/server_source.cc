#include <utility>

#include "absl/strings/str_cat.h"
#include "common/rpc/channel.h"
#include "common/rpc/status.h"
#include "common/status/error.h"
#include "services/ctl/scoring_source.h"
#include "zhiping/scoring/v1/scoring_service.grpc.pb.h"

namespace zhiping::ctl {
namespace {

using scoring::v1::PlanUpgradeRequest;
using scoring::v1::PlanUpgradeResponse;
using scoring::v1::ScoreRequest;
using scoring::v1::ScoreResponse;
using scoring::v1::ScoringService;

class ServerSource : public ScoringSource {
 public:
  ServerSource(std::string target, absl::Duration timeout)
      : target_(std::move(target)),
        timeout_(timeout),
        stub_(ScoringService::NewStub(
            rpc::NewChannel(target_, {ScoringService::service_full_name()}))) {}

  absl::StatusOr<ScoreResponse> Score(const ScoreRequest& request) override {
    return Call<ScoreResponse>(&ScoringService::Stub::Score, request);
  }

  absl::StatusOr<PlanUpgradeResponse> PlanUpgrade(const PlanUpgradeRequest& request) override {
    return Call<PlanUpgradeResponse>(&ScoringService::Stub::PlanUpgrade, request);
  }

 private:
  template <typename Response, typename Method, typename Request>
  absl::StatusOr<Response> Call(Method method, const Request& request) {
    Response response;
    const auto context = rpc::NewContext(timeout_);
    const grpc::Status status = ((*stub_).*method)(context.get(), request, &response);
    if (!status.ok()) return Explain(rpc::FromGrpcStatus(status));
    return response;
  }

  absl::Status Explain(const absl::Status& status) const {
    const ErrorDetail detail = DetailOf(status);
    if (detail.reason() == Reason::SERVICE_UNREACHABLE) {
      return MakeError(
          status.code(), detail.reason(),
          absl::StrCat("连接不上评分服务 ", target_, "；请确认服务已启动、--server 地址正确，",
                       "或用 --offline 在本机计算。"),
          absl::StrCat("The scoring service at ", target_,
                       " cannot be reached. Is it running and "
                       "is --server right? --offline scores without it."),
          {{"server", target_}});
    }
    if (detail.reason() == Reason::DEADLINE_PASSED) {
      return MakeError(status.code(), detail.reason(),
                       absl::StrCat("评分服务 ", target_, " 在 ", absl::FormatDuration(timeout_),
                                    " 内没有答复；可用 --timeout 延长。"),
                       absl::StrCat("The scoring service at ", target_, " did not answer within ",
                                    absl::FormatDuration(timeout_), "; --timeout waits longer."),
                       {{"server", target_}});
    }
    return status;
  }

  const std::string target_;
  const absl::Duration timeout_;
  const std::unique_ptr<ScoringService::Stub> stub_;
};

}  // namespace

std::unique_ptr<ScoringSource> NewServerSource(const std::string& target, absl::Duration timeout) {
  return std::make_unique<ServerSource>(target, timeout);
}

}  // namespace zhiping::ctl
