#include "services/catalogue/domain/convergence.h"

#include <algorithm>
#include <map>
#include <string>

#include "absl/strings/str_cat.h"
#include "common/status/error.h"
#include "common/time/timestamp.h"

namespace zhiping::catalogue {
namespace {

using v1::InstanceConvergence;

InstanceConvergence::Status StatusOf(const v1::InstanceReport& report,
                                     const v1::ActivationState& state) {
  const auto& current = state.current();
  if (report.revision() == current.revision() && report.digest() == current.digest()) {
    return InstanceConvergence::APPLIED;
  }
  // Without a revision it is the whole state that the instance does not believe.
  const int32_t refused = report.refused().revision();
  const bool refuses = report.has_refused() && (refused == 0 || refused == current.revision());
  return refuses ? InstanceConvergence::REFUSED : InstanceConvergence::BEHIND;
}

v1::CatalogueAlarm Alarm(absl::string_view kind, absl::Time since, const std::string& zh,
                         const std::string& en) {
  v1::CatalogueAlarm alarm;
  alarm.set_kind(std::string(kind));
  *alarm.mutable_message() = MakeText(zh, en);
  *alarm.mutable_since() = ToTimestamp(since);
  return alarm;
}

void AddWithdrawn(const History& history, absl::Time now, std::vector<v1::CatalogueAlarm>& alarms) {
  const v1::ActivationState state = StateAt(history, now);
  const v1::Activation* const withdrawn = WithdrawnActivation(state);
  if (withdrawn == nullptr) return;
  const int32_t revision = withdrawn->revision();
  alarms.push_back(Alarm(
      "RELEASE_WITHDRAWN", std::min(FromTimestamp(withdrawn->in_force_from()), now),
      absl::StrCat("修订号 ", revision, "（", withdrawn->digest(),
                   "）的发布版已被撤回，本存储此前不知道：已停止签发。请立即启用另一个发布版，"
                   "或回退。"),
      absl::StrCat("The release of revision ", revision, " (", withdrawn->digest(),
                   ") was withdrawn, which this store did not know: nothing is signed. Put "
                   "another in force at once, or roll back.")));
}

void AddRolledBack(const History& history, std::vector<v1::CatalogueAlarm>& alarms) {
  const ActivationRow* latest = nullptr;
  int total = 0;
  for (const ActivationRow& row : history.rows) {
    if (row.kind != v1::ActivationRecord::ROLLBACK) continue;
    latest = &row;
    ++total;
  }
  if (latest == nullptr) return;
  const int32_t revision = latest->activation.revision();
  alarms.push_back(Alarm(
      "ROLLED_BACK", latest->created_at,
      absl::StrCat("修订号 ", revision, " 是由一人决定的回退，尚无第二人会签",
                   total == 1 ? "。" : absl::StrCat("；这样的回退共有 ", total, " 次。")),
      absl::StrCat("Revision ", revision,
                   " is a rollback that one person decided and no second one has countersigned",
                   total == 1 ? "." : absl::StrCat("; there are ", total, " such rollbacks."))));
}

}  // namespace

InstanceConvergence ConvergenceOf(const v1::SubscribeRequest& record, absl::Time last_seen,
                                  bool lost, const v1::ActivationState& state) {
  InstanceConvergence convergence;
  *convergence.mutable_instance() = record.instance();
  *convergence.mutable_last_seen_at() = ToTimestamp(last_seen);
  for (const auto& report : record.reports()) {
    if (report.programme() == state.programme()) *convergence.mutable_report() = report;
  }
  // What was held is for the catalogue alone, and large.
  convergence.mutable_report()->clear_held_state();
  convergence.set_status(lost ? InstanceConvergence::UNKNOWN
                              : StatusOf(convergence.report(), state));
  return convergence;
}

std::vector<v1::CatalogueAlarm> AlarmsOf(const History& history, bool exposed, absl::Time now) {
  std::vector<v1::CatalogueAlarm> alarms;
  if (!MaySign(history)) {
    // The next revision is above it: it is fenced, or this store has come as far itself.
    const bool next_is_above = history.next_revision > history.met.revision;
    alarms.push_back(
        Alarm(WhyNotSigning(history), history.met.since,
              absl::StrCat("见到本存储没有签发过的修订号 ", history.met.revision, "（",
                           history.met.digest, "）：已停止签发。",
                           next_is_above ? "发布或回退后恢复签发。"
                                         : "请先用 release fence 调高修订号，再发布或回退。"),
              absl::StrCat("Revision ", history.met.revision, " (", history.met.digest,
                           ") was met, which this store did not issue: nothing is signed. ",
                           next_is_above ? "A publication or a rollback resumes it."
                                         : "Fence it, then publish or roll back.")));
  }
  AddWithdrawn(history, now, alarms);
  AddRolledBack(history, alarms);
  const ActivationRow* const current = InForceAt(history, now);
  if (exposed && current != nullptr) {
    alarms.push_back(Alarm("NO_APPROVAL", current->created_at,
                           "服务对其他机器开放，而现行发布版的启用未经审批。",
                           "The service listens to other machines, and what is in force was put in "
                           "force without approval."));
  }
  return alarms;
}

std::optional<v1::CatalogueAlarm> PendingRefusedAlarm(
    const History& history,
    const google::protobuf::RepeatedPtrField<v1::InstanceConvergence>& instances, absl::Time now) {
  const ActivationRow* const row = PendingAt(history, now);
  if (row == nullptr) return std::nullopt;
  const v1::Activation& pending = row->activation;
  const auto refuse = std::count_if(instances.begin(), instances.end(), [&](const auto& instance) {
    const auto& refused = instance.report().refused();
    return refused.revision() == pending.revision() && refused.digest() == pending.digest();
  });
  if (refuse == 0) return std::nullopt;
  return Alarm(
      "PENDING_REFUSED", row->created_at,
      absl::StrCat("待启用的修订号 ", pending.revision(), " 被 ", refuse,
                   " 个实例拒绝，到时它们不会启用。"),
      absl::StrCat("Revision ", pending.revision(), ", which is pending, is refused by ", refuse,
                   refuse == 1 ? " instance, which" : " instances, which", " will not apply it."));
}

std::optional<v1::CatalogueAlarm> InstanceIdSharedAlarm(
    const google::protobuf::RepeatedPtrField<v1::InstanceConvergence>& instances) {
  std::map<std::string, int> processes;
  for (const auto& instance : instances) ++processes[instance.instance().id()];
  std::erase_if(processes, [](const auto& one) { return one.second == 1; });
  if (processes.empty()) return std::nullopt;
  const auto& [id, total] = *processes.begin();
  const size_t others = processes.size() - 1;
  v1::CatalogueAlarm alarm;
  alarm.set_kind("INSTANCE_ID_SHARED");
  *alarm.mutable_message() = MakeText(
      absl::StrCat(
          "有 ", total, " 个进程使用同一个实例编号 ", id,
          others == 0 ? "" : absl::StrCat("（另有 ", others, " 个编号也是这样）"),
          "：多半是缓存文件夹、存储卷或虚拟机被整个复制了。它们已分别列出。请留下一个，停止其余的，"
          "删除其余各自 --cache-dir 中的文件 instance 后再启动，各得各的编号；已不再运行的，用 "
          "release forget ",
          id, " 移除。"),
      absl::StrCat(
          total, " processes use the one instance id ", id,
          others == 0 ? "" : absl::StrCat(" (and so it is with ", others, " other ids)"),
          ": probably a cache folder, a volume or a machine was copied. Each of them is listed. "
          "Keep one, stop the others, remove the file instance from the --cache-dir of each and "
          "start them again: each gets an id of its own. Those that run no more are removed by "
          "release forget ",
          id, "."));
  return alarm;
}

v1::CatalogueAlarm ReportsNotWrittenAlarm(absl::Time since) {
  return Alarm(
      "REPORTS_NOT_WRITTEN", since,
      "各实例报告的情况写不进数据库（磁盘已满、数据库只读或不可用）：所列的启用进度停留在那时，"
      "正在运行的实例也会显示为失联。请查看标准目录服务日志中的 "
      "reports_not_written，恢复数据库的写入。",
      "What instances report cannot be written into the database (its disk is full, or it refuses "
      "writes): who follows is shown as it was then, and instances that run become unknown. Look "
      "for reports_not_written in the catalogue's log, and make the database writable again.");
}

v1::CatalogueAlarm ClocksDifferAlarm(const std::string& instance, absl::Duration by,
                                     absl::Time since) {
  const std::string ahead = absl::FormatDuration(absl::Ceil(by, absl::Seconds(1)));
  return Alarm(
      "CLOCKS_DIFFER", since,
      absl::StrCat("本标准目录服务的时钟比另一个副本慢：后者记录的与实例 ", instance,
                   " 的最近联系，比本机时钟还晚约 ", ahead,
                   "。启用进度不受影响，但生效时刻和各处显示的时间会不一致。请校准各副本所在机器的"
                   "时钟（NTP）。"),
      absl::StrCat("The clock of this catalogue is behind that of another replica, which heard "
                   "from instance ",
                   instance, " about ", ahead,
                   " later than it is here. Convergence does not depend on it, but instants of "
                   "activation and the times that are shown do not agree. Set the clocks of the "
                   "replicas' machines right (NTP)."));
}

v1::CatalogueAlarm TooManyInstancesAlarm(int most) {
  v1::CatalogueAlarm alarm;
  alarm.set_kind("TOO_MANY_INSTANCES");
  *alarm.mutable_message() = MakeText(
      absl::StrCat("标准目录服务最多记录 ", most,
                   " 个实例，现已记满：可能还有实例没有列出，启用进度不完整。请用 release forget "
                   "移除失联的实例，并查明为什么有这么多实例。"),
      absl::StrCat("The catalogue keeps ", most,
                   " instances at most, and has as many: others may run that are not listed, and "
                   "convergence is not complete. Forget those that are lost with release forget, "
                   "and find out why there are so many."));
  return alarm;
}

}  // namespace zhiping::catalogue
