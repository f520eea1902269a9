#include "services/scoring/domain/batch.h"

#include <set>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "common/criteria/batch.h"
#include "common/criteria/release.h"
#include "common/status/error.h"
#include "common/status/status_macros.h"

namespace zhiping::scoring {
namespace {

using criteria::Criteria;

std::string FactNames(const Criteria& criteria) {
  return absl::StrJoin(criteria.rulebook().facts(), ", ",
                       [](std::string* out, const auto& fact) { out->append(fact.name()); });
}

absl::Status TooLarge() {
  Violations violations;
  violations.Add("answers", Reason::TOO_LARGE, "一条消息的 answers 最多 1 MiB，请分成多条。",
                 "One message has at most 1 MiB of answers: send several.");
  return violations.ToStatus();
}

// The request's columns by fact, in its order.
absl::StatusOr<std::vector<criteria::FactValues>> ReadColumns(
    const Criteria& criteria, const v1::ScoreBatchRequest& request) {
  std::vector<criteria::FactValues> columns;
  std::set<int> seen;
  Violations violations;
  for (int i = 0; i < request.facts_size(); ++i) {
    const auto& column = request.facts(i);
    const int fact = criteria.FindFactByAnyName(column.fact());
    const auto field = [i] { return absl::StrCat("facts[", i, "].fact"); };
    if (fact < 0) {
      violations.Add([&] {
        return MakeViolation(
            field(), Reason::UNKNOWN_FACT,
            absl::StrCat("没有外部指标“", column.fact(), "”，可用：", FactNames(criteria), "。"),
            absl::StrCat("There is no fact \"", column.fact(),
                         "\"; there are: ", FactNames(criteria), "."));
      });
    } else if (!seen.insert(fact).second) {
      violations.Add([&] {
        return MakeViolation(field(), Reason::DUPLICATE_FACT,
                             absl::StrCat("外部指标 ", column.fact(), " 给出了两次。"),
                             absl::StrCat("The fact ", column.fact(), " is there twice."));
      });
    } else {
      columns.push_back({fact, absl::MakeConstSpan(column.values())});
    }
  }
  RETURN_IF_ERROR(violations.ToStatus());
  return columns;
}

}  // namespace

void FillBatchHeader(const Criteria& criteria, v1::BatchHeader& header) {
  header.set_release_digest(criteria.digest());
  header.set_release_label(criteria.release().label());
  header.set_engine_version(criteria::kEngineVersion);
  header.set_semantics(criteria.release().semantics());
  header.set_scenario_total(criteria.scenario_count());
  header.set_max_points(criteria.max_points());
  for (const auto& segment : criteria.edition().segments()) header.add_segments(segment.id());
  for (const auto& tier : criteria.rulebook().tiers()) header.add_tiers(tier.id());
}

absl::Status ScoreBatchMessage(const Criteria& criteria, const v1::ScoreBatchRequest& request,
                               v1::ScoreBatchResponse& response) {
  if (request.answers().size() > kMaxBatchBytes) return TooLarge();
  ASSIGN_OR_RETURN(const auto facts, ReadColumns(criteria, request));
  return criteria::ScoreColumns(criteria, request.answers(), facts, response);
}

}  // namespace zhiping::scoring
