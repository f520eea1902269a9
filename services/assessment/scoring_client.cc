#include "services/assessment/scoring_client.h"

#include <algorithm>
#include <utility>

#include "absl/time/clock.h"
#include "common/rpc/channel.h"
#include "common/rpc/status.h"
#include "common/status/error.h"

namespace zhiping::assessment {
namespace {

// A score takes well under a millisecond; what takes so long is away.
constexpr absl::Duration kTimeout = absl::Seconds(2);

absl::Status ScoringAway(const absl::Status& status) {
  return WithLogText(
      MakeError(absl::StatusCode::kUnavailable, Reason::SERVICE_UNREACHABLE,
                "评分服务暂时不可用；草稿原样保留，请稍后重试，提交用同一请求编号。",
                "The scoring service is away; the draft is as it was. Try again later, a "
                "submission with the same request id."),
      status.message());
}

}  // namespace

absl::StatusOr<common::v1::ScoreResult> ScoringClient::Score(
    const std::string& programme, const std::string& digest, const criteria::AnswerList& answers,
    const criteria::FactList& facts, absl::Time deadline, bool with_texts) const {
  scoring::v1::ScoreRequest request;
  request.mutable_criteria()->set_programme(programme);
  request.mutable_criteria()->set_release_digest(digest);
  *request.mutable_answers() = answers;
  *request.mutable_facts() = facts;
  if (with_texts) request.set_view(scoring::v1::View::FULL);
  scoring::v1::ScoreResponse response;
  const auto context = rpc::NewContext(std::min(deadline - absl::Now(), kTimeout));
  const absl::Status status = rpc::FromGrpcStatus(stub_->Score(context.get(), request, &response));
  if (absl::IsUnavailable(status) || absl::IsDeadlineExceeded(status)) return ScoringAway(status);
  if (!status.ok()) return status;
  return std::move(*response.mutable_result());
}

}  // namespace zhiping::assessment
