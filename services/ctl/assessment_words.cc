#include "services/ctl/assessment_words.h"

#include "absl/strings/str_cat.h"
#include "services/ctl/enterprise_fields.h"
#include "services/ctl/receipt_words.h"
#include "services/ctl/words.h"

namespace zhiping::ctl {

using assessment::v1::Assessment;
using assessment::v1::ChangeRequest;
using assessment::v1::CriteriaTexts;
using assessment::v1::ReviewPolicy;
using assessment::v1::ScenarioTexts;

std::string AssessmentStateName(Assessment::State state, const Screen& screen) {
  switch (state) {
    case Assessment::OPEN:
      return std::string(screen.Say("填报中", "open"));
    case Assessment::LOCKED:
      return std::string(screen.Say("审核中", "under review"));
    case Assessment::CLOSED:
      return std::string(screen.Say("已结束", "closed"));
    default:
      return "";
  }
}

std::string StateText(assessment::v1::SubmissionState::Value state,
                      assessment::v1::Stage::Value stage, const Screen& screen) {
  std::string text = SubmissionStateName(state, screen);
  if (state != assessment::v1::SubmissionState::UNDER_REVIEW) return text;
  return absl::StrCat(text, screen.Say("（", " ("), StageName(stage, screen),
                      screen.Say("）", ")"));
}

std::string ChangeStateName(ChangeRequest::State state, const Screen& screen) {
  switch (state) {
    case ChangeRequest::OPEN:
      return std::string(screen.Say("待处理", "open"));
    case ChangeRequest::ACCEPTED:
      return std::string(screen.Say("已同意", "accepted"));
    case ChangeRequest::DECLINED:
      return std::string(screen.Say("未同意", "declined"));
    case ChangeRequest::REPLACED:
      return std::string(screen.Say("已被新的申请替代", "replaced by a later one"));
    default:
      return "";
  }
}

std::string ReviewPolicyText(const ReviewPolicy& policy, const Screen& screen) {
  switch (policy.mode()) {
    case ReviewPolicy::CITED:
      return std::string(screen.Say("引用时审核", "when an application cites it"));
    case ReviewPolicy::ALL:
      return std::string(screen.Say("全部审核", "all"));
    case ReviewPolicy::SAMPLE:
      return std::string(
          screen.Say(absl::StrCat("抽查 ", policy.per_mille(), "‰"),
                     absl::StrCat("a sample of ", policy.per_mille(), " per mille")));
    default:
      return std::string(screen.Say("不审核", "none"));
  }
}

std::string SizeName(const std::string& size, const Screen& screen) {
  if (size == "large") return std::string(screen.Say("大型", size));
  if (size == "medium") return std::string(screen.Say("中型", size));
  if (size == "small") return std::string(screen.Say("小型", size));
  if (size == "micro") return std::string(screen.Say("微型", size));
  return size;
}

std::string FieldName(const std::string& path, const Screen& screen) {
  for (const EnterpriseField& field : EnterpriseFields()) {
    if (field.path == path) return std::string(screen.Say(field.column.zh, field.column.en));
  }
  return path;
}

std::string LevelName(const std::string& level, const ScenarioTexts& scenario,
                      const Screen& screen) {
  absl::string_view name = level;
  for (const auto& known : scenario.levels()) {
    if (known.level() == level) name = known.name();
  }
  return AnswerName(level, name, screen);
}

std::string EnterpriseName(const std::string& name, bool is_test, const Screen& screen) {
  return absl::StrCat(name, is_test ? screen.Say("（测试）", " (test)") : "");
}

const ScenarioTexts* FindScenario(const CriteriaTexts& texts, absl::string_view id) {
  for (const ScenarioTexts& scenario : texts.scenarios()) {
    if (scenario.scenario() == id) return &scenario;
  }
  return nullptr;
}

std::string ScenarioName(const CriteriaTexts& texts, const std::string& id) {
  const ScenarioTexts* const scenario = FindScenario(texts, id);
  return scenario == nullptr ? id : scenario->name();
}

std::string TotalLine(int shown, int total, const Screen& screen) {
  // What lists count.
  constexpr int kMostCounted = 10'000;
  const std::string all = total > kMostCounted
                              ? std::string(screen.Say("一万以上", "more than 10,000"))
                              : absl::StrCat(total);
  if (shown == total) {
    return std::string(
        screen.Say(absl::StrCat("共 ", all, " 条。\n"), absl::StrCat(all, " in all.\n")));
  }
  return std::string(screen.Say(
      absl::StrCat("共 ", all, " 条，以上是 ", shown, " 条；看更多用 --limit 和 --skip。\n"),
      absl::StrCat(all, " in all, of which ", shown,
                   " are shown; --limit and --skip show more.\n")));
}

}  // namespace zhiping::ctl
