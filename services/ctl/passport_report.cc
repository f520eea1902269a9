#include "services/ctl/passport_report.h"

#include <map>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "services/ctl/display_width.h"
#include "services/ctl/words.h"

namespace zhiping::ctl {
namespace {

using catalogue::v1::AnswerPassage;
using catalogue::v1::Passport;
using catalogue::v1::ScenarioPassage;
using catalogue::v1::TextChange;
using catalogue::v1::TextPiece;
using criteria::Criteria;

absl::string_view KindName(ScenarioPassage::Kind kind, const Screen& screen) {
  switch (kind) {
    case ScenarioPassage::UNCHANGED:
      return screen.Say("未变", "unchanged");
    case ScenarioPassage::CORRECTED:
      return screen.Say("勘误", "corrected");
    case ScenarioPassage::REWORDED:
      return screen.Say("文字修改", "reworded");
    case ScenarioPassage::LEVEL_ADDED:
      return screen.Say("增加应用等级", "level added");
    case ScenarioPassage::LEVEL_REMOVED:
      return screen.Say("取消应用等级", "level removed");
    case ScenarioPassage::MOVED:
      return screen.Say("调整环节", "moved");
    case ScenarioPassage::NEW:
      return screen.Say("新增", "new");
    case ScenarioPassage::WITHDRAWN:
      return screen.Say("撤销", "withdrawn");
    case ScenarioPassage::TIGHTENED:
      return screen.Say("要求提高", "tightened");
    case ScenarioPassage::RELAXED:
      return screen.Say("要求降低", "relaxed");
    case ScenarioPassage::SPLIT_FROM:
      return screen.Say("拆分而来", "split from");
    case ScenarioPassage::MERGED_FROM:
      return screen.Say("合并而来", "merged from");
    default:
      return "?";
  }
}

absl::string_view OutcomeName(AnswerPassage::Outcome outcome, const Screen& screen) {
  switch (outcome) {
    case AnswerPassage::CARRIED:
      return screen.Say("沿用", "carried over");
    case AnswerPassage::TO_CONFIRM:
      return screen.Say("待确认", "to be confirmed");
    case AnswerPassage::TO_FILL:
      return screen.Say("待填写", "to be filled in");
    case AnswerPassage::KEPT_UNSCORED:
      return screen.Say("随旧测评保留，不再计分", "kept with the old assessment, not scored");
    default:
      return "?";
  }
}

// The name of an answer under criteria that have it.
std::string NameOf(const std::string& answer, const Criteria& criteria, const Screen& screen) {
  const int level = criteria.FindLevel(answer);
  const std::string name = level < 0 ? answer : criteria.edition().levels(level).name().text();
  return AnswerName(answer, name, screen);
}

// 「基础级、未达级：沿用」, a line for each thing that happens.
std::string Answers(const ScenarioPassage& passage, const Criteria& from, const Criteria& to,
                    const Screen& screen) {
  std::vector<std::string> order;
  std::map<std::string, std::vector<std::string>> by_outcome;
  for (const AnswerPassage& answer : passage.answers()) {
    std::string what(OutcomeName(answer.outcome(), screen));
    if (answer.outcome() == AnswerPassage::TO_CONFIRM && !answer.proposed().empty()) {
      absl::StrAppend(&what, screen.Say("，建议填 ", ", proposed: "),
                      NameOf(answer.proposed(), to, screen));
    }
    if (by_outcome.count(what) == 0) order.push_back(what);
    by_outcome[what].push_back(NameOf(answer.answer(), from, screen));
  }
  std::string out;
  for (const std::string& what : order) {
    absl::StrAppend(&out, Hang("      ",
                               absl::StrCat(screen.Say("原填 ", "answered "),
                                            absl::StrJoin(by_outcome[what], screen.Say("、", ", ")),
                                            screen.Say("：", ": "), what),
                               screen.width));
  }
  return out;
}

// Removed and added text is marked with signs too, for terminals without colours.
std::string Text(const TextChange& change, const Screen& screen) {
  std::string plain, coloured;
  for (const TextPiece& piece : change.pieces()) {
    const bool same = piece.kind() == TextPiece::SAME;
    const bool added = piece.kind() == TextPiece::ADDED;
    const std::string marked = same    ? piece.text()
                               : added ? absl::StrCat("{+", piece.text(), "+}")
                                       : absl::StrCat("[-", piece.text(), "-]");
    absl::StrAppend(&plain, marked);
    absl::StrAppend(&coloured, same    ? marked
                               : added ? screen.Added(marked)
                                       : screen.Removed(marked));
  }
  const std::string first = absl::StrCat("      ", change.field(), screen.Say("：", ": "));
  return screen.colours ? absl::StrCat(first, coloured, "\n") : Hang(first, plain, screen.width);
}

std::string Scenario(const ScenarioPassage& passage, const Criteria& from, const Criteria& to,
                     const Screen& screen) {
  std::vector<std::string> kinds;
  for (const int kind : passage.kinds()) {
    kinds.emplace_back(KindName(static_cast<ScenarioPassage::Kind>(kind), screen));
  }
  const std::string& name = passage.new_name().empty() ? passage.old_name() : passage.new_name();
  std::string out =
      Hang("  ",
           absl::StrCat(screen.Bold(name), "  ", passage.scenario(), screen.Say("  ", "  "),
                        absl::StrJoin(kinds, screen.Say("、", ", "))),
           2 * screen.width);
  const bool other_origin = passage.from_size() > 1 ||
                            (passage.from_size() == 1 && passage.from(0) != passage.scenario());
  if (other_origin) {
    absl::StrAppend(&out, "      ", screen.Say("来自：", "from: "),
                    absl::StrJoin(passage.from(), screen.Say("、", ", ")), "\n");
  }
  if (passage.answers().empty() && !passage.from().empty()) {
    absl::StrAppend(&out, "      ",
                    screen.Say("待确认，建议填各原场景中最低的答案",
                               "to be confirmed; the lowest of the old answers is proposed"),
                    "\n");
  } else if (passage.answers().empty()) {
    absl::StrAppend(&out, "      ", OutcomeName(AnswerPassage::TO_FILL, screen), "\n");
  }
  absl::StrAppend(&out, Answers(passage, from, to, screen));
  for (const TextChange& change : passage.text_changes()) {
    absl::StrAppend(&out, Text(change, screen));
  }
  return out;
}

bool IsUnchanged(const ScenarioPassage& passage) {
  return passage.kinds_size() == 1 && passage.kinds(0) == ScenarioPassage::UNCHANGED;
}

std::string ReleaseName(const Criteria& criteria) {
  return absl::StrCat(criteria.edition().id(), " · ", criteria.release().label(), " · ",
                      ShortDigest(criteria.digest()));
}

}  // namespace

std::string PassportReport(const Passport& passport, const Criteria& from, const Criteria& to,
                           const Screen& screen) {
  int unchanged = 0;
  std::string changed;
  for (const ScenarioPassage& passage : passport.scenarios()) {
    if (IsUnchanged(passage)) {
      ++unchanged;
    } else {
      absl::StrAppend(&changed, Scenario(passage, from, to, screen));
    }
  }
  std::string out = absl::StrCat(screen.Bold(screen.Say("版本衔接表", "Passport")), "\n",
                                 screen.Say("旧：", "old: "), ReleaseName(from), "\n",
                                 screen.Say("新：", "new: "), ReleaseName(to), "\n\n");
  if (passport.corrected()) {
    absl::StrAppend(&out,
                    screen.Say("新版是旧版的勘误：不改变要求，答案全部沿用。",
                               "The new one corrects the old: nothing else is asked, and all "
                               "answers carry over."),
                    "\n");
  }
  absl::StrAppend(
      &out,
      screen.Say(
          passport.rulebook_changed() ? "评分规则有变化。" : "评分规则没有变化。",
          passport.rulebook_changed() ? "The rulebook changed." : "The rulebook is the same."),
      "\n",
      screen.Say(
          absl::StrCat(unchanged, " 个场景未变，答案沿用；", passport.scenarios_size() - unchanged,
                       " 个场景有变化", changed.empty() ? "。" : "："),
          absl::StrCat(unchanged, " scenarios are unchanged, their answers carry over; ",
                       passport.scenarios_size() - unchanged, " changed",
                       changed.empty() ? "." : ":")),
      "\n", changed);
  return out;
}

}  // namespace zhiping::ctl
