#include <utility>

#include "absl/strings/str_cat.h"
#include "common/criteria/answers.h"
#include "common/criteria/result.h"
#include "common/criteria/score.h"
#include "common/status/error.h"
#include "common/status/status_macros.h"
#include "common/time/clock.h"
#include "services/ctl/scoring_source.h"
#include "services/scoring/domain/plan.h"
#include "services/scoring/domain/scored_input.h"

namespace zhiping::ctl {
namespace {

using criteria::Criteria;
using scoring::v1::PlanUpgradeRequest;
using scoring::v1::PlanUpgradeResponse;
using scoring::v1::ScoreRequest;
using scoring::v1::ScoreResponse;

class OfflineSource : public ScoringSource {
 public:
  OfflineSource(std::shared_ptr<const Criteria> criteria, absl::Duration timeout)
      : criteria_(std::move(criteria)), timeout_(timeout) {}

  absl::StatusOr<ScoreResponse> Score(const ScoreRequest& request) override {
    RETURN_IF_ERROR(Check(request.criteria()));
    ASSIGN_OR_RETURN(const criteria::Input input,
                     criteria::ReadInput(*criteria_, request.answers(), request.facts()));
    criteria::Tally tally = criteria_->NewTally();
    criteria::Score(*criteria_, input.answers, input.facts, tally);
    const bool texts = request.view() == scoring::v1::View::FULL;
    ScoreResponse response;
    *response.mutable_result() = criteria::MakeResult(*criteria_, tally, texts);
    response.mutable_result()->set_freshness(common::v1::Freshness::OFFLINE);
    if (texts) *response.mutable_input() = scoring::MakeScoredInput(*criteria_, input);
    return response;
  }

  absl::StatusOr<PlanUpgradeResponse> PlanUpgrade(const PlanUpgradeRequest& request) override {
    RETURN_IF_ERROR(Check(request.criteria()));
    const absl::Duration end = SystemClock().Steady() + timeout_;
    auto response = scoring::PlanUpgrade(*criteria_, request, [this, end] {
      return SystemClock().Steady() < end ? absl::OkStatus() : TookTooLong();
    });
    if (response.ok() && response->has_after()) {
      response->mutable_after()->set_freshness(common::v1::Freshness::OFFLINE);
    }
    return response;
  }

 private:
  absl::Status Check(const scoring::v1::Criteria& asked) const {
    const std::string& programme = criteria_->edition().programme();
    if (!asked.programme().empty() && asked.programme() != programme) {
      return MakeError(
          absl::StatusCode::kNotFound, Reason::UNKNOWN_PROGRAMME,
          absl::StrCat("这里只有评测体系 ", programme, "，没有 ", asked.programme(), "。"),
          absl::StrCat("These criteria are of programme ", programme, ", not of ",
                       asked.programme(), "."),
          {{"known", programme}});
    }
    const std::string& digest = criteria_->digest();
    if (!asked.release_digest().empty() && asked.release_digest() != digest) {
      return MakeError(
          absl::StatusCode::kNotFound, Reason::RELEASE_NOT_FOUND,
          absl::StrCat("这里的发布版是 ", digest, "，不是 ", asked.release_digest(), "。"),
          absl::StrCat("The release here is ", digest, ", not ", asked.release_digest(), "."),
          {{"digest", digest}});
    }
    return absl::OkStatus();
  }

  absl::Status TookTooLong() const {
    const std::string timeout = absl::FormatDuration(timeout_);
    return MakeError(
        absl::StatusCode::kDeadlineExceeded, Reason::DEADLINE_PASSED,
        absl::StrCat("在 ", timeout, " 内没有算完；可用 --timeout 延长。"),
        absl::StrCat("This was not done within ", timeout, "; --timeout waits longer."));
  }

  const std::shared_ptr<const Criteria> criteria_;
  const absl::Duration timeout_;
};

}  // namespace

std::unique_ptr<ScoringSource> NewOfflineSource(std::shared_ptr<const Criteria> criteria,
                                                absl::Duration timeout) {
  return std::make_unique<OfflineSource>(std::move(criteria), timeout);
}

}  // namespace zhiping::ctl
