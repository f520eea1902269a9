#include "services/ctl/receipt_report.h"

#include <algorithm>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "services/ctl/display_width.h"
#include "services/ctl/receipt_words.h"
#include "services/ctl/table.h"

namespace zhiping::ctl {
namespace {

using scoring::v1::VerifyReceiptResponse;

// A receipt under another release differs nearly everywhere.
constexpr int kMostShown = 20;

std::string Verdict(const VerifyReceiptResponse& response, const Screen& screen) {
  if (response.valid()) {
    return screen.Bold(
        screen.Say("回执有效：签名可信，内容逐项复算一致",
                   "The receipt is valid: its signature counts, and all of it comes out again"));
  }
  return screen.Bad(screen.Bold(
      screen.Say("回执无效：签名可信，但内容与复算结果不一致，请向签发单位核实",
                 "The receipt is not valid: its signature counts, but it is not what comes out; "
                 "ask whoever issued it")));
}

std::string Recomputation(const VerifyReceiptResponse& response, const Screen& screen) {
  const int different = response.differences_size();
  const int same = std::max(0, response.compared() - different);
  if (different == 0) {
    return std::string(
        screen.Say(absl::StrCat(same, " 项一致"), absl::StrCat(same, " values, all the same")));
  }
  return std::string(screen.Say(absl::StrCat(same, " 项一致，", different, " 项不一致"),
                                absl::StrCat(same, " values the same, ", different, " differ")));
}

std::string Differences(const VerifyReceiptResponse& response, const Screen& screen) {
  if (response.differences().empty()) return "";
  Table table({{std::string(screen.Say("字段", "field"))},
               {std::string(screen.Say("回执所载", "signed"))},
               {std::string(screen.Say("复算所得", "recomputed"))}});
  const int shown = std::min(kMostShown, response.differences_size());
  for (const auto& difference : response.differences()) {
    if (&difference - &response.differences(0) == shown) break;
    const auto text = [](const std::string& value) { return value.empty() ? "–" : value; };
    table.AddRow(
        {difference.field(), text(difference.signed_value()), text(difference.recomputed_value())});
  }
  std::string out = absl::StrCat(SectionTitle(screen.Say("不一致的各项", "What differs"), screen),
                                 table.Render(screen, 2));
  if (const int more = response.differences_size() - shown; more > 0) {
    absl::StrAppend(&out, screen.Say(absl::StrCat("  另有 ", more, " 项，用 --json 查看\n"),
                                     absl::StrCat("  and ", more, " more: --json shows them\n")));
  }
  return out;
}

}  // namespace

std::string ReceiptReport(const VerifyReceiptResponse& response, const Zone& zone,
                          const Screen& screen) {
  const auto& receipt = response.receipt();
  const auto& content = receipt.content();
  const auto& snapshot = content.snapshot();
  const auto named = [&](const std::string& name, const std::string& id) {
    return name.empty() ? id
                        : absl::StrCat(name, screen.Say("（", " ("), id, screen.Say("）", ")"));
  };
  const std::string reviewed = receipt.has_reviewed_result()
                                   ? IndexText(receipt.reviewed_result().index(), screen)
                                   : std::string();
  const std::string submission =
      absl::StrCat(receipt.submission().campaign(),
                   screen.Say(absl::StrCat("，第 ", receipt.submission().number(), " 次提交"),
                              absl::StrCat(", submission ", receipt.submission().number())));
  const auto field = [&](absl::string_view zh, absl::string_view en, std::string value) {
    return std::make_pair(std::string(screen.Say(zh, en)), std::move(value));
  };
  return absl::StrCat(
      Verdict(response, screen), "\n",
      Fields(
          {field("回执编号", "receipt no.", response.receipt_no()),
           field("种类", "kind", ReceiptKindName(receipt.kind(), screen)),
           field("企业", "enterprise", named(snapshot.name(), snapshot.uscc())),
           field("工厂", "plant", named(snapshot.plant_name(), snapshot.plant())),
           field("批次", "campaign", submission), field("年版", "edition", receipt.edition_title()),
           field("版本", "release", ReleaseName(receipt, screen)),
           field("提交时间", "submitted at", zone.FormatWithName(content.submitted_at(), screen)),
           field("参考得分率", "index", IndexText(content.result().index(), screen)),
           field("审核后参考得分率", "reviewed index", reviewed),
           field("核验状态", "assurance", AssuranceName(receipt.assurance(), screen)),
           field("提交件状态", "state", SubmissionStateName(receipt.state(), screen)),
           field("签名", "signed by", absl::StrJoin(response.key_ids(), screen.Say("、", ", "))),
           field("签署时间", "signed at", zone.FormatWithName(receipt.signed_at(), screen)),
           field("逐项复算", "recomputed", Recomputation(response, screen))},
          screen),
      Differences(response, screen), "\n", Hang("", screen.Say(receipt.statement()), screen.width));
}

}  // namespace zhiping::ctl
