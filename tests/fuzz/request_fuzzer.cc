// The requests of the scoring service, as bytes: the first byte chooses which.
#include "common/criteria/answers.h"
#include "common/criteria/score.h"
#include "services/scoring/domain/batch.h"
#include "services/scoring/domain/plan.h"
#include "tests/edition_folder.h"
#include "tests/fuzz/fuzz_target.h"

namespace zhiping::scoring {
namespace {

void Score(const criteria::Criteria& criteria, const v1::ScoreRequest& request) {
  const auto input = criteria::ReadInput(criteria, request.answers(), request.facts());
  if (!input.ok()) return;
  auto tally = criteria.NewTally();
  fuzz::Require(criteria::Score(criteria, input->answers, input->facts, tally),
                "what is read is scored");
}

void Plan(const criteria::Criteria& criteria, v1::PlanUpgradeRequest& request) {
  if (request.node_budget() > 500) request.set_node_budget(500);
  const auto response = PlanUpgrade(criteria, request);
  fuzz::Require(!response.ok() || response->cost() >= response->lower_bound(),
                "no plan below the bound");
}

void Batch(const criteria::Criteria& criteria, const v1::ScoreBatchRequest& request) {
  v1::ScoreBatchResponse response;
  const absl::Status status = ScoreBatchMessage(criteria, request, response);
  const auto rows = request.answers().size() / criteria.scenario_count();
  fuzz::Require(static_cast<size_t>(response.points_size()) == (status.ok() ? rows : 0),
                "a value for each assessment, or none");
}

}  // namespace
}  // namespace zhiping::scoring

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace zhiping::scoring;  // NOLINT(google-build-using-namespace)
  static const auto criteria = *zhiping::criteria::CompileEdition2026();
  if (size == 0) return 0;
  const void* bytes = data + 1;
  const int rest = static_cast<int>(size) - 1;
  v1::ScoreRequest score;
  v1::PlanUpgradeRequest plan;
  v1::ScoreBatchRequest batch;
  switch (data[0] % 3) {
    case 0:
      if (score.ParseFromArray(bytes, rest)) Score(*criteria, score);
      break;
    case 1:
      if (plan.ParseFromArray(bytes, rest)) Plan(*criteria, plan);
      break;
    default:
      if (batch.ParseFromArray(bytes, rest)) Batch(*criteria, batch);
  }
  return 0;
}
