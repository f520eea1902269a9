#include "services/ctl/rule_change_report.h"

#include <algorithm>
#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "common/criteria/text_diff.h"
#include "services/ctl/display_width.h"
#include "services/ctl/text_change_report.h"

namespace zhiping::ctl {
namespace {

using catalogue::v1::Passport;
using catalogue::v1::RuleChange;
using catalogue::v1::TextPiece;

struct Word {
  absl::string_view field, zh, en;
};
constexpr Word kRuleWords[] = {
    {"weight", "权重", "weight"},
    {"default_weight", "其余场景的权重", "weight of the other scenarios"},
    {"points", "分值", "points"},
    {"at_least.threshold", "不低于", "at least"},
    {"at_least.measure.fact", "取自外部指标", "fact"},
    {"ratio_at_least.n", "比例不低于（分子）", "ratio of at least (numerator)"},
    {"ratio_at_least.d", "比例不低于（分母）", "ratio of at least (denominator)"},
    {"text", "条件", "condition"},
    {"basis", "依据", "basis"},
    {"source", "出处", "source"},
    {"name", "名称", "name"},
    {"title", "名称", "title"},
    {"unit", "单位", "unit"},
    {"where_to_find", "从何处取得", "where to find it"},
    {"scale", "小数位数", "decimals"},
    {"min", "最小值", "least"},
    {"max", "最大值", "greatest"},
    {"statement", "结果所附声明", "statement with every result"},
};

// The field of a rule, below what it belongs to, in words; unusual ones stay as they are.
std::string RuleField(absl::string_view field, const Screen& screen) {
  const absl::string_view suffix = absl::EndsWith(field, ".zh")   ? screen.Say("", " (Chinese)")
                                   : absl::EndsWith(field, ".en") ? screen.Say("（英文）", "")
                                                                  : "";
  const absl::string_view stem = absl::StripSuffix(absl::StripSuffix(field, ".zh"), ".en");
  for (const Word& word : kRuleWords) {
    if (word.field == stem) return absl::StrCat(screen.Say(word.zh, word.en), suffix);
  }
  return std::string(field);
}

// Where the field of a RuleChange is divided: `tiers[…].conditions[…]` and `at_least.threshold`.
std::pair<absl::string_view, absl::string_view> Divide(const RuleChange& change) {
  const absl::string_view field = change.field();
  if (!change.has_subject()) return {"", field};
  size_t begin = 0;
  for (const absl::string_view list : {".conditions[", ".advice["}) {
    const size_t at = field.rfind(list);
    if (at != field.npos) begin = std::max(begin, at);
  }
  const size_t end = field.find("].", begin);
  if (end == field.npos) return {"", field};
  return {field.substr(0, end + 1), field.substr(end + 2)};
}

std::string Rule(const RuleChange& change, absl::string_view field, const Screen& screen) {
  const std::string name = RuleField(field, screen);
  const bool is_text = absl::EndsWith(field, ".zh") || absl::EndsWith(field, ".en");
  if (is_text) {
    google::protobuf::RepeatedPtrField<TextPiece> pieces;
    criteria::DiffText(change.old_value(), change.new_value(), pieces);
    return TextDifference(name, pieces, screen);
  }
  const auto shown = [&](const std::string& value) {
    return value.empty() ? std::string(screen.Say("无", "none")) : value;
  };
  return Hang(absl::StrCat("      ", name, screen.Say("：", ": ")),
              absl::StrCat(shown(change.old_value()), " → ", shown(change.new_value())),
              screen.width);
}

}  // namespace

std::string RuleChangesReport(const Passport& passport, const Screen& screen) {
  if (!passport.rulebook_changed()) {
    return absl::StrCat(screen.Say("评分规则没有变化。", "The rulebook is the same."), "\n");
  }
  if (passport.rule_changes().empty()) {
    return absl::StrCat(screen.Say("评分规则的内容相同，只有次序或写法不同。",
                                   "The rulebook says the same in another order or notation."),
                        "\n");
  }
  std::string out = absl::StrCat(
      screen.Say(absl::StrCat("评分规则有 ", passport.rule_changes_size(), " 处变化："),
                 absl::StrCat("The rulebook changed in ", passport.rule_changes_size(),
                              passport.rule_changes_size() == 1 ? " value:" : " values:")),
      "\n");
  std::string above;
  for (const RuleChange& change : passport.rule_changes()) {
    const auto [element, field] = Divide(change);
    const std::string heading =
        element.empty() ? std::string(screen.Say("评分规则整体", "the rulebook as a whole"))
                        : absl::StrCat(screen.Say(change.subject()), "  ", element);
    if (heading != above) absl::StrAppend(&out, Hang("  ", heading, screen.width));
    above = heading;
    absl::StrAppend(&out, Rule(change, field, screen));
  }
  return out;
}

}  // namespace zhiping::ctl
