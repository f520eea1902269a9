#include "services/ctl/activation_report.h"

#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "services/ctl/display_width.h"
#include "services/ctl/instance_table.h"
#include "services/ctl/table.h"
#include "services/ctl/words.h"

namespace zhiping::ctl {
namespace {

using catalogue::v1::Activation;
using catalogue::v1::GetConvergenceResponse;
using catalogue::v1::InstanceConvergence;

std::string Headline(const Activated& activated, const Screen& screen) {
  const std::string& label = activated.label;
  switch (activated.how) {
    case Activated::kPublished:
      return std::string(screen.Say(absl::StrCat("已发布并启用 ", label),
                                    absl::StrCat("Published ", label, " and put it in force")));
    case Activated::kScheduled:
      return std::string(
          screen.Say(absl::StrCat("已发布 ", label, "，将按时启用"),
                     absl::StrCat("Published ", label, ", which will be in force later")));
    case Activated::kCancelled:
      return std::string(
          screen.Say(absl::StrCat("已取消修订号 ", activated.cancelled_revision, "，现行仍为 ",
                                  label, "，以新的修订号重新签发"),
                     absl::StrCat("Cancelled revision ", activated.cancelled_revision, "; ", label,
                                  " stays in force, issued again under a new revision")));
    default:
      return std::string(screen.Say(absl::StrCat("已回退到 ", label, "，已经启用"),
                                    absl::StrCat("Rolled back to ", label, ", which is in force")));
  }
}

}  // namespace

std::string ActivatedReport(const Activated& activated, const Zone& zone, const Screen& screen) {
  const Activation& activation = activated.activation;
  std::vector<std::string> names;
  for (const auto& approver : activation.approvers()) {
    names.push_back(ActorName(approver, screen));
  }
  const auto name = [&](absl::string_view zh, absl::string_view en) {
    return std::string(screen.Say(zh, en));
  };
  return absl::StrCat(
      screen.Bold(Headline(activated, screen)), "\n", screen.Dim(activation.digest()), "\n",
      Fields({{name("评测体系", "programme"), activated.programme},
              {name("修订号", "revision"), absl::StrCat(activation.revision())},
              {name("启用时间", "in force from"),
               zone.FormatWithName(activation.in_force_from(), screen)},
              {name("操作人", "by"), absl::StrJoin(names, screen.Say("、", ", "))},
              {name("原因", "reason"), activation.reason()},
              {name("已撤回", "withdrawn"), ShortDigest(activated.withdrawn_digest)}},
             screen));
}

namespace {

// What to do about instances that were lost.
std::string LostAdvice(const GetConvergenceResponse& convergence, const Screen& screen) {
  if (InstancesWith(convergence, InstanceConvergence::UNKNOWN).empty()) return "";
  return Hang("  ",
              screen.Say("失联的实例如已停用，用 zhipingctl release forget 移除后不再等它。",
                         "An instance that is lost for good is no longer waited for after "
                         "zhipingctl release forget."),
              screen.width);
}

}  // namespace

std::string WaitReport(const WaitResult& result, const Activated& activated, absl::Duration wait,
                       const ReleaseLabels& labels, const Screen& screen) {
  const int32_t revision = activated.activation.revision();
  switch (result.convergence) {
    case Convergence::kReached:
      return absl::StrCat(screen.Good(ConvergenceSentence(result.last, screen)), "\n");
    case Convergence::kReplaced:
      return absl::StrCat(
          screen.Bad(screen.Say(absl::StrCat("修订号 ", revision, " 已被修订号 ",
                                             result.last.state().current().revision(), " 取代。"),
                                absl::StrCat("Revision ", revision, " was replaced by revision ",
                                             result.last.state().current().revision(), "."))),
          "\n");
    default:
      break;
  }
  const std::string duration = absl::FormatDuration(wait);
  if (result.last.state().current().revision() < revision) {
    return absl::StrCat(
        screen.Bad(screen.Say(
            absl::StrCat("等了 ", duration, "，修订号 ", revision, " 还没有启用。"),
            absl::StrCat("After ", duration, " revision ", revision, " is not in force yet."))),
        "\n");
  }
  const std::string laggards = LaggardsReport(result.last, labels, screen);
  if (laggards.empty()) {
    return absl::StrCat(screen.Bad(ConvergenceSentence(result.last, screen)), "\n");
  }
  return absl::StrCat(
      screen.Bad(screen.Say(
          absl::StrCat("等了 ", duration, "，仍有实例没有启用修订号 ", revision, "："),
          absl::StrCat("After ", duration, " there are instances that do not run revision ",
                       revision, ":"))),
      "\n", laggards, LostAdvice(result.last, screen));
}

}  // namespace zhiping::ctl
