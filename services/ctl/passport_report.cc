#include "services/ctl/passport_report.h"

#include <algorithm>
#include <map>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "common/criteria/release.h"
#include "services/ctl/display_width.h"
#include "services/ctl/rule_change_report.h"
#include "services/ctl/text_change_report.h"
#include "services/ctl/words.h"

namespace zhiping::ctl {
namespace {

using catalogue::v1::AnswerPassage;
using catalogue::v1::Passport;
using catalogue::v1::ScenarioPassage;
using catalogue::v1::TextChange;
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

bool AllCarried(const ScenarioPassage& passage) {
  return !passage.answers().empty() &&
         std::all_of(passage.answers().begin(), passage.answers().end(),
                     [](const auto& answer) { return answer.outcome() == AnswerPassage::CARRIED; });
}

// 「基础级、未达级：沿用」, a line for each thing that happens.
std::string Answers(const ScenarioPassage& passage, const Criteria& from, const Criteria& to,
                    const Screen& screen) {
  if (AllCarried(passage)) {
    return absl::StrCat("      ", screen.Say("答案全部沿用", "all answers carry over"), "\n");
  }
  std::vector<std::string> order;
  std::map<std::string, std::vector<std::string>> by_outcome;
  for (const AnswerPassage& answer : passage.answers()) {
    std::string what(OutcomeName(answer.outcome(), screen));
    if (answer.outcome() == AnswerPassage::TO_CONFIRM && !answer.proposed().empty()) {
      absl::StrAppend(&what, screen.Say("，建议填 ", ", proposed: "),
                      NameOfAnswer(answer.proposed(), to, screen));
    }
    if (by_outcome.count(what) == 0) order.push_back(what);
    by_outcome[what].push_back(NameOfAnswer(answer.answer(), from, screen));
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

std::string KindNames(const ScenarioPassage& passage, const Screen& screen) {
  std::vector<std::string> kinds;
  for (const int kind : passage.kinds()) {
    kinds.emplace_back(KindName(static_cast<ScenarioPassage::Kind>(kind), screen));
  }
  return absl::StrJoin(kinds, screen.Say("、", ", "));
}

// Which of the names above changed; empty if none concerns the scenario.
std::string Renamed(const ScenarioPassage& passage, const Criteria& from, const Criteria& to,
                    const Screen& screen) {
  if (passage.renamed().empty()) return "";
  std::vector<std::string> fields;
  for (const std::string& field : passage.renamed()) {
    fields.push_back(TextField(field, from, to, screen));
  }
  return Hang("      ",
              absl::StrCat(screen.Say("有变化：", "changed: "),
                           absl::StrJoin(fields, screen.Say("、", ", "))),
              screen.width);
}

std::string Scenario(const ScenarioPassage& passage, const Criteria& from, const Criteria& to,
                     const Screen& screen) {
  const std::string& name = passage.new_name().empty() ? passage.old_name() : passage.new_name();
  std::string out = Hang(
      "  ",
      absl::StrCat(screen.Bold(name), "  ", passage.scenario(), "  ", KindNames(passage, screen)),
      2 * screen.width);
  const bool other_origin = passage.from_size() > 1 ||
                            (passage.from_size() == 1 && passage.from(0) != passage.scenario());
  if (other_origin) {
    absl::StrAppend(&out, "      ", screen.Say("来自：", "from: "),
                    absl::StrJoin(passage.from(), screen.Say("、", ", ")), "\n");
  }
  if (!passage.unknown_origins().empty()) {
    const std::string ids = absl::StrJoin(passage.unknown_origins(), screen.Say("、", ", "));
    absl::StrAppend(
        &out,
        Hang("      ",
             screen.Say(absl::StrCat("新版声明来自 ", ids,
                                     "，旧版没有这个标识的场景；请核对 "
                                     "edition.txtpb 中的 relations.from。"),
                        absl::StrCat("said to come from ", ids,
                                     ", which the old one does not have: check relations.from "
                                     "in edition.txtpb.")),
             screen.width));
  }
  if (passage.answers().empty() && !passage.from().empty()) {
    absl::StrAppend(&out, "      ",
                    screen.Say("待确认，建议填各原场景中最低的答案",
                               "to be confirmed; the lowest of the old answers is proposed"),
                    "\n");
  } else if (passage.answers().empty()) {
    absl::StrAppend(&out, "      ", OutcomeName(AnswerPassage::TO_FILL, screen), "\n");
  }
  absl::StrAppend(&out, Answers(passage, from, to, screen), Renamed(passage, from, to, screen));
  for (const TextChange& change : passage.text_changes()) {
    absl::StrAppend(
        &out, TextDifference(TextField(change.field(), from, to, screen), change.pieces(), screen));
  }
  return out;
}

// Only names of its segment or levels changed, which stand above.
bool IsOnlyRenamed(const ScenarioPassage& passage) {
  return passage.kinds_size() == 1 && passage.text_changes().empty() && !passage.renamed().empty();
}

// Scenarios of which only such names changed, in one group for each thing that becomes of them.
class RenamedGroups {
 public:
  // `kinds` and `what` are the same for all of a group.
  void Add(const std::string& kinds, const std::string& what, const std::string& name) {
    const auto [group, is_new] = names_.try_emplace({kinds, what});
    if (is_new) order_.push_back({kinds, what});
    group->second.push_back(name);
  }

  std::string Text(const Screen& screen) const {
    std::string out;
    for (const Key& key : order_) {
      const auto& names = names_.at(key);
      const std::string listed = absl::StrJoin(names, screen.Say("、", ", "));
      const std::string zh =
          absl::StrCat(names.size(), " 个场景自身的文字未变（", key.first, "）：");
      const std::string en =
          absl::StrCat(names.size(), " with no change of their own (", key.first, "): ");
      absl::StrAppend(&out, Hang("  ", absl::StrCat(screen.Say(zh, en), listed), screen.width),
                      key.second);
    }
    return out;
  }

 private:
  using Key = std::pair<std::string, std::string>;
  std::vector<Key> order_;
  std::map<Key, std::vector<std::string>> names_;
};

bool IsUnchanged(const ScenarioPassage& passage) {
  return passage.kinds_size() == 1 && passage.kinds(0) == ScenarioPassage::UNCHANGED;
}

std::string ReleaseName(const Criteria& criteria, const Screen& screen) {
  const std::string& label = criteria.release().label();
  return absl::StrCat(criteria.edition().id(), " · ",
                      label == criteria::kUnpublishedLabel
                          ? screen.Say("未发布的年版文件夹", "Unpublished folder")
                          : absl::string_view(label),
                      " · ", ShortDigest(criteria.digest()));
}

// What is said about a correction, which only the approver can decide on.
std::string Correction(const Passport& passport, const Criteria& to, const Screen& screen) {
  if (!passport.corrects_another().empty()) {
    return Hang(
        "",
        screen.Say(
            absl::StrCat("新版声明是 ", passport.corrects_another(),
                         " 的勘误，不是这里的旧版的勘误，所以不作为勘误处理。如要勘误旧版，"
                         "edition.txtpb 的 correction.release_digest 应为 ",
                         passport.from_digest(), "。"),
            absl::StrCat("The new one says that it corrects ", passport.corrects_another(),
                         ", which is not the old one here: it is taken as no correction. To "
                         "correct the old one, correction.release_digest in edition.txtpb should "
                         "be ",
                         passport.from_digest(), ".")),
        screen.width);
  }
  if (!passport.correction_declared()) return "";
  if (!passport.corrected()) {
    return Hang(
        "",
        screen.Say("新版声明是旧版的勘误，但场景、应用等级、对应关系或评分规则有变化（见下），"
                   "所以不作为勘误处理。",
                   "The new one says that it corrects the old, but scenarios, levels, what "
                   "belongs to what, or the rulebook changed (see below): it is no "
                   "correction."),
        screen.width);
  }
  int texts = passport.text_changes_size();
  for (const ScenarioPassage& passage : passport.scenarios()) texts += passage.text_changes_size();
  std::string out = Hang(
      "",
      screen.Say("新版声明是旧版的勘误：场景、应用等级、对应关系和评分规则相同，答案全部沿用。",
                 "The new one says that it corrects the old: scenarios, levels, what belongs "
                 "to what, and the rulebook are the same, and all answers carry over."),
      screen.width);
  const std::string& reason = to.edition().correction().reason();
  if (!reason.empty()) {
    absl::StrAppend(&out,
                    Hang(screen.Say("勘误说明：", "What was corrected: "), reason, screen.width));
  }
  absl::StrAppend(
      &out,
      Hang("",
           screen.Say(absl::StrCat("文字有 ", texts,
                                   " 处不同，全部列在下面。是否“不改变要求”，"
                                   "程序无法判断，须由批准人逐处核对后确认。"),
                      absl::StrCat("Texts that differ: ", texts,
                                   ", all listed below. Whether they ask for the same, no program "
                                   "can tell: whoever approves it has to read and confirm it.")),
           screen.width));
  return out;
}

std::string EditionTexts(const Passport& passport, const Criteria& from, const Criteria& to,
                         const Screen& screen) {
  const int count = passport.text_changes_size();
  if (count == 0) {
    return absl::StrCat(screen.Say("标题、导语、表头、序号以及等级和环节的名称没有变化。",
                                   "Title, preamble, headings, numbers, and the names of levels "
                                   "and segments are the same."),
                        "\n");
  }
  std::string out = absl::StrCat(
      screen.Say(absl::StrCat("标题、导语、表头、序号以及等级和环节的名称有 ", count, " 处变化："),
                 absl::StrCat("Title, preamble, headings, numbers, and the names of levels and "
                              "segments changed in ",
                              count, count == 1 ? " place:" : " places:")),
      "\n");
  for (const TextChange& change : passport.text_changes()) {
    absl::StrAppend(
        &out, TextDifference(TextField(change.field(), from, to, screen), change.pieces(), screen));
  }
  return out;
}

}  // namespace

std::string PassportReport(const Passport& passport, const Criteria& from, const Criteria& to,
                           const Screen& screen) {
  int unchanged = 0;
  std::string changed;
  RenamedGroups renamed;
  for (const ScenarioPassage& passage : passport.scenarios()) {
    if (IsUnchanged(passage)) {
      ++unchanged;
    } else if (IsOnlyRenamed(passage)) {
      renamed.Add(
          KindNames(passage, screen),
          absl::StrCat(Answers(passage, from, to, screen), Renamed(passage, from, to, screen)),
          screen.language == Language::kEnglish ? passage.scenario() : passage.new_name());
    } else {
      absl::StrAppend(&changed, Scenario(passage, from, to, screen));
    }
  }
  absl::StrAppend(&changed, renamed.Text(screen));
  return absl::StrCat(
      screen.Bold(screen.Say("版本衔接表", "Passport")), "\n", screen.Say("旧：", "old: "),
      ReleaseName(from, screen), "\n", screen.Say("新：", "new: "), ReleaseName(to, screen), "\n\n",
      Correction(passport, to, screen), RuleChangesReport(passport, screen),
      EditionTexts(passport, from, to, screen),
      screen.Say(
          absl::StrCat(unchanged, " 个场景未变，答案沿用；", passport.scenarios_size() - unchanged,
                       " 个场景有变化", changed.empty() ? "。" : "："),
          absl::StrCat(unchanged, " scenarios are unchanged, their answers carry over; ",
                       passport.scenarios_size() - unchanged, " changed",
                       changed.empty() ? "." : ":")),
      "\n", changed);
}

}  // namespace zhiping::ctl
