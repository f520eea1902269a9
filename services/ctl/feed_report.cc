#include "services/ctl/feed_report.h"

#include "absl/strings/escaping.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "common/sql/log_chain.h"
#include "common/status/status_macros.h"
#include "common/time/timestamp.h"
#include "services/ctl/assessment_options.h"
#include "services/ctl/display_width.h"
#include "services/ctl/receipt_words.h"

namespace zhiping::ctl {
namespace {

namespace v1 = assessment::v1;

std::string SubmissionText(const v1::SubmissionChanged& changed, const Screen& screen) {
  std::string text = absl::StrCat(NameOf(changed.key()), "  ", changed.receipt_no(), "  ",
                                  SubmissionStateName(changed.state(), screen));
  if (changed.stage() != v1::Stage::STAGE_UNSPECIFIED) {
    absl::StrAppend(&text, " ", StageName(changed.stage(), screen));
  }
  absl::StrAppend(&text, "  ", AssuranceName(changed.assurance(), screen));
  if (changed.effective()) absl::StrAppend(&text, screen.Say("  当前有效", "  counts"));
  return text;
}

std::string EventText(const v1::ChangeEntry& entry, const Screen& screen) {
  const v1::AssessmentEvent& event = entry.event();
  if (entry.withheld() && !entry.has_event()) {
    return std::string(screen.Say("未提供    涉及不在本平台登记范围内的企业",
                                  "withheld    of enterprises that this platform is not enrolled "
                                  "for"));
  }
  switch (event.event_case()) {
    case v1::AssessmentEvent::kSubmission:
      return absl::StrCat(screen.Say("提交件    ", "submission  "),
                          SubmissionText(event.submission(), screen));
    case v1::AssessmentEvent::kAssessmentOpened:
      return absl::StrCat(screen.Say("开始填报  ", "opened      "),
                          NameOf(event.assessment_opened().key()));
    case v1::AssessmentEvent::kAssessmentClosure: {
      const v1::AssessmentClosureChanged& changed = event.assessment_closure();
      const std::string name = NameOf(changed.key());
      return changed.has_closure() ? absl::StrCat(screen.Say("结束填报  ", "closed      "), name,
                                                  "  ", changed.closure().reason())
                                   : absl::StrCat(screen.Say("恢复填报  ", "reopened    "), name);
    }
    case v1::AssessmentEvent::kEnterprise:
      return absl::StrCat(screen.Say("企业      ", "enterprise  "),
                          event.enterprise().enterprise().uscc(), "  ",
                          event.enterprise().enterprise().name());
    case v1::AssessmentEvent::kCampaign:
      return absl::StrCat(screen.Say("批次      ", "campaign    "),
                          event.campaign().campaign().campaign());
    case v1::AssessmentEvent::kTargets:
      return absl::StrCat(screen.Say("应报名单  ", "targets     "), event.targets().campaign(),
                          "  ", event.targets().targets_size(), screen.Say(" 家", ""),
                          entry.withheld() ? screen.Say("（只列在本平台登记的企业）",
                                                        " (only those this platform is enrolled "
                                                        "for)")
                                           : "");
    case v1::AssessmentEvent::kPeriodClosed:
      return absl::StrCat(screen.Say("定期数据  ", "period      "),
                          event.period_closed().campaign(), "  ", event.period_closed().period());
    default:
      return std::string(
          screen.Say("未知（由更新版本的服务写入）", "unknown (of a newer service)"));
  }
}

}  // namespace

std::string ChangeLine(const v1::ChangeEntry& entry, const Zone& zone, const Screen& screen) {
  constexpr int kPositionWidth = 6;
  return absl::StrCat(PadLeft(entry.position(), kPositionWidth), "  ", zone.Format(entry.instant()),
                      "  ", InOneLine(EventText(entry, screen)), "\n");
}

ChangeChain::ChangeChain(const v1::ChangeCursor& after)
    : position_(0), hash_(after.hash().empty() ? sql::FirstHash() : after.hash()) {
  // A cursor that is none begins nowhere: the service refuses it.
  if (!absl::SimpleAtoi(after.position(), &position_)) position_ = 0;
}

absl::Status ChangeChain::Add(const v1::ChangeEntry& entry) {
  sql::LogEntry hashed = {0, entry.previous_hash(), entry.hash(),
                          absl::ToUnixMicros(FromTimestamp(entry.instant())), entry.event_bytes()};
  if (!absl::SimpleAtoi(entry.position(), &hashed.position)) hashed.position = 0;
  constexpr char kLog[] = "changes";
  RETURN_IF_ERROR(entry.withheld() ? sql::CheckLink(kLog, position_, hash_, hashed)
                                   : sql::CheckEntry(kLog, position_, hash_, hashed));
  position_ = hashed.position;
  hash_ = hashed.hash;
  return absl::OkStatus();
}

std::string ChangesReport(const v1::ListSubmissionChangesResponse& response, const Zone& zone,
                          const Screen& screen) {
  std::string out;
  int withheld = 0;
  for (const v1::ChangeEntry& entry : response.entries()) {
    absl::StrAppend(&out, ChangeLine(entry, zone, screen));
    withheld += entry.withheld() ? 1 : 0;
  }
  if (withheld > 0) {
    const std::string count = absl::StrCat(withheld);
    absl::StrAppend(
        &out,
        screen.Say(absl::StrCat("其中 ", count,
                                " 条涉及不在本平台登记范围内的企业，内容未提供，按所载哈希"
                                "校验。新登记的企业，此前的内容从头读取即得。"),
                   absl::StrCat(count,
                                " are of enterprises that this platform is not enrolled for: "
                                "withheld, and verified by the hash that they state. Once it "
                                "is enrolled, reading from the beginning gives them.")),
        "\n");
  }
  absl::StrAppend(&out, response.at_end() ? screen.Say("已到末尾。", "That is all so far. ")
                                          : screen.Say("后面还有。", "There are more. "));
  if (response.next().position().empty()) return absl::StrCat(out, "\n");
  return absl::StrCat(out, screen.Say("继续读取：--after ", "To go on: --after "),
                      CursorText(response.next()), "\n");
}

std::string CursorText(const v1::ChangeCursor& cursor) {
  return absl::StrCat(cursor.incarnation(), ":", cursor.position(), ":",
                      absl::BytesToHexString(cursor.hash()));
}

}  // namespace zhiping::ctl
