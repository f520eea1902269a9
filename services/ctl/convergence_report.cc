#include "services/ctl/convergence_report.h"

#include <algorithm>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "common/time/timestamp.h"
#include "services/ctl/display_width.h"
#include "services/ctl/table.h"
#include "services/ctl/words.h"

namespace zhiping::ctl {
namespace {

using catalogue::v1::Activation;
using catalogue::v1::GetConvergenceResponse;
using catalogue::v1::InstanceConvergence;

// `1 个已拒绝，2 个失联`: how many do not run what is in force.
std::string LaggardsByStatus(const GetConvergenceResponse& convergence, const Screen& screen) {
  std::vector<std::string> parts;
  for (const auto status :
       {InstanceConvergence::REFUSED, InstanceConvergence::BEHIND, InstanceConvergence::UNKNOWN}) {
    const size_t count = InstancesWith(convergence, status).size();
    if (count == 0) continue;
    parts.push_back(absl::StrCat(count, screen.Say(" 个", " "), ConvergenceName(status, screen)));
  }
  return absl::StrJoin(parts, screen.Say("，", ", "));
}

// The colour of the worst instance.
InstanceConvergence::Status Worst(const GetConvergenceResponse& convergence) {
  for (const auto status :
       {InstanceConvergence::REFUSED, InstanceConvergence::UNKNOWN, InstanceConvergence::BEHIND}) {
    if (!InstancesWith(convergence, status).empty()) return status;
  }
  // Nobody knows about those that are not listed, or who is who.
  return convergence.instances_full() || SharesInstanceIds(convergence)
             ? InstanceConvergence::BEHIND
             : InstanceConvergence::APPLIED;
}

std::string ActivationText(const Activation& activation, const std::string& label,
                           const Screen& screen) {
  return absl::StrCat(label, " · ", screen.Say("修订号 ", "revision "), activation.revision(),
                      " · ", ShortDigest(activation.digest()));
}

// By whom, and why.
std::string DecisionText(const Activation& activation, const Screen& screen) {
  std::vector<std::string> names;
  for (const std::string& approver : activation.approvers()) {
    names.push_back(ActorName(approver, screen));
  }
  std::string out = absl::StrJoin(names, screen.Say("、", ", "));
  if (!activation.reason().empty()) {
    absl::StrAppend(&out, screen.Say("，原因：", ", because: "), activation.reason());
  }
  return out;
}

std::string StateReport(const GetConvergenceResponse& convergence, const Zone& zone,
                        const Screen& screen) {
  const auto& state = convergence.state();
  std::vector<std::pair<std::string, std::string>> fields;
  const auto add = [&](absl::string_view zh, absl::string_view en, const std::string& value) {
    fields.emplace_back(screen.Say(zh, en), value);
  };
  if (state.has_current()) {
    const Activation& current = state.current();
    add("现行", "in force", ActivationText(current, convergence.current_label(), screen));
    add("启用于", "since", zone.FormatWithName(current.in_force_from(), screen));
    add("操作人", "by", DecisionText(current, screen));
  }
  if (state.has_pending()) {
    const Activation& pending = state.pending();
    add("待启用", "pending", ActivationText(pending, convergence.pending_label(), screen));
    add("将启用于", "from", zone.FormatWithName(pending.in_force_from(), screen));
    add("操作人", "by", DecisionText(pending, screen));
  }
  return Fields(fields, screen);
}

std::string SinceText(const catalogue::v1::CatalogueAlarm& alarm, const Zone& zone,
                      const Screen& screen) {
  if (!alarm.has_since()) return "";
  return absl::StrCat(screen.Say("（自 ", " (since "), zone.Format(alarm.since()),
                      screen.Say("）", ")"));
}

std::string AlarmsReport(const GetConvergenceResponse& convergence, const Zone& zone,
                         const Screen& screen) {
  if (convergence.alarms().empty()) return "";
  std::string out = SectionTitle(screen.Say("告警", "Alarms"), screen);
  for (const auto& alarm : convergence.alarms()) {
    absl::StrAppend(
        &out, Hang("  - ",
                   InOneLine(absl::StrCat(alarm.kind(), SinceText(alarm, zone, screen),
                                          screen.Say("：", ": "), screen.Say(alarm.message()))),
                   screen.width));
  }
  return out;
}

}  // namespace

std::string ConvergenceSentence(const GetConvergenceResponse& convergence, const Screen& screen) {
  const auto& state = convergence.state();
  const std::string& programme = state.programme();
  if (!state.has_current()) {
    return std::string(
        screen.Say(absl::StrCat("评测体系 ", programme, " 没有现行发布版。"),
                   absl::StrCat("Programme ", programme, " has no release in force.")));
  }
  const std::string& label = convergence.current_label();
  const int total = convergence.instances_size();
  if (total == 0) {
    return std::string(
        screen.Say(absl::StrCat("现行发布版 ", label, "；没有实例在跟随评测体系 ", programme, "。"),
                   absl::StrCat("Release ", label, " is in force; no instance follows programme ",
                                programme, ".")));
  }
  const size_t missing = Laggards(convergence).size();
  if (missing == 0 && convergence.instances_full()) {
    return std::string(
        screen.Say(absl::StrCat("所列 ", total, " 个实例都已启用现行发布版 ", label,
                                "；可能还有实例没有列出（TOO_MANY_INSTANCES）。"),
                   absl::StrCat("The ", total, " instances that are listed run ", label,
                                ", which is in force; others may run that are not listed "
                                "(TOO_MANY_INSTANCES).")));
  }
  if (missing == 0 && SharesInstanceIds(convergence)) {
    return std::string(screen.Say(
        absl::StrCat("所列 ", total, " 个实例都已启用现行发布版 ", label,
                     "；但有几个编号相同，须先分开（INSTANCE_ID_SHARED）。"),
        absl::StrCat("The ", total, " instances that are listed run ", label,
                     ", which is in force; but some have one id and must be told apart first "
                     "(INSTANCE_ID_SHARED).")));
  }
  if (missing == 0) {
    return std::string(screen.Say(
        absl::StrCat("全部 ", total, " 个实例都已启用现行发布版 ", label, "。"),
        total == 1
            ? absl::StrCat("The only instance runs ", label, ", which is in force.")
            : absl::StrCat("All ", total, " instances run ", label, ", which is in force.")));
  }
  const std::string laggards = LaggardsByStatus(convergence, screen);
  return std::string(
      screen.Say(absl::StrCat(total, " 个实例中有 ", missing, " 个没有启用现行发布版 ", label, "：",
                              laggards, "。"),
                 absl::StrCat(missing, " of ", total, " instances ", missing == 1 ? "does" : "do",
                              " not run ", label, ", which is in force: ", laggards, ".")));
}

bool NeedsSomebody(const GetConvergenceResponse& convergence) {
  // Those wait for approvals and countersignatures, which are not there yet.
  const auto can_be_ended = [](const catalogue::v1::CatalogueAlarm& alarm) {
    return alarm.kind() != "NO_APPROVAL" && alarm.kind() != "ROLLED_BACK";
  };
  return !InstancesWith(convergence, InstanceConvergence::REFUSED).empty() ||
         std::any_of(convergence.alarms().begin(), convergence.alarms().end(), can_be_ended);
}

std::string ConvergenceReport(const GetConvergenceResponse& convergence,
                              const ReleaseLabels& labels, const Zone& zone, const Screen& screen) {
  const absl::Time as_of = FromTimestamp(convergence.state().confirmed_at());
  std::string sentence = Hang("", ConvergenceSentence(convergence, screen), screen.width);
  sentence.pop_back();
  std::string out = absl::StrCat(screen.Bold(Coloured(Worst(convergence), sentence, screen)), "\n",
                                 screen.Dim(absl::StrCat(screen.Say("评测体系 ", "programme "),
                                                         convergence.state().programme(), " · ",
                                                         zone.FormatWithName(as_of, screen))),
                                 "\n");
  if (const std::string state = StateReport(convergence, zone, screen); !state.empty()) {
    absl::StrAppend(&out, "\n", state);
  }
  // Those in trouble first.
  Instances instances = Laggards(convergence);
  const Instances others = InstancesWith(convergence, InstanceConvergence::APPLIED);
  instances.insert(instances.end(), others.begin(), others.end());
  if (!instances.empty()) {
    absl::StrAppend(&out, SectionTitle(screen.Say("启用进度", "Convergence"), screen),
                    InstanceTable(instances, as_of, labels, screen));
  }
  return absl::StrCat(out, AlarmsReport(convergence, zone, screen));
}

std::string LaggardsReport(const GetConvergenceResponse& convergence, const ReleaseLabels& labels,
                           const Screen& screen) {
  const Instances laggards = Laggards(convergence);
  if (laggards.empty()) return "";
  return InstanceTable(laggards, FromTimestamp(convergence.state().confirmed_at()), labels, screen);
}

std::string ConvergenceLine(const GetConvergenceResponse& convergence, const Zone& zone,
                            const Screen& screen) {
  const auto& state = convergence.state();
  std::string out = absl::StrCat(zone.Format(state.confirmed_at()), "  ",
                                 ConvergenceSentence(convergence, screen));
  if (state.has_pending()) {
    absl::StrAppend(&out, screen.Say("待启用：", " Pending: "),
                    ActivationText(state.pending(), convergence.pending_label(), screen),
                    screen.Say("，", ", "), zone.Format(state.pending().in_force_from()),
                    screen.Say("。", "."));
  }
  std::vector<std::string> laggards;
  for (const auto* const instance : Laggards(convergence)) {
    const auto& report = instance->report();
    laggards.push_back(absl::StrCat(
        ConvergenceName(instance->status(), screen), " ", instance->instance().id(),
        report.has_refused() ? absl::StrCat(" [", report.refused().reason(), "]") : ""));
  }
  return InOneLine(absl::StrCat(out, laggards.empty() ? "" : screen.Say("", " "),
                                absl::StrJoin(laggards, screen.Say("；", "; "))));
}

}  // namespace zhiping::ctl
