#include "services/ctl/submission_table.h"

#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "services/ctl/assessment_words.h"
#include "services/ctl/display_width.h"
#include "services/ctl/receipt_words.h"
#include "services/ctl/table.h"

namespace zhiping::ctl {
namespace {

namespace v1 = assessment::v1;

std::string Index(const common::v1::Ratio& index) {
  return index.has_basis_points() ? Percent(index.basis_points()) : "–";
}

std::string Marks(const v1::SubmissionSummary& summary, const Screen& screen) {
  std::vector<std::string> marks;
  const auto add = [&](int count, absl::string_view zh, absl::string_view en) {
    if (count > 0) marks.push_back(absl::StrCat(count, screen.Say(zh, en)));
  };
  add(summary.findings(), " 项认定", " findings");
  add(summary.open_comments(), " 条意见", " comments");
  if (summary.evidence_matches()) {
    marks.emplace_back(screen.Say("材料与他人相同", "shares a file"));
  }
  return absl::StrJoin(marks, screen.Say("、", ", "));
}

}  // namespace

std::string SubmissionTable(const SubmissionSummaries& submissions, int total, const Zone& zone,
                            const Screen& screen) {
  if (submissions.empty()) {
    return absl::StrCat(screen.Say("没有符合条件的提交件。", "There is no such submission."), "\n");
  }
  Table table({{std::string(screen.Say("回执编号", "receipt no."))},
               {std::string(screen.Say("提交时间", "submitted"))},
               {std::string(screen.Say("批次", "campaign"))},
               {std::string(screen.Say("次", "no.")), true},
               {std::string(screen.Say("得分率", "index")), true},
               {std::string(screen.Say("状态", "state"))},
               {std::string(screen.Say("有效", "counts"))},
               {std::string(screen.Say("企业", "enterprise"))}});
  for (const v1::SubmissionSummary& summary : submissions) {
    table.AddRow({summary.receipt_no(), zone.Format(summary.submitted_at()),
                  summary.key().campaign(), absl::StrCat(summary.key().number()),
                  Index(summary.index()), StateText(summary.state(), summary.stage(), screen),
                  std::string(summary.effective() ? screen.Say("是", "yes") : ""),
                  EnterpriseName(summary.enterprise_name(), summary.is_test(), screen)});
  }
  return absl::StrCat(table.Render(screen, 0), TotalLine(submissions.size(), total, screen));
}

std::string QueueTable(const SubmissionSummaries& submissions, int total, const Zone& zone,
                       const Screen& screen) {
  if (submissions.empty()) {
    return absl::StrCat(screen.Say("没有待办的提交件。", "Nothing waits."), "\n");
  }
  Table table({{std::string(screen.Say("回执编号", "receipt no."))},
               {std::string(screen.Say("阶段", "stage"))},
               {std::string(screen.Say("时限", "due"))},
               {std::string(screen.Say("得分率", "index")), true},
               {std::string(screen.Say("办理", "in hand"))},
               {std::string(screen.Say("注意", "note"))},
               {std::string(screen.Say("企业", "enterprise"))}});
  for (const v1::SubmissionSummary& summary : submissions) {
    table.AddRow({summary.receipt_no(), StageName(summary.stage(), screen),
                  summary.has_due_at() ? zone.FormatEnd(summary.due_at()) : "–",
                  Index(summary.index()),
                  !summary.has_taken()          ? std::string(screen.Say("未领取", "free"))
                  : summary.taken().by_caller() ? std::string(screen.Say("本人", "you"))
                                                : summary.taken().name(),
                  Marks(summary, screen),
                  EnterpriseName(summary.enterprise_name(), summary.is_test(), screen)});
  }
  return absl::StrCat(table.Render(screen, 0), TotalLine(submissions.size(), total, screen));
}

std::string EvidenceMatchesReport(const v1::ListEvidenceMatchesResponse& response,
                                  const Screen& screen) {
  if (response.matches().empty()) {
    return absl::StrCat(screen.Say("没有与其他企业相同的佐证材料。",
                                   "No other enterprise has handed in one of its files."),
                        "\n");
  }
  std::string out;
  for (const v1::EvidenceMatch& match : response.matches()) {
    absl::StrAppend(&out, screen.Bold(match.evidence().name()), "  ",
                    match.evidence().sha256().substr(0, 12), "…\n");
    for (const v1::SubmissionSummary& other : match.others()) {
      absl::StrAppend(&out,
                      Hang("  - ", absl::StrCat(other.enterprise_name(), "  ", other.receipt_no()),
                           screen.width));
    }
    if (match.elsewhere() > 0) {
      absl::StrAppend(&out, screen.Say(absl::StrCat("  - 辖区外还有 ", match.elsewhere(), " 家\n"),
                                       absl::StrCat("  - elsewhere: ", match.elsewhere(), "\n")));
    }
  }
  return absl::StrCat(out, Hang("",
                                screen.Say("文件相同不等于有问题，请核实。",
                                           "The same file is no proof of anything: ask."),
                                screen.width));
}

}  // namespace zhiping::ctl
