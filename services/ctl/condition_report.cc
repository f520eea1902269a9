#include "services/ctl/condition_report.h"

#include <algorithm>

#include "absl/strings/str_cat.h"
#include "common/criteria/answers.h"
#include "services/ctl/display_width.h"
#include "services/ctl/table.h"
#include "services/ctl/words.h"

namespace zhiping::ctl {
namespace {

using common::v1::Combination;
using common::v1::ConditionResult;
using common::v1::RuleStatus;
using common::v1::UndeterminedCause;

absl::string_view ValueWord(Values values, const Screen& screen) {
  return values == Values::kPresent ? screen.Say("现为 ", "now ")
                                    : screen.Say("最高可达 ", "at most ");
}

// `现为 21/33（63.63%），要求不低于 20%`
std::string RatioText(const ConditionResult& condition, Values values, const Screen& screen) {
  std::string share = absl::StrCat(condition.value(), "/", condition.denominator());
  if (condition.has_basis_points()) {
    absl::StrAppend(&share, screen.Say("（", " ("), Percent(condition.basis_points()),
                    screen.Say("）", ")"));
  }
  const int64_t threshold = 10000 * int64_t{condition.threshold()};
  const std::string asked =
      threshold % condition.threshold_denominator() == 0
          ? absl::StrCat(criteria::FormatDecimal(threshold / condition.threshold_denominator(), 2),
                         "%")
          : absl::StrCat(condition.threshold(), "/", condition.threshold_denominator());
  return absl::StrCat(ValueWord(values, screen), share,
                      screen.Say("，要求不低于 ", "; asked: at least "), asked);
}

// A value and what it stands for, if it has a label.
std::string Labelled(int32_t value, int scale, const common::v1::LocalText& label,
                     const Screen& screen) {
  std::string number = criteria::FormatDecimal(value, scale);
  if (label.zh().empty()) return number;
  return absl::StrCat(number, screen.Say("，即", ", "), screen.Say(label));
}

std::string ValueText(const ConditionResult& condition, Values values, const Screen& screen) {
  return absl::StrCat(
      ValueWord(values, screen),
      Labelled(condition.value(), condition.scale(), condition.value_label(), screen),
      screen.Say("，要求不低于 ", "; asked: at least "),
      Labelled(condition.threshold(), condition.scale(), condition.threshold_label(), screen));
}

// How its parts combine, or its value; empty if there is nothing to say.
std::string Explanation(const ConditionResult& condition, Values values, const Screen& screen) {
  switch (condition.cause()) {
    case UndeterminedCause::FACT_MISSING:
      return std::string(screen.Say("所需的外部指标未填写（见“待补充”）",
                                    "a fact that it needs was not given (see \"Still missing\")"));
    case UndeterminedCause::DENOMINATOR_ZERO:
      return std::string(screen.Say("分母为 0，无法计算占比", "the denominator is 0: no share"));
    case UndeterminedCause::READINGS_DISAGREE:
      return std::string(screen.Say("口径未定，以下读法的结论不一致",
                                    "the wording is unsettled, and the readings below disagree"));
    default:
      break;
  }
  switch (condition.combination()) {
    case Combination::ALL_OF:
      return std::string(screen.Say("以下各项须全部满足", "all of these are asked for"));
    case Combination::ANY_OF:
      return std::string(screen.Say("以下各项满足其一即可", "any one of these is enough"));
    case Combination::READINGS:
      return std::string(screen.Say("口径未定，以下读法并列",
                                    "the wording is unsettled; the readings side by side"));
    default:
      break;
  }
  if (!condition.has_value()) return "";
  return condition.has_threshold_denominator() ? RatioText(condition, values, screen)
                                               : ValueText(condition, values, screen);
}

}  // namespace

std::string Footnotes::Mark(const common::v1::LocalText& basis,
                            const common::v1::LocalText& source) {
  std::pair<std::string, std::string> note(screen_.Say(basis), screen_.Say(source));
  auto found = std::find(notes_.begin(), notes_.end(), note);
  if (found == notes_.end()) found = notes_.insert(notes_.end(), std::move(note));
  return absl::StrCat("[", found - notes_.begin() + 1, "]");
}

std::string Footnotes::Render() const {
  std::string out;
  for (size_t n = 0; n < notes_.size(); ++n) {
    absl::StrAppend(&out, Hang(absl::StrCat("  [", n + 1, "] "),
                               absl::StrCat(notes_[n].first, screen_.Say("。来源：", ". Source: "),
                                            notes_[n].second, screen_.Say("。", ".")),
                               screen_.width));
  }
  return out;
}

std::string ConditionsReport(const ConditionList& conditions, int indent, const Screen& screen,
                             Footnotes& footnotes, Values values) {
  int status_width = 0;
  for (const auto status : {RuleStatus::MET, RuleStatus::NOT_MET, RuleStatus::UNDETERMINED}) {
    status_width = std::max(status_width, DisplayWidth(ConditionStatus(status, screen)));
  }
  std::string out;
  for (const ConditionResult& condition : conditions) {
    const std::string first =
        absl::StrCat(std::string(indent, ' '),
                     PadRight(ConditionStatus(condition.status(), screen), status_width), "  ");
    const std::string text = absl::StrCat(screen.Say(condition.text()), " ",
                                          footnotes.Mark(condition.basis(), condition.source()));
    const std::string why = Explanation(condition, values, screen);
    const int inner = DisplayWidth(first);
    const bool fits = inner + DisplayWidth(text) + 2 + DisplayWidth(why) <= screen.width;
    if (fits && !why.empty()) {
      absl::StrAppend(&out, first, text, "  ", screen.Dim(why), "\n");
    } else {
      absl::StrAppend(&out, Hang(first, text, screen.width));
      if (!why.empty()) {
        absl::StrAppend(&out, Hang(std::string(inner, ' '), why, screen.width));
      }
    }
    absl::StrAppend(&out,
                    ConditionsReport(condition.parts(), indent + 4, screen, footnotes, values));
  }
  return out;
}

}  // namespace zhiping::ctl
