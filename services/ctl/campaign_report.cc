#include "services/ctl/campaign_report.h"

#include <utility>

#include "absl/strings/str_cat.h"
#include "common/time/timestamp.h"
#include "services/ctl/assessment_words.h"
#include "services/ctl/display_width.h"
#include "services/ctl/receipt_words.h"
#include "services/ctl/table.h"
#include "services/ctl/words.h"

namespace zhiping::ctl {
namespace {

using assessment::v1::Campaign;

std::string Window(const Campaign& campaign, const Zone& zone, const Screen& screen) {
  return absl::StrCat(zone.Format(campaign.opens_at()), screen.Say(" 至 ", " to "),
                      campaign.has_closes_at()
                          ? zone.FormatEndWithName(campaign.closes_at(), screen)
                          : std::string(screen.Say("长期（常态化自评）", "no end")));
}

std::string DueDays(const Campaign& campaign, const Screen& screen) {
  const auto& days = campaign.due_days();
  if (days.county() == 0 && days.city() == 0 && days.province() == 0) return "";
  return std::string(screen.Say(absl::StrCat("县级 ", days.county(), " 天，市级 ", days.city(),
                                             " 天，省级 ", days.province(), " 天"),
                                absl::StrCat("county ", days.county(), ", city ", days.city(),
                                             ", province ", days.province(), " days")));
}

std::string PendingRepin(const Campaign& campaign, const Zone& zone, const Screen& screen) {
  if (!campaign.has_pending_repin()) return "";
  const auto& repin = campaign.pending_repin();
  return absl::StrCat(repin.release_label(), " ", ShortDigest(repin.release_digest()),
                      screen.Say("（", " ("), zone.Format(repin.requested_at()),
                      screen.Say(" 提出，待第二人批准：", ", waits for a second person: "),
                      repin.reason(), screen.Say("）", ")"));
}

std::string Days(int32_t days, const Screen& screen) {
  return absl::StrCat(days, screen.Say(" 天", days == 1 ? " day" : " days"));
}

}  // namespace

std::string CampaignReport(const Campaign& campaign, const Zone& zone, const Screen& screen) {
  const auto field = [&](absl::string_view zh, absl::string_view en, std::string value) {
    return std::make_pair(std::string(screen.Say(zh, en)), std::move(value));
  };
  const std::string release =
      campaign.release_digest().empty()
          ? std::string(screen.Say("开始填报时的现行发布版", "the one in force when it is opened"))
          : absl::StrCat(campaign.release_label(), " ", ShortDigest(campaign.release_digest()));
  return absl::StrCat(
      screen.Bold(screen.Say(campaign.title())), "\n",
      Fields(
          {field("批次", "campaign", campaign.campaign()),
           field("评测体系", "programme", campaign.programme()),
           field("年份", "year", absl::StrCat(campaign.year())),
           field("填报时间", "window", Window(campaign, zone, screen)),
           field("发布版", "release", release),
           field("待批准的换版", "pending repin", PendingRepin(campaign, zone, screen)),
           field("已换版", "repins",
                 campaign.repins() == 0 ? ""
                                        : absl::StrCat(campaign.repins(), screen.Say(" 次", ""))),
           field("审核方式", "review", ReviewPolicyText(campaign.review(), screen)),
           field("审核时限", "due", DueDays(campaign, screen)),
           field("退回后重报", "returns", Days(campaign.return_days(), screen)),
           field("异议期", "objections",
                 campaign.appeal_days() == 0 ? std::string(screen.Say("不受理", "none"))
                                             : Days(campaign.appeal_days(), screen)),
           field("参加范围", "who",
                 campaign.targets_only()
                     ? std::string(screen.Say("只限应报名单中的企业", "targets only"))
                     : std::string(screen.Say("全部企业", "every enterprise"))),
           field("承诺书", "commitment", campaign.commitment().version()),
           field("版本", "etag", campaign.etag())},
          screen),
      Hang("  ", screen.Say(campaign.commitment().text()), screen.width));
}

std::string CampaignList(const assessment::v1::ListCampaignsResponse& list, absl::Time now,
                         const Zone& zone, const Screen& screen) {
  if (list.campaigns().empty()) {
    return absl::StrCat(screen.Say("没有符合条件的批次。", "There is no such campaign."), "\n");
  }
  Table table({{std::string(screen.Say("批次", "campaign"))},
               {std::string(screen.Say("状态", "state"))},
               {std::string(screen.Say("截止", "closes"))},
               {std::string(screen.Say("发布版", "release"))},
               {std::string(screen.Say("审核", "review"))},
               {std::string(screen.Say("名称", "title"))}});
  for (const Campaign& campaign : list.campaigns()) {
    const bool begun = FromTimestamp(campaign.opens_at()) <= now;
    const bool over = campaign.has_closes_at() && FromTimestamp(campaign.closes_at()) <= now;
    table.AddRow({campaign.campaign(),
                  over    ? std::string(screen.Say("已截止", "closed"))
                  : begun ? screen.Good(screen.Say("开放", "open"))
                          : screen.Waiting(screen.Say("未开始", "not yet")),
                  campaign.has_closes_at() ? zone.FormatEnd(campaign.closes_at())
                                           : std::string(screen.Say("长期", "never")),
                  campaign.release_label().empty() ? std::string(screen.Say("现行", "in force"))
                                                   : campaign.release_label(),
                  ReviewPolicyText(campaign.review(), screen),
                  std::string(screen.Say(campaign.title()))});
  }
  return absl::StrCat(table.Render(screen, 0),
                      TotalLine(list.campaigns_size(), list.total_size(), screen));
}

std::string TargetList(const assessment::v1::ListTargetsResponse& list, const Screen& screen) {
  if (list.targets().empty()) {
    return absl::StrCat(screen.Say("应报名单是空的。", "The target list is empty."), "\n");
  }
  Table table({{std::string(screen.Say("统一社会信用代码", "USCC"))},
               {std::string(screen.Say("工厂", "plant"))},
               {std::string(screen.Say("渠道", "channel"))}});
  for (const auto& target : list.targets()) {
    table.AddRow({target.enterprise(), target.plant(), ChannelName(target.channel(), screen)});
  }
  return absl::StrCat(table.Render(screen, 0),
                      TotalLine(list.targets_size(), list.total_size(), screen));
}

}  // namespace zhiping::ctl
