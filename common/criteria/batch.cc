#include "common/criteria/batch.h"

#include <algorithm>

#include "absl/strings/str_cat.h"
#include "common/criteria/answers.h"
#include "common/criteria/result.h"
#include "common/criteria/score.h"
#include "common/status/error.h"
#include "common/status/status_macros.h"

namespace zhiping::criteria {
namespace {

using catalogue::v1::Fact;
using scoring::v1::ScoreBatchResponse;

bool IsAllowed(const Fact& fact, int32_t value) {
  return value == kColumnFactMissing || (value >= fact.min() && value <= fact.max());
}

// Without an early end, so that the compiler makes it a handful of instructions for many values.
bool AreAllowed(const Fact& fact, absl::Span<const int32_t> values) {
  bool allowed = true;
  for (int32_t value : values) allowed &= IsAllowed(fact, value);
  return allowed;
}

absl::Status CheckSizes(const Criteria& criteria, absl::string_view answers,
                        absl::Span<const FactValues> facts) {
  Violations violations;
  const size_t scenarios = criteria.scenario_count();
  const size_t rows = answers.size() / scenarios;
  if (answers.size() % scenarios != 0) {
    violations.Add(
        "answers", Reason::INVALID_FIELD,
        absl::StrCat("answers 有 ", answers.size(), " 个字节，应为场景数 ", scenarios,
                     " 的整数倍。"),
        absl::StrCat("answers has ", answers.size(), " bytes; it should be a multiple of the ",
                     scenarios, " scenarios."));
    return violations.ToStatus();
  }
  for (size_t f = 0; f < facts.size(); ++f) {
    const size_t values = facts[f].values.size();
    if (values == rows) continue;
    const std::string& name = criteria.rulebook().facts(facts[f].fact).name();
    violations.Add(absl::StrCat("facts[", f, "].values"), Reason::INVALID_FIELD,
                   absl::StrCat("外部指标 ", name, " 有 ", values, " 个值，而 answers 有 ", rows,
                                " 份自评测。"),
                   absl::StrCat("Fact ", name, " has ", values, " values for ", rows,
                                " assessments in answers."));
  }
  return violations.ToStatus();
}

bool IsAnswer(const Criteria& criteria, int scenario, uint8_t code) {
  const int rank = RankOfCode(code);
  return rank <= criteria.level_count() && (rank == 0 || criteria.LevelExists(scenario, rank));
}

// What is wrong with a byte that is no answer of its scenario.
FieldViolation DescribeAnswer(const Criteria& criteria, size_t position, uint8_t code) {
  const std::string field = absl::StrCat("answers[", position, "]");
  const size_t row = position / criteria.scenario_count();
  const auto& row_of_table =
      criteria.edition().scenarios(static_cast<int>(position % criteria.scenario_count()));
  const std::string where_zh =
      absl::StrCat("第 ", row + 1, " 份自评测的场景“", row_of_table.name().text(), "”");
  const std::string where_en =
      absl::StrCat("Assessment ", row + 1, ", scenario ", row_of_table.id());
  const int rank = RankOfCode(code);
  if (rank <= criteria.level_count()) {
    const auto& level = criteria.edition().levels(rank - 1);
    return MakeViolation(field, Reason::LEVEL_NOT_AVAILABLE,
                         absl::StrCat(where_zh, "没有", level.name().text(), "（官方表中为“/”）。"),
                         absl::StrCat(where_en, ": there is no level ", level.id(),
                                      " (\"/\" in the official table)."));
  }
  const int most = CodeOfRank(criteria.level_count());
  return MakeViolation(
      field, Reason::UNKNOWN_LEVEL,
      absl::StrCat(where_zh, "的字节为 ", code, "，应为 0 至 ", most, "。"),
      absl::StrCat(where_en, ": the byte is ", code, "; it should be 0 to ", most, "."));
}

FieldViolation DescribeFact(const Fact& fact, size_t number, size_t row, int32_t value) {
  const std::string bounds_zh = absl::StrCat(fact.min(), " 至 ", fact.max());
  const std::string bounds_en = absl::StrCat(fact.min(), " to ", fact.max());
  return MakeViolation(
      absl::StrCat("facts[", number, "].values[", row, "]"), Reason::FACT_OUT_OF_RANGE,
      absl::StrCat("第 ", row + 1, " 份自评测的外部指标 ", fact.name(), " 为 ", value, "，应为 ",
                   bounds_zh, "，缺失为 ", kColumnFactMissing, "。"),
      absl::StrCat("Assessment ", row + 1, ": fact ", fact.name(), " is ", value, "; it should be ",
                   bounds_en, ", or ", kColumnFactMissing, " if missing."));
}

absl::Status Explain(const Criteria& criteria, absl::string_view answers,
                     absl::Span<const FactValues> facts) {
  Violations violations;
  const size_t scenarios = criteria.scenario_count();
  for (size_t i = 0; i < answers.size(); ++i) {
    const auto code = static_cast<uint8_t>(answers[i]);
    if (IsAnswer(criteria, static_cast<int>(i % scenarios), code)) continue;
    violations.Add([&] { return DescribeAnswer(criteria, i, code); });
  }
  for (size_t f = 0; f < facts.size(); ++f) {
    const Fact& fact = criteria.rulebook().facts(facts[f].fact);
    const auto& values = facts[f].values;
    for (size_t row = 0; row < values.size(); ++row) {
      if (IsAllowed(fact, values[row])) continue;
      violations.Add([&] { return DescribeFact(fact, f, row, values[row]); });
    }
  }
  return violations.ToStatus();
}

// The end of a column, made longer by `count` values.
int32_t* Extend(google::protobuf::RepeatedField<int32_t>& column, int count) {
  column.Reserve(column.size() + count);
  return column.AddNAlreadyReserved(count);
}

// Where the values of the next assessment go.
class Writer {
 public:
  Writer(const Criteria& criteria, int rows, ScoreBatchResponse& columns)
      : criteria_(criteria),
        points_(Extend(*columns.mutable_points(), rows)),
        applicable_max_points_(Extend(*columns.mutable_applicable_max_points(), rows)),
        built_(Extend(*columns.mutable_built(), rows)),
        applicable_(Extend(*columns.mutable_applicable(), rows)),
        missing_(Extend(*columns.mutable_missing(), rows)),
        typical_covered_(Extend(*columns.mutable_typical_covered(), rows)),
        segment_points_(
            Extend(*columns.mutable_segment_points(), rows * criteria.segment_count())) {
    std::string& statuses = *columns.mutable_tier_statuses();
    const size_t had = statuses.size();
    statuses.resize(had + static_cast<size_t>(rows) * criteria.tier_count());
    tier_statuses_ = statuses.data() + had;
  }

  void Write(const Tally& tally) {
    *points_++ = tally.points;
    *applicable_max_points_++ = tally.applicable_max_points;
    *built_++ = tally.built;
    *applicable_++ = tally.applicable;
    *missing_++ = tally.missing;
    *typical_covered_++ = tally.typical_covered;
    segment_points_ =
        std::copy(tally.segment_points.begin(), tally.segment_points.end(), segment_points_);
    for (const TierNodes& tier : criteria_.tiers()) {
      *tier_statuses_++ = static_cast<char>(StatusOfTier(criteria_, tally, tier));
    }
  }

 private:
  const Criteria& criteria_;
  int32_t* points_;
  int32_t* applicable_max_points_;
  int32_t* built_;
  int32_t* applicable_;
  int32_t* missing_;
  int32_t* typical_covered_;
  int32_t* segment_points_;
  char* tier_statuses_;
};

// Takes away the last `rows` assessments, which were not all scored.
void TakeBack(const Criteria& criteria, int rows, ScoreBatchResponse& columns) {
  for (auto* column : {columns.mutable_points(), columns.mutable_applicable_max_points(),
                       columns.mutable_built(), columns.mutable_applicable(),
                       columns.mutable_missing(), columns.mutable_typical_covered()}) {
    column->Truncate(column->size() - rows);
  }
  auto& segments = *columns.mutable_segment_points();
  segments.Truncate(segments.size() - rows * criteria.segment_count());
  std::string& statuses = *columns.mutable_tier_statuses();
  statuses.resize(statuses.size() - static_cast<size_t>(rows) * criteria.tier_count());
}

}  // namespace

absl::Status ScoreColumns(const Criteria& criteria, absl::string_view answers,
                          absl::Span<const FactValues> facts, ScoreBatchResponse& columns) {
  RETURN_IF_ERROR(CheckSizes(criteria, answers, facts));
  bool allowed = true;
  for (const auto& column : facts) {
    allowed &= AreAllowed(criteria.rulebook().facts(column.fact), column.values);
  }
  if (!allowed) return Explain(criteria, answers, facts);

  const int scenarios = criteria.scenario_count();
  const int rows = static_cast<int>(answers.size() / scenarios);
  const auto* codes = reinterpret_cast<const uint8_t*>(answers.data());
  std::vector<int32_t> row_facts(criteria.fact_count(), kFactMissing);
  Tally tally = criteria.NewTally();
  Writer writer(criteria, rows, columns);
  for (int row = 0; row < rows; ++row, codes += scenarios) {
    for (const auto& column : facts) {
      const int32_t value = column.values[row];
      row_facts[column.fact] = value == kColumnFactMissing ? kFactMissing : value;
    }
    if (!Score(criteria, absl::MakeConstSpan(codes, scenarios), row_facts, tally)) {
      TakeBack(criteria, rows, columns);
      return Explain(criteria, answers, facts);
    }
    writer.Write(tally);
  }
  return absl::OkStatus();
}

}  // namespace zhiping::criteria
