#include "services/ctl/audit_report.h"

#include "absl/strings/str_cat.h"
#include "services/ctl/table.h"
#include "services/ctl/words.h"

namespace zhiping::ctl {
namespace {

using common::v1::AuditCaller;
using common::v1::AuditEntry;

std::string WhoCalled(const AuditCaller& caller, const Screen& screen) {
  if (caller.unauthenticated()) {
    return absl::StrCat(caller.name(), screen.Say("（未认证）", " (unauthenticated)"));
  }
  if (!caller.service().empty()) {
    return absl::StrCat(screen.Say("服务 ", "service "), caller.service());
  }
  if (caller.subject().empty()) return std::string(screen.Say("其他调用者", "other callers"));
  const std::string who = absl::StrCat("<", caller.subject(), "@", caller.issuer(), ">");
  return caller.name().empty() ? who : absl::StrCat(caller.name(), " ", who);
}

// Digests in short, as elsewhere.
std::string WhatAbout(const AuditEntry& entry) {
  const auto& subject = entry.subject();
  const std::string id = subject.kind() == "release" ? ShortDigest(subject.id()) : subject.id();
  std::string about = absl::StrCat(subject.kind(), subject.kind().empty() ? "" : " ", id);
  if (!subject.enterprise().empty() && subject.enterprise() != subject.id()) {
    absl::StrAppend(&about, " · ", subject.enterprise());
  }
  return about;
}

}  // namespace

absl::string_view AuditKindName(AuditEntry::Kind kind, const Screen& screen) {
  switch (kind) {
    case AuditEntry::ADMINISTRATIVE:
      return screen.Say("管理操作", "administrative");
    case AuditEntry::DECISION:
      return screen.Say("决定", "decision");
    case AuditEntry::ACCESS:
      return screen.Say("查阅", "access");
    case AuditEntry::DENIED:
      return screen.Say("拒绝", "denied");
    default:
      return screen.Say("未知", "unknown");
  }
}

std::string AuditReport(const common::v1::ListAuditEntriesResponse& list, const Zone& zone,
                        const Screen& screen) {
  if (list.entries().empty()) {
    return absl::StrCat(screen.Say("没有这样的审计记录。", "There are no such entries."), "\n");
  }
  Table table({{std::string(screen.Say("位置", "position")), true},
               {std::string(screen.Say("时间", "time"))},
               {std::string(screen.Say("类别", "kind"))},
               {std::string(screen.Say("方法", "method"))},
               {std::string(screen.Say("次数", "calls")), true},
               {std::string(screen.Say("结果", "outcome"))}});
  for (const auto& listed : list.entries()) {
    const AuditEntry& entry = listed.entry();
    const std::string& method = entry.method();
    table.AddRow({absl::StrCat(listed.position()), zone.Format(entry.instant()),
                  std::string(AuditKindName(entry.kind(), screen)),
                  method.substr(method.rfind('/') + 1), absl::StrCat(entry.count()),
                  entry.outcome()});
    table.AddNote(WhoCalled(entry.caller(), screen));
    for (const std::string& note : {WhatAbout(entry), entry.reason()}) {
      if (!note.empty()) table.AddNote(note);
    }
  }
  const int count = list.entries_size();
  return absl::StrCat(
      table.Render(screen, 0),
      screen.Dim(screen.Say(absl::StrCat("共 ", count, " 条；时间为", zone.Name(screen)),
                            absl::StrCat(count, " in all; times are ", zone.Name(screen)))),
      "\n");
}

std::string AuditVerifiedReport(const AuditVerifier& verified, const Zone& zone,
                                const Screen& screen) {
  if (verified.first() == 0) {
    return absl::StrCat(screen.Say("审计日志里还没有记录。", "The audit log has no entries yet."),
                        "\n");
  }
  const int64_t count = verified.last() - verified.first() + 1;
  const std::string range = absl::StrCat(verified.first(), "–", verified.last());
  std::string out = absl::StrCat(
      screen.Good(screen.Say(
          absl::StrCat("审计日志的哈希链校验相符：位置 ", range, "，共 ", count, " 条。"),
          absl::StrCat("The hash chain of the audit log verifies: positions ", range, ", ", count,
                       " entries."))),
      "\n");
  for (const auto& head : verified.kept()) {
    absl::StrAppend(
        &out, "  ",
        screen.Say(absl::StrCat("与另存的签名日志头一致：", head.service(), "，位置 ",
                                head.position(), "，签于 "),
                   absl::StrCat("It has the signed head that was kept: ", head.service(),
                                ", position ", head.position(), ", signed at ")),
        zone.FormatWithName(head.signed_at(), screen), "\n");
  }
  if (verified.kept().empty()) {
    absl::StrAppend(&out, "  ",
                    screen.Say("没有给出另存的日志头（--head）：末尾是否缺失记录，看不出来。",
                               "No head that was kept elsewhere was given (--head): whether "
                               "entries at the end are missing does not show."),
                    "\n");
  }
  return out;
}

}  // namespace zhiping::ctl
