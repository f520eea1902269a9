#include "services/scoring/domain/batch.h"

#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "common/criteria/answers.h"
#include "common/criteria/release.h"
#include "common/criteria/score.h"
#include "common/status/error.h"
#include "common/status/status_macros.h"

namespace zhiping::scoring {
namespace {

using common::v1::RuleStatus;
using criteria::Criteria;

// As FactColumn says.
constexpr int32_t kMissingFact = -1;

// The columns of a request by fact number; null where a fact has none.
using FactColumns = std::vector<const google::protobuf::RepeatedField<int32_t>*>;

char StatusByte(const Criteria& criteria, const criteria::Tally& tally, int tier) {
  const int node = criteria.tiers()[tier].conditions;
  if (node < 0) return RuleStatus::RULE_STATUS_UNSPECIFIED;
  switch (tally.nodes[node]) {
    case criteria::kMet:
      return RuleStatus::MET;
    case criteria::kNotMet:
      return RuleStatus::NOT_MET;
    default:
      return RuleStatus::UNDETERMINED;
  }
}

std::string FactNames(const Criteria& criteria) {
  return absl::StrJoin(criteria.rulebook().facts(), ", ",
                       [](std::string* out, const auto& fact) { out->append(fact.name()); });
}

// Checks a column's name, length and bounds.
void ReadColumn(const Criteria& criteria, const v1::FactColumn& column, int64_t rows,
                const std::string& at, FactColumns& columns, Violations& violations) {
  const int number = criteria.FindFact(column.fact());
  if (number < 0) {
    violations.Add(
        absl::StrCat(at, ".fact"), Reason::UNKNOWN_FACT,
        absl::StrCat("没有外部指标“", column.fact(), "”，可用：", FactNames(criteria), "。"),
        absl::StrCat("There is no fact \"", column.fact(), "\"; there are: ", FactNames(criteria),
                     "."));
    return;
  }
  if (columns[number] != nullptr) {
    violations.Add(absl::StrCat(at, ".fact"), Reason::DUPLICATE_FACT,
                   absl::StrCat("外部指标 ", column.fact(), " 给出了两次。"),
                   absl::StrCat("The fact ", column.fact(), " is there twice."));
    return;
  }
  columns[number] = &column.values();
  if (column.values_size() != rows) {
    violations.Add(absl::StrCat(at, ".values"), Reason::INVALID_FIELD,
                   absl::StrCat("应有 ", rows, " 个值（每份自评测一个），实际有 ",
                                column.values_size(), " 个。"),
                   absl::StrCat("There must be ", rows, " values, one for each assessment, not ",
                                column.values_size(), "."));
    return;
  }
  const auto& fact = criteria.rulebook().facts(number);
  for (int row = 0; row < column.values_size(); ++row) {
    const int32_t value = column.values(row);
    if (value == kMissingFact || (value >= fact.min() && value <= fact.max())) continue;
    violations.Add(absl::StrCat(at, ".values[", row, "]"), Reason::FACT_OUT_OF_RANGE,
                   absl::StrCat("应在 ", fact.min(), " 到 ", fact.max(),
                                " 之间，或用 −1 表示未填，而不是 ", value, "。"),
                   absl::StrCat("It must be from ", fact.min(), " to ", fact.max(),
                                ", or −1 if missing, not ", value, "."));
    return;
  }
}

// Says which byte of a refused row is wrong.
absl::Status WrongByte(const Criteria& criteria, absl::Span<const uint8_t> answers, int64_t row) {
  Violations violations;
  for (int i = 0; i < criteria.scenario_count(); ++i) {
    const int rank = criteria::RankOfCode(answers[i]);
    const bool known = rank <= criteria.level_count();
    if (known && (rank == 0 || criteria.LevelExists(i, rank))) continue;
    const auto& scenario = criteria.edition().scenarios(i).id();
    violations.Add(
        absl::StrCat("answers[", row * criteria.scenario_count() + i, "]"),
        known ? Reason::LEVEL_NOT_AVAILABLE : Reason::INVALID_FIELD,
        absl::StrCat("第 ", row + 1, " 份自评测：场景 ", scenario, " 没有字节 ",
                     static_cast<int>(answers[i]), " 所表示的等级。"),
        absl::StrCat("Assessment ", row + 1, ": scenario ", scenario, " has no level that byte ",
                     static_cast<int>(answers[i]), " stands for."));
  }
  return violations.ToStatus();
}

void Reserve(int64_t rows, const Criteria& criteria, v1::ScoreBatchResponse& response) {
  const int count = static_cast<int>(rows);
  for (auto* column : {response.mutable_points(), response.mutable_applicable_max_points(),
                       response.mutable_built(), response.mutable_applicable(),
                       response.mutable_missing(), response.mutable_typical_covered()}) {
    column->Reserve(count);
  }
  response.mutable_segment_points()->Reserve(count * criteria.segment_count());
  response.mutable_tier_statuses()->reserve(rows * criteria.tier_count());
}

void Append(const Criteria& criteria, const criteria::Tally& tally,
            v1::ScoreBatchResponse& response) {
  response.mutable_points()->AddAlreadyReserved(tally.points);
  response.mutable_applicable_max_points()->AddAlreadyReserved(tally.applicable_max_points);
  response.mutable_built()->AddAlreadyReserved(tally.built);
  response.mutable_applicable()->AddAlreadyReserved(tally.applicable);
  response.mutable_missing()->AddAlreadyReserved(tally.missing);
  response.mutable_typical_covered()->AddAlreadyReserved(tally.typical_covered);
  for (int s = 0; s < criteria.segment_count(); ++s) {
    response.mutable_segment_points()->AddAlreadyReserved(tally.segment_points[s]);
  }
  auto& statuses = *response.mutable_tier_statuses();
  for (int t = 0; t < criteria.tier_count(); ++t) {
    statuses.push_back(StatusByte(criteria, tally, t));
  }
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
  const int64_t bytes = static_cast<int64_t>(request.answers().size());
  const int64_t rows = bytes / criteria.scenario_count();
  Violations violations;
  if (request.answers().size() > kMaxBatchBytes) {
    violations.Add("answers", Reason::TOO_LARGE, "一条消息的 answers 最多 1 MiB，请分成多条。",
                   "One message has at most 1 MiB of answers: send several.");
  } else if (rows * criteria.scenario_count() != bytes) {
    violations.Add("answers", Reason::INVALID_FIELD,
                   absl::StrCat("长度应为场景数 ", criteria.scenario_count(), " 的整数倍，而不是 ",
                                bytes, " 字节。"),
                   absl::StrCat("Its length must be a multiple of the ", criteria.scenario_count(),
                                " scenarios, not ", bytes, " bytes."));
  }
  FactColumns columns(criteria.fact_count(), nullptr);
  for (int i = 0; i < request.facts_size(); ++i) {
    ReadColumn(criteria, request.facts(i), rows, absl::StrCat("facts[", i, "]"), columns,
               violations);
  }
  RETURN_IF_ERROR(violations.ToStatus());

  Reserve(rows, criteria, response);
  const absl::Span<const uint8_t> answers(
      reinterpret_cast<const uint8_t*>(request.answers().data()), request.answers().size());
  std::vector<int32_t> facts(criteria.fact_count(), criteria::kFactMissing);
  criteria::Tally tally = criteria.NewTally();
  for (int64_t row = 0; row < rows; ++row) {
    for (int f = 0; f < criteria.fact_count(); ++f) {
      if (columns[f] == nullptr) continue;
      const int32_t value = columns[f]->Get(static_cast<int>(row));
      facts[f] = value == kMissingFact ? criteria::kFactMissing : value;
    }
    const auto one = answers.subspan(row * criteria.scenario_count(), criteria.scenario_count());
    if (!criteria::Score(criteria, one, facts, tally)) return WrongByte(criteria, one, row);
    Append(criteria, tally, response);
  }
  return absl::OkStatus();
}

}  // namespace zhiping::scoring
