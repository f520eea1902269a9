#include "services/ctl/audit_report.h"

#include <algorithm>

#include "absl/strings/str_cat.h"
#include "common/status/error.h"
#include "services/ctl/table.h"
#include "services/ctl/words.h"

namespace zhiping::ctl {
namespace {

using common::v1::AuditCaller;
using common::v1::AuditEntry;
using common::v1::AuditHead;

std::string WhoCalled(const AuditCaller& caller, const Screen& screen) {
  if (caller.unauthenticated()) {
    return absl::StrCat(caller.name(), screen.Say("（未认证）", " (unauthenticated)"));
  }
  if (!caller.service().empty()) {
    return absl::StrCat(screen.Say("服务 ", "service "), caller.service());
  }
  if (caller.subject().empty()) return std::string(screen.Say("其他调用者", "other callers"));
  std::string who = absl::StrCat(caller.name(), caller.name().empty() ? "" : " ", "<",
                                 caller.subject(), "@", caller.issuer(), ">");
  for (const std::string& of : {caller.review_unit(), caller.uscc()}) {
    if (!of.empty()) absl::StrAppend(&who, " · ", of);
  }
  if (!caller.acting_for().empty()) {
    absl::StrAppend(&who, screen.Say(" · 经办人 ", " · for "), caller.acting_for());
  }
  return who;
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

bool IsBefore(const AuditHead& head, const AuditVerification& verified) {
  return head.position() > 0 && head.position() < verified.first;
}

int64_t CountBefore(const KeptElsewhere& elsewhere, const AuditVerification& verified) {
  return std::count_if(elsewhere.heads.begin(), elsewhere.heads.end(),
                       [&](const AuditHead& head) { return IsBefore(head, verified); });
}

// Other logs of a service that are named.
constexpr size_t kMostOthers = 3;

std::string OtherLogs(const KeptElsewhere& elsewhere, const Zone& zone, const Screen& screen) {
  const size_t count = elsewhere.others.size();
  if (count == 0) return "";
  std::string out =
      absl::StrCat("  ",
                   screen.Say(absl::StrCat("那里还有该服务另外 ", count,
                                           " 份日志的日志头（每个数据库一份）：若它们"
                                           "不是别的实例的，数据库就被换过。"),
                              absl::StrCat("Heads of ", count,
                                           " other logs of the service are kept there, one a "
                                           "database: unless they are of other instances, "
                                           "the database was replaced.")),
                   "\n");
  for (size_t i = 0; i < std::min(count, kMostOthers); ++i) {
    const AuditHead& head = elsewhere.others[i];
    absl::StrAppend(&out, "    ", head.log(), " ",
                    screen.Say(absl::StrCat("位置 ", head.position(), "，签于 "),
                               absl::StrCat("position ", head.position(), ", signed at ")),
                    zone.FormatWithName(head.signed_at(), screen), "\n");
  }
  return out;
}

// What retention removed, and until when it was written.
std::string RemovedReport(const AuditHead& cut, const Zone& zone, const Screen& screen) {
  const std::string until = zone.FormatWithName(cut.signed_at(), screen);
  const int64_t last = cut.position() - 1;
  const std::string range = last == 1 ? "1" : absl::StrCat("1–", last);
  return absl::StrCat("  ",
                      screen.Say(absl::StrCat("开头位置 ", range,
                                              " 的记录已按保留期限删除，都写于 ", until, "之前。"),
                                 absl::StrCat("Retention removed the entries up to position ", last,
                                              ", all written before ", until, ".")),
                      "\n");
}

std::string KeptElsewhereReport(const AuditVerification& verified, const KeptElsewhere& elsewhere,
                                const Zone& zone, const Screen& screen) {
  const int64_t before = CountBefore(elsewhere, verified);
  const int64_t compared = static_cast<int64_t>(elsewhere.heads.size()) - before;
  const AuditHead& last = elsewhere.heads.back();
  std::string out =
      absl::StrCat("  ",
                   screen.Say(absl::StrCat("与 ", elsewhere.keeper, " 保存的 ", compared,
                                           " 个签名日志头一致，最后一个：", last.service(),
                                           "，位置 ", last.position(), "，签于 "),
                              absl::StrCat("It has the ", compared, " signed heads that ",
                                           elsewhere.keeper, " keeps; the last: ", last.service(),
                                           ", position ", last.position(), ", signed at ")),
                   zone.FormatWithName(last.signed_at(), screen), "\n");
  if (before > 0) {
    absl::StrAppend(&out, "  ",
                    screen.Say(absl::StrCat("另有 ", before, " 个早于现存的第一条，无从核对。"),
                               absl::StrCat(before,
                                            " more are before the first entry and were not "
                                            "compared.")),
                    "\n");
  }
  if (elsewhere.contradicting > 0) {
    absl::StrAppend(
        &out, "  ",
        screen.Bad(screen.Say(
            absl::StrCat("其中 ", elsewhere.contradicting,
                         " 个到达时与此前保存的矛盾：那时日志缺过记录，见保存方的运行日志 "
                         "audit_head_conflict。"),
            absl::StrCat(elsewhere.contradicting,
                         " of them contradicted earlier ones when they came: entries were missing "
                         "then; see audit_head_conflict in the log of the service that keeps "
                         "them."))),
        "\n");
  }
  if (elsewhere.refused > 0) {
    const common::v1::LocalText why = DetailOf(elsewhere.refusal).message();
    absl::StrAppend(
        &out, "  ",
        screen.Waiting(screen.Say(
            absl::StrCat("另有 ", elsewhere.refused, " 个的签名无效，未用于核对：", why.zh()),
            absl::StrCat(elsewhere.refused,
                         " more were not compared, since their signatures do "
                         "not count: ",
                         why.en()))),
        "\n");
  }
  return absl::StrCat(out, OtherLogs(elsewhere, zone, screen));
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

std::string AuditVerifiedReport(const AuditVerification& verified, const Zone& zone,
                                const Screen& screen) {
  std::string out;
  if (verified.first == 0) {
    out = absl::StrCat(screen.Say("审计日志里还没有记录。", "The audit log has no entries yet."),
                       "\n");
  } else {
    const int64_t count = verified.last - verified.first + 1;
    const std::string range = absl::StrCat(verified.first, "–", verified.last);
    out = absl::StrCat(
        screen.Good(screen.Say(
            absl::StrCat("审计日志的哈希链校验相符：位置 ", range, "，共 ", count, " 条。"),
            absl::StrCat("The hash chain of the audit log verifies: positions ", range, ", ", count,
                         " entries."))),
        "\n");
  }
  if (verified.cut.position() > 0) {
    absl::StrAppend(&out, RemovedReport(verified.cut, zone, screen));
  }
  for (const AuditHead& head : verified.heads) {
    if (IsBefore(head, verified)) {
      absl::StrAppend(&out, "  ",
                      screen.Say(absl::StrCat("另存的签名日志头早于现存的第一条，无从核对：",
                                              head.service(), "，位置 ", head.position()),
                                 absl::StrCat("Before the first entry, so not compared: the signed "
                                              "head of ",
                                              head.service(), ", position ", head.position())),
                      "\n");
      continue;
    }
    absl::StrAppend(
        &out, "  ",
        screen.Say(absl::StrCat("与另存的签名日志头一致：", head.service(), "，位置 ",
                                head.position(), "，签于 "),
                   absl::StrCat("It has the signed head that was kept: ", head.service(),
                                ", position ", head.position(), ", signed at ")),
        zone.FormatWithName(head.signed_at(), screen), "\n");
  }
  if (verified.elsewhere.has_value()) {
    absl::StrAppend(&out, KeptElsewhereReport(verified, *verified.elsewhere, zone, screen));
  } else if (verified.heads.empty()) {
    absl::StrAppend(
        &out, "  ",
        screen.Say("没有给出另存的日志头（--kept-by 或 --head）：末尾是否缺失记录，"
                   "看不出来。",
                   "No heads that were kept elsewhere were given (--kept-by or --head): "
                   "whether entries at the end are missing does not show."),
        "\n");
  }
  return out;
}

Json AuditVerifiedJson(const AuditVerification& verified) {
  Json json = {{"verified", true},
               {"first", verified.first},
               {"last", verified.last},
               {"heads", verified.heads.size()}};
  if (verified.cut.position() > 0) {
    json["removed"] = {{"last", verified.cut.position() - 1},
                       {"writtenBefore", AsJson(verified.cut)["signedAt"]}};
  }
  if (!verified.elsewhere.has_value()) return json;
  const KeptElsewhere& elsewhere = *verified.elsewhere;
  json["keptBy"] = {{"server", elsewhere.keeper},
                    {"heads", elsewhere.heads.size()},
                    {"beforeFirst", CountBefore(elsewhere, verified)},
                    {"contradicting", elsewhere.contradicting},
                    {"refused", elsewhere.refused},
                    {"last", AsJson(elsewhere.heads.back())},
                    {"otherLogs", Json::array()}};
  for (const AuditHead& head : elsewhere.others) {
    json["keptBy"]["otherLogs"].push_back(AsJson(head));
  }
  return json;
}

}  // namespace zhiping::ctl
