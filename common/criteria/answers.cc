#include "common/criteria/answers.h"

#include <algorithm>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "common/criteria/level_errors.h"

namespace zhiping::criteria {
namespace {

int CharacterCount(absl::string_view utf8) {
  return static_cast<int>(
      std::count_if(utf8.begin(), utf8.end(), [](char c) { return (c & 0xc0) != 0x80; }));
}

void CheckReason(const common::v1::Answer& answer, uint8_t code, const std::string& field,
                 Violations& violations) {
  if (code == kNotApplicable) {
    if (answer.reason().find_first_not_of(" \t\r\n") == std::string::npos) {
      violations.Add(absl::StrCat(field, ".reason"), Reason::REASON_REQUIRED,
                     absl::StrCat("场景 ", answer.scenario(), " 填“不适用”时须写明理由。"),
                     absl::StrCat("Scenario ", answer.scenario(),
                                  " is not_applicable: a reason is required."));
    }
  }
  if (CharacterCount(answer.reason()) > kMaxReasonCharacters) {
    violations.Add(
        absl::StrCat(field, ".reason"), Reason::TOO_LARGE,
        absl::StrCat("理由超过 ", kMaxReasonCharacters, " 字。"),
        absl::StrCat("The reason is longer than ", kMaxReasonCharacters, " characters."));
  }
}

// Reads everything again and says all that is wrong.
absl::Status ExplainAnswers(const Criteria& criteria, const AnswerList& answers,
                            const FactList& facts) {
  Violations violations;
  // Which answer was the first for a scenario; −1: none yet.
  std::vector<int> first(criteria.scenario_count(), -1);
  for (int i = 0; i < answers.size(); ++i) {
    const auto& answer = answers[i];
    const std::string field = absl::StrCat("answers[", i, "]");
    if (answer.scenario().empty()) {
      violations.Add(absl::StrCat(field, ".scenario"), Reason::FIELD_REQUIRED, "没有填写场景。",
                     "No scenario is given.");
      continue;
    }
    const int scenario = criteria.FindScenarioByAnyName(answer.scenario());
    if (scenario < 0) {
      violations.Add(absl::StrCat(field, ".scenario"), Reason::UNKNOWN_SCENARIO,
                     absl::StrCat("本年版没有场景“", answer.scenario(), "”。"),
                     absl::StrCat("The edition has no scenario \"", answer.scenario(), "\"."));
      continue;
    }
    if (first[scenario] >= 0) {
      const std::string before = absl::StrCat("answers[", first[scenario], "]");
      violations.Add(absl::StrCat(field, ".scenario"), Reason::DUPLICATE_SCENARIO,
                     absl::StrCat("场景 ", answer.scenario(), " 在 ", before,
                                  " 已经填写，每个场景只能填一次。"),
                     absl::StrCat("Scenario ", answer.scenario(), " is answered in ", before,
                                  " already; answer it once."));
    } else {
      first[scenario] = i;
    }
    const uint8_t code =
        ReadLevel(criteria, scenario, answer.level(), absl::StrCat(field, ".level"), violations);
    CheckReason(answer, code, field, violations);
  }
  std::vector<bool> seen_facts(criteria.fact_count());
  for (int i = 0; i < facts.size(); ++i) {
    const std::string field = absl::StrCat("facts[", i, "]");
    const int fact = criteria.FindFact(facts[i].fact());
    if (fact < 0) {
      std::vector<std::string> known;
      for (const auto& declared : criteria.rulebook().facts()) known.push_back(declared.name());
      violations.Add(absl::StrCat(field, ".fact"), Reason::UNKNOWN_FACT,
                     absl::StrCat("没有外部指标“", facts[i].fact(), "”；可填：",
                                  absl::StrJoin(known, "、"), "。"),
                     absl::StrCat("There is no fact \"", facts[i].fact(),
                                  "\"; there are: ", absl::StrJoin(known, ", "), "."));
      continue;
    }
    if (seen_facts[fact]) {
      violations.Add(absl::StrCat(field, ".fact"), Reason::DUPLICATE_FACT,
                     absl::StrCat("外部指标 ", facts[i].fact(), " 填写了两次。"),
                     absl::StrCat("Fact ", facts[i].fact(), " is given twice."));
    }
    seen_facts[fact] = true;
    ReadFact(criteria.rulebook().facts(fact), facts[i].value(), absl::StrCat(field, ".value"),
             violations);
  }
  return violations.ToStatus();
}

enum class Decimal { kOk, kEmpty, kNotANumber, kTooPrecise, kOutOfRange };

// Digits with at most one point, optionally signed; exactly, without rounding.
Decimal ParseDecimal(absl::string_view text, const catalogue::v1::Fact& fact, int32_t& value) {
  if (text.empty()) return Decimal::kEmpty;
  const bool negative = text[0] == '-';
  if (negative || text[0] == '+') text.remove_prefix(1);
  int64_t number = 0;
  int digits = 0;
  int decimals = -1;
  bool too_precise = false;
  for (char c : text) {
    if (c == '.') {
      if (decimals >= 0) return Decimal::kNotANumber;
      decimals = 0;
      continue;
    }
    if (c < '0' || c > '9') return Decimal::kNotANumber;
    ++digits;
    if (decimals >= 0 && decimals == fact.scale()) {
      too_precise |= c != '0';
      continue;
    }
    if (decimals >= 0) ++decimals;
    number = std::min<int64_t>(number * 10 + (c - '0'), int64_t{1} << 40);
  }
  if (digits == 0 || text.back() == '.') return Decimal::kNotANumber;
  for (int i = std::max(decimals, 0); i < fact.scale(); ++i) number *= 10;
  if (too_precise) return Decimal::kTooPrecise;
  if (negative) number = -number;
  if (number < fact.min() || number > fact.max()) return Decimal::kOutOfRange;
  value = static_cast<int32_t>(number);
  return Decimal::kOk;
}

// 「1 至 4（1 表示基础级、……）」 / "1 to 4 (1: …)": the values that a fact may have.
common::v1::LocalText RangeOf(const catalogue::v1::Fact& fact) {
  std::vector<std::string> zh, en;
  for (const auto& label : fact.labels()) {
    const std::string value = FormatDecimal(label.value(), fact.scale());
    zh.push_back(absl::StrCat(value, " 表示", label.text().zh()));
    en.push_back(absl::StrCat(value, ": ", label.text().en()));
  }
  const std::string min = FormatDecimal(fact.min(), fact.scale());
  const std::string max = FormatDecimal(fact.max(), fact.scale());
  return MakeText(absl::StrCat(min, " 至 ", max,
                               zh.empty() ? "" : absl::StrCat("（", absl::StrJoin(zh, "、"), "）")),
                  absl::StrCat(min, " to ", max,
                               en.empty() ? "" : absl::StrCat(" (", absl::StrJoin(en, ", "), ")")));
}

// Reads without explaining. Returns false if anything is wrong.
bool ReadQuickly(const Criteria& criteria, const AnswerList& answers, const FactList& facts,
                 Input& input) {
  std::fill(input.answers.begin(), input.answers.end(), kMissing);
  std::fill(input.facts.begin(), input.facts.end(), kFactMissing);
  // Marks a scenario that is named with an empty level, so that naming it twice is seen.
  constexpr uint8_t kNamed = 0x80;
  for (const auto& answer : answers) {
    const int scenario = criteria.FindScenarioByAnyName(answer.scenario());
    if (scenario < 0 || input.answers[scenario] != kMissing) return false;
    if (answer.level().empty()) {
      input.answers[scenario] = kNamed;
      continue;
    }
    const int code = criteria.FindAnswerCodeByAnyName(answer.level());
    if (code < 0) return false;
    const int rank = RankOfCode(static_cast<uint8_t>(code));
    if (rank > 0 && !criteria.LevelExists(scenario, rank)) return false;
    if (code == kNotApplicable || !answer.reason().empty()) {
      Violations violations;
      CheckReason(answer, static_cast<uint8_t>(code), "", violations);
      if (!violations.empty()) return false;
    }
    input.answers[scenario] = static_cast<uint8_t>(code);
  }
  for (uint8_t& code : input.answers) {
    if (code == kNamed) code = kMissing;
  }
  for (int i = 0; i < facts.size(); ++i) {
    const int fact = criteria.FindFact(facts[i].fact());
    if (fact < 0) return false;
    for (int k = 0; k < i; ++k) {
      if (facts[k].fact() == facts[i].fact()) return false;
    }
    const Decimal decimal =
        ParseDecimal(facts[i].value(), criteria.rulebook().facts(fact), input.facts[fact]);
    if (decimal != Decimal::kOk && decimal != Decimal::kEmpty) return false;
  }
  return true;
}

}  // namespace

uint8_t ReadLevel(const Criteria& criteria, int scenario, absl::string_view level,
                  absl::string_view field, Violations& violations) {
  if (level.empty()) return kMissing;
  const int code = criteria.FindAnswerCodeByAnyName(level);
  if (code < 0) {
    AddWrongLevel(criteria, scenario, level, field, violations);
    return kMissing;
  }
  const int rank = RankOfCode(static_cast<uint8_t>(code));
  if (rank > 0 && !criteria.LevelExists(scenario, rank)) {
    AddLevelNotAvailable(criteria, scenario, rank, field, violations);
    return kMissing;
  }
  return static_cast<uint8_t>(code);
}

int32_t ReadFact(const catalogue::v1::Fact& fact, absl::string_view value, absl::string_view field,
                 Violations& violations) {
  int32_t number = kFactMissing;
  const auto range = RangeOf(fact);
  switch (ParseDecimal(value, fact, number)) {
    case Decimal::kOk:
    case Decimal::kEmpty:
      return number;
    case Decimal::kNotANumber:
      violations.Add(field, Reason::FACT_NOT_A_NUMBER,
                     absl::StrCat("外部指标 ", fact.name(), " 的值“", value, "”不是数字，应为 ",
                                  range.zh(), "。"),
                     absl::StrCat("The value \"", value, "\" of fact ", fact.name(),
                                  " is not a number; it should be ", range.en(), "."));
      return kFactMissing;
    case Decimal::kTooPrecise:
      violations.Add(
          field, Reason::FACT_TOO_PRECISE,
          absl::StrCat(
              "外部指标 ", fact.name(), " 的值“", value, "”",
              fact.scale() == 0 ? "应为整数" : absl::StrCat("最多保留 ", fact.scale(), " 位小数"),
              "；平台不作四舍五入。"),
          absl::StrCat("The value \"", value, "\" of fact ", fact.name(),
                       fact.scale() == 0
                           ? " should be a whole number"
                           : absl::StrCat(" may have at most ", fact.scale(),
                                          fact.scale() == 1 ? " decimal" : " decimals"),
                       "; it is not rounded."));
      return kFactMissing;
    case Decimal::kOutOfRange:
      violations.Add(field, Reason::FACT_OUT_OF_RANGE,
                     absl::StrCat("外部指标 ", fact.name(), " 的值“", value, "”超出范围，应为 ",
                                  range.zh(), "。"),
                     absl::StrCat("The value \"", value, "\" of fact ", fact.name(),
                                  " is out of range; it should be ", range.en(), "."));
      return kFactMissing;
  }
  return kFactMissing;
}

std::string FormatDecimal(int64_t value, int scale) {
  int64_t unit = 1;
  for (int i = 0; i < scale; ++i) unit *= 10;
  const int64_t magnitude = value < 0 ? -value : value;
  std::string text = absl::StrCat(value < 0 ? "-" : "", magnitude / unit);
  if (magnitude % unit != 0) {
    std::string decimals = absl::StrCat(magnitude % unit);
    decimals.insert(0, scale - decimals.size(), '0');
    decimals.erase(decimals.find_last_not_of('0') + 1);
    absl::StrAppend(&text, ".", decimals);
  }
  return text;
}

absl::Status ReadInput(const Criteria& criteria, const AnswerList& answers, const FactList& facts,
                       Input& input) {
  input.answers.resize(criteria.scenario_count());
  input.facts.resize(criteria.fact_count());
  if (ReadQuickly(criteria, answers, facts, input)) return absl::OkStatus();
  return ExplainAnswers(criteria, answers, facts);
}

absl::StatusOr<Input> ReadInput(const Criteria& criteria, const AnswerList& answers,
                                const FactList& facts) {
  Input input;
  if (absl::Status status = ReadInput(criteria, answers, facts, input); !status.ok()) return status;
  return input;
}

}  // namespace zhiping::criteria
