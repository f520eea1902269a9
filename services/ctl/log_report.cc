#include "services/ctl/log_report.h"

#include <map>
#include <set>
#include <utility>
#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/escaping.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"
#include "common/sql/log_chain.h"
#include "common/status/error.h"
#include "common/status/status_macros.h"
#include "common/time/timestamp.h"
#include "services/ctl/command_line.h"
#include "services/ctl/display_width.h"
#include "services/ctl/table.h"
#include "services/ctl/words.h"

namespace zhiping::ctl {
namespace {

using catalogue::v1::CatalogueEvent;
using catalogue::v1::ListLogEntriesResponse;
using catalogue::v1::LogEntry;

constexpr size_t kHashBytes = 32;

sql::LogEntry HashedPartOf(const LogEntry& entry) {
  return {entry.position(), entry.previous_hash(), entry.hash(),
          absl::ToUnixMicros(FromTimestamp(entry.instant())), entry.event_bytes()};
}

absl::Status NotedHeadMissing(const std::string& log, const NotedHead& noted) {
  return MakeError(
      absl::StatusCode::kDataLoss, Reason::LOG_BROKEN,
      absl::StrCat("日志 ", log, " 里没有记下的位置 ", noted.position,
                   " 处的记录：末尾有记录缺失，或日志被重写过。"),
      absl::StrCat("The log ", log, " does not have the entry that was noted at position ",
                   noted.position, ": entries at its end are missing, or it was written anew."),
      {{"log", log}, {"position", absl::StrCat(noted.position)}});
}

// What happened, in a word.
absl::string_view EventName(const CatalogueEvent& event, const Screen& screen) {
  switch (event.event_case()) {
    case CatalogueEvent::kReleaseImported:
      return screen.Say("导入", "import");
    case CatalogueEvent::kReleaseActivated:
      return KindName(event.release_activated().kind(), screen);
    case CatalogueEvent::kReleaseWithdrawn:
      return screen.Say("撤回", "withdrawal");
    case CatalogueEvent::kActivationRefused:
      return screen.Say("拒绝启用", "refusal");
    case CatalogueEvent::kRevisionFenced:
      return screen.Say("调高修订号", "fence");
    case CatalogueEvent::kRevisionMet:
      return screen.Say("外来修订号", "foreign");
    case CatalogueEvent::kRevisionReached:
      return screen.Say("按时启用", "in force");
    case CatalogueEvent::kInstanceForgotten:
      return screen.Say("移除实例", "forget");
    case CatalogueEvent::kNotesPublished:
      return screen.Say("平台说明", "notes");
    case CatalogueEvent::kStoreRestored:
      return screen.Say("恢复备份", "restore");
    case CatalogueEvent::kReleaseResigned:
      return screen.Say("重新签名", "re-signed");
    default:
      return screen.Say("未知", "unknown");
  }
}

struct Subject {
  std::string digest;
  int32_t revision = 0;
};

Subject SubjectOf(const CatalogueEvent& event) {
  switch (event.event_case()) {
    case CatalogueEvent::kReleaseImported:
      return {event.release_imported().digest()};
    case CatalogueEvent::kReleaseActivated: {
      const auto& activation = event.release_activated().activation();
      return {activation.digest(), activation.revision()};
    }
    case CatalogueEvent::kReleaseWithdrawn:
      return {event.release_withdrawn().digest(), event.release_withdrawn().revision()};
    case CatalogueEvent::kActivationRefused: {
      const auto& refusal = event.activation_refused().refusal();
      return {refusal.digest(), refusal.revision()};
    }
    case CatalogueEvent::kReleaseResigned:
      return {event.release_resigned().digest()};
    case CatalogueEvent::kRevisionMet:
      return {event.revision_met().digest(), event.revision_met().revision()};
    case CatalogueEvent::kRevisionReached:
      return {event.revision_reached().digest(), event.revision_reached().revision()};
    case CatalogueEvent::kRevisionFenced:
      return {"", event.revision_fenced().next_revision()};
    default:
      return {};
  }
}

// What the columns do not say.
std::string Details(const LogEntry& entry, const Zone& zone, const Screen& screen) {
  const CatalogueEvent& event = entry.event();
  switch (event.event_case()) {
    case CatalogueEvent::kReleaseActivated: {
      const auto& activated = event.release_activated();
      std::vector<std::string> details;
      const auto& from = activated.activation().in_force_from();
      if (FromTimestamp(from) > FromTimestamp(entry.instant()) + absl::Seconds(1)) {
        details.push_back(
            absl::StrCat(screen.Say("启用时间 ", "in force from "), zone.Format(from)));
      }
      if (const int32_t revision = activated.cancelled_revision(); revision != 0) {
        details.push_back(absl::StrCat(
            screen.Say("取消了待启用的修订号 ", "cancelled the pending revision "), revision));
      }
      return absl::StrJoin(details, screen.Say("；", "; "));
    }
    case CatalogueEvent::kActivationRefused: {
      const auto& refused = event.activation_refused();
      return absl::StrCat(refused.instance().id(), screen.Say("：", ": "),
                          screen.Say(refused.refusal().message()), " [", refused.refusal().reason(),
                          "]");
    }
    case CatalogueEvent::kRevisionFenced: {
      const std::string above = absl::StrCat(event.revision_fenced().above());
      return std::string(screen.Say(absl::StrCat("下一个修订号高于 ", above),
                                    absl::StrCat("the next revision is above ", above)));
    }
    case CatalogueEvent::kRevisionMet:
      return absl::StrCat(screen.Say("见到有效签名的状态，并非由本标准目录服务签发：",
                                     "a validly signed state that was not issued here: "),
                          ShortDigest(event.revision_met().digest()), " [",
                          event.revision_met().kind(), "]");
    case CatalogueEvent::kReleaseWithdrawn:
      return event.release_withdrawn().revision() != 0
                 ? ""
                 : std::string(screen.Say("见于有效签名的状态，并非由本标准目录服务签发",
                                          "listed by a validly signed state that was not issued "
                                          "here"));
    case CatalogueEvent::kReleaseResigned:
      return absl::StrCat(screen.Say("原来的签名已无效", "its signature did not count any more"),
                          " [", event.release_resigned().cause(), "]");
    case CatalogueEvent::kInstanceForgotten:
      return event.instance_forgotten().instance();
    case CatalogueEvent::kNotesPublished: {
      const auto& notes = event.notes_published();
      return absl::StrCat(notes.edition(), screen.Say(" 第 ", ", version "), notes.version(),
                          screen.Say(" 版", ""));
    }
    case CatalogueEvent::kStoreRestored:
      return absl::StrCat(event.store_restored().name(), " · ",
                          event.store_restored().incarnation());
    default:
      return "";
  }
}

// Labels of releases, as the log itself says them.
std::map<std::string, std::string> LabelsIn(const ListLogEntriesResponse& log) {
  std::map<std::string, std::string> labels;
  for (const LogEntry& entry : log.entries()) {
    const auto& imported = entry.event().release_imported();
    if (!imported.digest().empty()) labels[imported.digest()] = imported.label();
    const auto& activated = entry.event().release_activated();
    if (!activated.activation().digest().empty()) {
      labels[activated.activation().digest()] = activated.release_label();
    }
  }
  return labels;
}

// What was changed and is in no entry yet.
std::string WaitingReport(const ListLogEntriesResponse& log, const Screen& screen) {
  if (log.waiting() == 0) return "";
  return Hang("",
              screen.Bad(screen.Say(
                  absl::StrCat("另有 ", log.waiting(),
                               " 项修改已经生效，但数据库暂时写不进去，还没有记入日志。"),
                  absl::StrCat(log.waiting(),
                               " more changes were made and are not in the log yet, since the "
                               "database cannot be written at present."))),
              screen.width);
}

}  // namespace

std::string NotedHead::Text() const {
  return absl::StrCat(position, ":", absl::BytesToHexString(hash));
}

absl::StatusOr<NotedHead> ParseHead(absl::string_view text) {
  const std::pair<absl::string_view, absl::string_view> parts =
      absl::StrSplit(text, absl::MaxSplits(':', 1));
  NotedHead head;
  if (!absl::SimpleAtoi(parts.first, &head.position) || head.position < 1 ||
      parts.second.size() != 2 * kHashBytes ||
      parts.second.find_first_not_of("0123456789abcdef") != absl::string_view::npos) {
    return WrongUsage("--head 应为 --verify 显示过的日志头：位置、冒号和 64 位十六进制哈希。",
                      "--head should be a head that --verify has shown: position, colon, and the "
                      "hash in 64 hex digits.");
  }
  head.hash = absl::HexStringToBytes(parts.second);
  return head;
}

absl::StatusOr<NotedHead> VerifyLog(const ListLogEntriesResponse& log,
                                    const std::optional<NotedHead>& noted) {
  NotedHead last = {0, sql::FirstHash()};
  bool met = !noted.has_value();
  for (const LogEntry& entry : log.entries()) {
    RETURN_IF_ERROR(sql::CheckEntry(log.log(), last.position, last.hash, HashedPartOf(entry)));
    last = {entry.position(), entry.hash()};
    met = met || (last.position == noted->position && last.hash == noted->hash);
  }
  if (!met) return NotedHeadMissing(log.log(), *noted);
  return last;
}

void ReadEvents(ListLogEntriesResponse& log) {
  for (LogEntry& entry : *log.mutable_entries()) {
    if (!entry.mutable_event()->ParseFromString(entry.event_bytes())) entry.clear_event();
  }
}

std::string LogReport(const ListLogEntriesResponse& log, const std::optional<NotedHead>& verified,
                      const Zone& zone, const Screen& screen) {
  if (log.entries().empty()) {
    return absl::StrCat(screen.Say("日志里还没有记录。", "The log has no entries yet."), "\n",
                        WaitingReport(log, screen));
  }
  auto labels = LabelsIn(log);
  std::set<std::string> programmes;
  for (const LogEntry& entry : log.entries()) programmes.insert(entry.event().programme());
  programmes.erase("");
  Table table({{std::string(screen.Say("位置", "position")), true},
               {std::string(screen.Say("时间", "time"))},
               {std::string(screen.Say("事件", "event"))},
               {std::string(screen.Say("发布版", "release"))},
               {std::string(screen.Say("修订号", "revision")), true},
               {std::string(screen.Say("操作人", "by"))}});
  for (const LogEntry& entry : log.entries()) {
    const CatalogueEvent& event = entry.event();
    const Subject subject = SubjectOf(event);
    const auto label = labels.find(subject.digest);
    table.AddRow({absl::StrCat(entry.position()), zone.Format(entry.instant()),
                  std::string(EventName(event, screen)), label == labels.end() ? "" : label->second,
                  subject.revision == 0 ? "" : absl::StrCat(subject.revision),
                  event.actor().empty() ? std::string(screen.Say("标准目录服务", "catalogue"))
                                        : ActorName(event.actor(), screen)});
    std::vector<std::string> notes;
    if (programmes.size() > 1 && !event.programme().empty()) {
      notes.push_back(absl::StrCat(screen.Say("评测体系 ", "programme "), event.programme()));
    }
    notes.push_back(event.reason());
    notes.push_back(Details(entry, zone, screen));
    for (const std::string& note : notes) {
      if (!note.empty()) table.AddNote(note);
    }
  }
  const int count = log.entries_size();
  std::string out = absl::StrCat(
      table.Render(screen, 0),
      screen.Dim(screen.Say(absl::StrCat("共 ", count, " 条；时间为", zone.Name(screen)),
                            absl::StrCat(count, " in all; times are ", zone.Name(screen)))),
      "\n", WaitingReport(log, screen));
  if (!verified.has_value()) return out;
  return absl::StrCat(out,
                      screen.Good(screen.Say(
                          absl::StrCat("哈希链校验相符，共 ", count,
                                       " 条。日志头（可记下，以后"
                                       "用 --head 核对）："),
                          absl::StrCat("The hash chain verifies, ", count,
                                       " entries. Its head, to note and give as --head later:"))),
                      "\n  ", verified->Text(), "\n");
}

}  // namespace zhiping::ctl
