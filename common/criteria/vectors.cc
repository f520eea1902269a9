#include "common/criteria/vectors.h"

#include <set>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "common/criteria/answers.h"
#include "common/criteria/findings.h"
#include "common/criteria/folder.h"
#include "common/criteria/result.h"
#include "common/criteria/score.h"

namespace zhiping::criteria {
namespace {

using catalogue::v1::ExpectedCondition;
using catalogue::v1::ExpectedResult;
using catalogue::v1::Finding;
using catalogue::v1::Vector;
using common::v1::ConditionResult;
using common::v1::ScoreResult;

// How many differing values a finding names.
constexpr size_t kMostNamed = 5;

void Flatten(const google::protobuf::RepeatedPtrField<ConditionResult>& results,
             google::protobuf::RepeatedPtrField<ExpectedCondition>& flat) {
  for (const ConditionResult& result : results) {
    ExpectedCondition& condition = *flat.Add();
    condition.set_condition(result.condition());
    condition.set_status(result.status());
    if (result.has_value()) condition.set_value(result.value());
    if (result.has_denominator()) condition.set_denominator(result.denominator());
    Flatten(result.parts(), flat);
  }
}

ExpectedResult Summarize(const ScoreResult& result) {
  ExpectedResult summary;
  summary.set_index_numerator(result.index().numerator());
  summary.set_index_denominator(result.index().denominator());
  summary.set_index_applicable_numerator(result.index_applicable().numerator());
  summary.set_index_applicable_denominator(result.index_applicable().denominator());
  for (const auto& segment : result.segments()) {
    summary.add_segment_points(segment.index().numerator());
  }
  for (const auto& level : result.levels()) summary.add_level_counts(level.count());
  summary.set_built(result.built());
  summary.set_applicable(result.applicable());
  summary.set_missing(result.missing_size());
  summary.set_typical_covered(result.typical_covered());
  for (const auto& tier : result.tiers()) {
    auto& expected = *summary.add_tiers();
    expected.set_tier(tier.tier());
    if (!tier.conditions().empty()) expected.set_status(tier.status());
    Flatten(tier.conditions(), *expected.mutable_conditions());
    Flatten(tier.advice(), *expected.mutable_conditions());
  }
  return summary;
}

// Names every field in which two messages of the same type differ.
void ListDifferences(const google::protobuf::Message& expected,
                     const google::protobuf::Message& actual, const std::string& path,
                     std::vector<std::string>& differences);

std::string Shown(const google::protobuf::Message& message,
                  const google::protobuf::FieldDescriptor* field, int index) {
  using google::protobuf::FieldDescriptor;
  const auto& reflection = *message.GetReflection();
  if (index < 0 && field->has_presence() && !reflection.HasField(message, field)) return "absent";
  switch (field->cpp_type()) {
    case FieldDescriptor::CPPTYPE_INT32:
      return absl::StrCat(index < 0 ? reflection.GetInt32(message, field)
                                    : reflection.GetRepeatedInt32(message, field, index));
    case FieldDescriptor::CPPTYPE_ENUM:
      return index < 0 ? reflection.GetEnum(message, field)->name()
                       : reflection.GetRepeatedEnum(message, field, index)->name();
    default:
      return index < 0 ? reflection.GetString(message, field)
                       : reflection.GetRepeatedString(message, field, index);
  }
}

void ListDifferences(const google::protobuf::Message& expected,
                     const google::protobuf::Message& actual, const std::string& path,
                     std::vector<std::string>& differences) {
  const auto& reflection = *expected.GetReflection();
  const auto& descriptor = *expected.GetDescriptor();
  for (int f = 0; f < descriptor.field_count(); ++f) {
    const auto* field = descriptor.field(f);
    const std::string name = absl::StrCat(path, path.empty() ? "" : ".", field->name());
    int count = -1;
    if (field->is_repeated()) {
      count = reflection.FieldSize(expected, field);
      const int actual_count = reflection.FieldSize(actual, field);
      if (count != actual_count) {
        differences.push_back(absl::StrCat(name, ": ", count, " ≠ ", actual_count));
        continue;
      }
    }
    const bool is_message = field->message_type() != nullptr;
    for (int i = count < 0 ? -1 : 0; i < count || (count < 0 && i < 0); ++i) {
      const std::string element = i < 0 ? name : absl::StrCat(name, "[", i, "]");
      if (is_message) {
        ListDifferences(i < 0 ? reflection.GetMessage(expected, field)
                              : reflection.GetRepeatedMessage(expected, field, i),
                        i < 0 ? reflection.GetMessage(actual, field)
                              : reflection.GetRepeatedMessage(actual, field, i),
                        element, differences);
        continue;
      }
      const std::string wanted = Shown(expected, field, i);
      const std::string got = Shown(actual, field, i);
      if (wanted != got) differences.push_back(absl::StrCat(element, ": ", wanted, " ≠ ", got));
    }
  }
}

// The vector's answers with `others` spelt out.
absl::StatusOr<Input> ReadVector(const Criteria& criteria, const Vector& vector) {
  auto input = ReadInput(criteria, vector.answers(), vector.facts());
  if (!input.ok() || vector.others().empty()) return input;
  const int others = criteria.FindAnswerCode(vector.others());
  if (others < 0) {
    return MakeError(absl::StatusCode::kInvalidArgument, Reason::UNKNOWN_LEVEL,
                     absl::StrCat("others 的取值“", vector.others(), "”不是等级。"),
                     absl::StrCat("The value \"", vector.others(), "\" of others is no level."));
  }
  std::set<int> answered;
  for (const auto& answer : vector.answers()) {
    answered.insert(criteria.FindScenarioByAnyName(answer.scenario()));
  }
  for (int i = 0; i < criteria.scenario_count(); ++i) {
    if (answered.count(i) > 0) continue;
    int rank = RankOfCode(static_cast<uint8_t>(others));
    if (rank == 0) {
      input->answers[i] = static_cast<uint8_t>(others);
      continue;
    }
    while (rank > 0 && !criteria.LevelExists(i, rank)) --rank;
    input->answers[i] = rank > 0 ? CodeOfRank(rank) : kNone;
  }
  return input;
}

}  // namespace

std::vector<Finding> CheckVectors(const Criteria& criteria) {
  std::vector<Finding> all;
  Findings findings(kVectorsFile, all);
  std::set<std::string> ids;
  Tally tally = criteria.NewTally();
  const auto& vectors = criteria.release().vectors().vectors();
  for (int v = 0; v < vectors.size(); ++v) {
    const Vector& vector = vectors[v];
    const std::string field = absl::StrCat("vectors[", v, "]");
    if (!ids.insert(vector.id()).second) {
      findings.Error(field + ".id", Reason::DUPLICATE_ID,
                     absl::StrCat("“", vector.id(), "”重复出现。"),
                     absl::StrCat("\"", vector.id(), "\" appears twice."));
    }
    const auto input = ReadVector(criteria, vector);
    if (!input.ok()) {
      const ErrorDetail detail = DetailOf(input.status());
      const auto& message =
          detail.violations().empty() ? detail.message() : detail.violations(0).message();
      findings.Error(field, Reason::INVALID_VECTOR,
                     absl::StrCat("校验样例“", vector.id(), "”：", message.zh()),
                     absl::StrCat("Vector \"", vector.id(), "\": ", message.en()));
      continue;
    }
    if (!Score(criteria, input->answers, input->facts, tally)) continue;
    std::vector<std::string> differences;
    ListDifferences(vector.expected(), Summarize(MakeResult(criteria, tally, false)), "",
                    differences);
    if (differences.empty()) continue;
    const size_t count = differences.size();
    differences.resize(std::min(count, kMostNamed));
    const std::string listed = absl::StrJoin(differences, "; ");
    findings.Error(field + ".expected", Reason::VECTOR_MISMATCH,
                   absl::StrCat("校验样例“", vector.id(), "”有 ", count,
                                " 处与计算结果不同（样例 ≠ 计算）：", listed, "。"),
                   absl::StrCat("Vector \"", vector.id(), "\" differs from what is computed in ",
                                count, " values (vector ≠ computed): ", listed, "."));
  }
  return all;
}

absl::Status VerifyVectors(const Criteria& criteria) {
  const std::vector<Finding> findings = CheckVectors(criteria);
  if (findings.empty()) return absl::OkStatus();
  ErrorDetail detail = DetailOf(ErrorsAsStatus(findings));
  detail.set_reason(Reason::VECTOR_MISMATCH);
  *detail.mutable_message() =
      MakeText(absl::StrCat("发布版的 ", findings.size(), " 个校验样例未通过。"),
               absl::StrCat(findings.size(), " golden vectors of the release do not pass."));
  return MakeError(absl::StatusCode::kFailedPrecondition, detail);
}

}  // namespace zhiping::criteria
