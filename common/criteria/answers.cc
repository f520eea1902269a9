#include "common/criteria/answers.h"

#include <algorithm>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "common/criteria/level_errors.h"
#include "common/text/utf8.h"

namespace zhiping::criteria {
namespace {

int CharacterCount(absl::string_view utf8) {
  return static_cast<int>(
      std::count_if(utf8.begin(), utf8.end(), [](char c) { return (c & 0xc0) != 0x80; }));
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

common::v1::LocalText PrecisionOf(const catalogue::v1::Fact& fact) {
  if (fact.scale() == 0) return MakeText("应为整数", " should be a whole number");
  return MakeText(absl::StrCat("最多保留 ", fact.scale(), " 位小数"),
                  absl::StrCat(" may have at most ", fact.scale(),
                               fact.scale() == 1 ? " decimal" : " decimals"));
}

FieldViolation DescribeFact(const catalogue::v1::Fact& fact, absl::string_view value,
                            const std::string& field, Decimal wrong) {
  const std::string zh = absl::StrCat("外部指标 ", fact.name(), " 的值“", value, "”");
  const std::string en = absl::StrCat("The value \"", value, "\" of fact ", fact.name());
  if (wrong == Decimal::kTooPrecise) {
    const auto precision = PrecisionOf(fact);
    return MakeViolation(field, Reason::FACT_TOO_PRECISE,
                         absl::StrCat(zh, precision.zh(), "；平台不作四舍五入。"),
                         absl::StrCat(en, precision.en(), "; it is not rounded."));
  }
  const auto range = RangeOf(fact);
  if (wrong == Decimal::kOutOfRange) {
    return MakeViolation(field, Reason::FACT_OUT_OF_RANGE,
                         absl::StrCat(zh, "超出范围，应为 ", range.zh(), "。"),
                         absl::StrCat(en, " is out of range; it should be ", range.en(), "."));
  }
  return MakeViolation(field, Reason::FACT_NOT_A_NUMBER,
                       absl::StrCat(zh, "不是数字，应为 ", range.zh(), "。"),
                       absl::StrCat(en, " is not a number; it should be ", range.en(), "."));
}

// Reads everything once. What is wrong is described where it is met, and nothing else costs
// anything.
class InputReader {
 public:
  InputReader(const Criteria& criteria, Input& input) : criteria_(criteria), input_(input) {}

  absl::Status Run(const AnswerList& answers, const FactList& facts) {
    input_.answers.assign(criteria_.scenario_count(), kMissing);
    input_.facts.assign(criteria_.fact_count(), kFactMissing);
    CheckCount(answers.size(), criteria_.scenario_count(), "answers");
    CheckCount(facts.size(), criteria_.fact_count(), "facts");
    if (violations_.empty()) {
      for (int i = 0; i < answers.size(); ++i) ReadAnswer(answers, i);
      for (int i = 0; i < facts.size(); ++i) ReadFact(facts[i], i);
    }
    std::replace(input_.answers.begin(), input_.answers.end(), kNamed, kMissing);
    std::replace(input_.facts.begin(), input_.facts.end(), kFactNamed, kFactMissing);
    return violations_.ToStatus();
  }

 private:
  // What is named without a value, so that naming it twice is seen.
  static constexpr uint8_t kNamed = 0x80;
  static constexpr int32_t kFactNamed = kFactMissing + 1;

  // More than twice as many as there can be are no mistake, and not worth reading.
  void CheckCount(int given, int most, absl::string_view field) {
    if (given <= 2 * std::max(most, 1)) return;
    violations_.Add(field, Reason::TOO_LARGE,
                    absl::StrCat(field, " 有 ", given, " 项，本发布版最多 ", most, " 项。"),
                    absl::StrCat(field, " has ", given, " elements; under this release there are ",
                                 most, " at most."));
  }

  void ReadAnswer(const AnswerList& answers, int number) {
    const auto& answer = answers[number];
    const int scenario = criteria_.FindScenarioByAnyName(answer.scenario());
    if (scenario < 0) {
      violations_.Add([&] {
        const std::string field = absl::StrCat("answers[", number, "].scenario");
        if (answer.scenario().empty()) {
          return MakeViolation(field, Reason::FIELD_REQUIRED, "没有填写场景。",
                               "No scenario is given.");
        }
        return MakeViolation(
            field, Reason::UNKNOWN_SCENARIO,
            absl::StrCat("本年版没有场景“", answer.scenario(), "”。"),
            absl::StrCat("The edition has no scenario \"", answer.scenario(), "\"."));
      });
      return;
    }
    uint8_t& place = input_.answers[scenario];
    if (place != kMissing) {
      violations_.Add([&] {
        const std::string before = absl::StrCat("answers[", FirstAnswerOf(scenario, answers), "]");
        return MakeViolation(absl::StrCat("answers[", number, "].scenario"),
                             Reason::DUPLICATE_SCENARIO,
                             absl::StrCat("场景 ", answer.scenario(), " 在 ", before,
                                          " 已经填写，每个场景只能填一次。"),
                             absl::StrCat("Scenario ", answer.scenario(), " is answered in ",
                                          before, " already; answer it once."));
      });
    }
    const uint8_t code = ReadLevel(
        criteria_, scenario, answer.level(),
        [&] { return absl::StrCat("answers[", number, "].level"); }, violations_);
    place = code == kMissing ? kNamed : code;
    if (code == kNotApplicable || !answer.reason().empty()) CheckReason(answer, code, number);
  }

  // REQUIRES: there is one.
  int FirstAnswerOf(int scenario, const AnswerList& answers) const {
    int number = 0;
    while (criteria_.FindScenarioByAnyName(answers[number].scenario()) != scenario) ++number;
    return number;
  }

  void CheckReason(const common::v1::Answer& answer, uint8_t code, int number) {
    if (code == kNotApplicable && TrimBlanks(answer.reason()).empty()) {
      violations_.Add([&] {
        return MakeViolation(absl::StrCat("answers[", number, "].reason"), Reason::REASON_REQUIRED,
                             absl::StrCat("场景 ", answer.scenario(), " 填“不适用”时须写明理由。"),
                             absl::StrCat("Scenario ", answer.scenario(),
                                          " is not_applicable: a reason is required."));
      });
    }
    if (CharacterCount(answer.reason()) > kMaxReasonCharacters) {
      violations_.Add([&] {
        return MakeViolation(
            absl::StrCat("answers[", number, "].reason"), Reason::TOO_LARGE,
            absl::StrCat("理由超过 ", kMaxReasonCharacters, " 字。"),
            absl::StrCat("The reason is longer than ", kMaxReasonCharacters, " characters."));
      });
    }
  }

  void ReadFact(const common::v1::FactValue& given, int number) {
    const int fact = criteria_.FindFactByAnyName(given.fact());
    if (fact < 0) {
      violations_.Add([&] {
        std::vector<std::string> known;
        for (const auto& declared : criteria_.rulebook().facts()) known.push_back(declared.name());
        return MakeViolation(absl::StrCat("facts[", number, "].fact"), Reason::UNKNOWN_FACT,
                             absl::StrCat("没有外部指标“", given.fact(), "”；可填：",
                                          absl::StrJoin(known, "、"), "。"),
                             absl::StrCat("There is no fact \"", given.fact(),
                                          "\"; there are: ", absl::StrJoin(known, ", "), "."));
      });
      return;
    }
    int32_t& place = input_.facts[fact];
    if (place != kFactMissing) {
      violations_.Add([&] {
        return MakeViolation(absl::StrCat("facts[", number, "].fact"), Reason::DUPLICATE_FACT,
                             absl::StrCat("外部指标 ", given.fact(), " 填写了两次。"),
                             absl::StrCat("Fact ", given.fact(), " is given twice."));
      });
    }
    place = kFactNamed;
    const auto& declared = criteria_.rulebook().facts(fact);
    const Decimal decimal = ParseDecimal(given.value(), declared, place);
    if (decimal == Decimal::kOk || decimal == Decimal::kEmpty) return;
    violations_.Add([&] {
      return DescribeFact(declared, given.value(), absl::StrCat("facts[", number, "].value"),
                          decimal);
    });
  }

  const Criteria& criteria_;
  Input& input_;
  Violations violations_;
};

}  // namespace

uint8_t ReadLevel(const Criteria& criteria, int scenario, absl::string_view level,
                  absl::FunctionRef<std::string()> field, Violations& violations) {
  if (level.empty()) return kMissing;
  const int code = criteria.FindAnswerCodeByAnyName(level);
  if (code < 0) {
    violations.Add([&] { return DescribeWrongLevel(criteria, scenario, level, field()); });
    return kMissing;
  }
  const int rank = RankOfCode(static_cast<uint8_t>(code));
  if (rank > 0 && !criteria.LevelExists(scenario, rank)) {
    violations.Add([&] { return DescribeAbsentLevel(criteria, scenario, rank, field()); });
    return kMissing;
  }
  return static_cast<uint8_t>(code);
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
  return InputReader(criteria, input).Run(answers, facts);
}

absl::StatusOr<Input> ReadInput(const Criteria& criteria, const AnswerList& answers,
                                const FactList& facts) {
  Input input;
  if (absl::Status status = ReadInput(criteria, answers, facts, input); !status.ok()) return status;
  return input;
}

}  // namespace zhiping::criteria
