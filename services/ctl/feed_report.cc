#include "services/ctl/feed_report.h"

#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
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

std::string EventText(const v1::AssessmentEvent& event, const Screen& screen) {
  switch (event.event_case()) {
    case v1::AssessmentEvent::kSubmission:
      return absl::StrCat(screen.Say("提交件    ", "submission  "),
                          SubmissionText(event.submission(), screen));
    case v1::AssessmentEvent::kAssessmentOpened: {
      const v1::AssessmentKey& key = event.assessment_opened().key();
      return absl::StrCat(screen.Say("开始填报  ", "opened      "), key.enterprise(), "/",
                          key.plant(), "/", key.campaign());
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
                          "  ", event.targets().targets_size(), screen.Say(" 家", ""));
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
                      "  ", InOneLine(EventText(entry.event(), screen)), "\n");
}

std::string ChangesReport(const v1::ListSubmissionChangesResponse& response, const Zone& zone,
                          const Screen& screen) {
  std::string out;
  for (const v1::ChangeEntry& entry : response.entries()) {
    absl::StrAppend(&out, ChangeLine(entry, zone, screen));
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
