// enterprise accesses: who of others has read an enterprise's files.
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "common/status/status_macros.h"
#include "services/ctl/assessment_options.h"
#include "services/ctl/assessment_words.h"
#include "services/ctl/commands.h"
#include "services/ctl/page_options.h"
#include "services/ctl/table.h"

namespace zhiping::ctl {
namespace {

namespace v1 = assessment::v1;

struct AccessesOptions {
  AssessmentOptions service;
  PageOptions page;
  std::string uscc;
};

struct Word {
  absl::string_view id, zh, en;
};

constexpr Word kRoles[] = {{"reviewer", "审核员", "reviewer"},
                           {"unit-head", "审核单位负责人", "head of a unit"},
                           {"campaign-officer", "批次管理员", "campaign officer"},
                           {"platform", "平台", "platform"}};

constexpr Word kActs[] = {
    {"GetEnterprise", "查看登记信息", "read the entry"},
    {"GetAssessment", "查看填报内容", "read the draft"},
    {"Preview", "预览得分", "previewed the score"},
    {"GetSubmission", "查看提交件", "read a submission"},
    {"ListSubmissions", "列出提交件", "listed submissions"},
    {"GetEffectiveResult", "查看有效结果", "read what counts"},
    {"GetReceipt", "取回执", "fetched a receipt"},
    {"ListQueue", "查看待办列表", "read the queue"},
    {"ListEvidenceMatches", "比对佐证材料", "compared evidence"},
    {"ExportSubmissions", "导出", "exported"},
    {"CloseAssessment", "结束填报", "closed the assessment"},
    {"ReopenAssessment", "恢复填报", "reopened the assessment"},
    {"Take", "领取", "took it in hand"},
    {"Release", "退出办理", "let it go"},
    {"Assign", "分派", "assigned it"},
    {"RecordFindings", "记录认定", "recorded findings"},
    {"Approve", "审核通过", "approved"},
    {"BatchApprove", "批量审核通过", "approved in a batch"},
    {"ReturnToEnterprise", "退回企业", "returned it to the enterprise"},
    {"ReturnToPreviousStage", "退回上一级", "returned it to the stage before"},
    {"Reject", "不予通过", "rejected"},
    {"RecallDecision", "撤回决定", "recalled the decision"},
    {"Revoke", "撤销确认", "revoked the confirmation"},
    {"AddComment", "记录意见", "commented"},
    {"ResolveComment", "了结意见", "closed a comment"},
    {"DecideObjection", "处理异议", "decided an objection"},
    {"ListSubmissionChanges", "读取变更日志", "read the log of changes"},
    {"WatchSubmissions", "读取变更日志", "read the log of changes"}};

// The id itself, of what a newer service calls otherwise.
template <size_t kCount>
std::string Say(const Word (&words)[kCount], const std::string& id, const Screen& screen) {
  for (const Word& word : words) {
    if (word.id == id) return std::string(screen.Say(word.zh, word.en));
  }
  return id;
}

std::string Report(const v1::ListAccessesResponse& list, const Zone& zone, const Screen& screen) {
  if (list.accesses().empty()) {
    return absl::StrCat(screen.Say("还没有其他人查阅过本企业的材料。",
                                   "Nobody else has read the enterprise's files yet."),
                        "\n");
  }
  Table table({{std::string(screen.Say("时间", "time"))},
               {std::string(screen.Say("单位", "unit"))},
               {std::string(screen.Say("身份", "as"))},
               {std::string(screen.Say("事项", "act"))},
               {std::string(screen.Say("材料", "file"))},
               {std::string(screen.Say("目的", "purpose"))}});
  for (const v1::FileAccess& access : list.accesses()) {
    table.AddRow({zone.Format(access.read_at()), access.unit_name(),
                  Say(kRoles, access.role(), screen), Say(kActs, access.method(), screen),
                  access.file(), access.purpose()});
  }
  return absl::StrCat(table.Render(screen, 0),
                      TotalLine(list.accesses_size(), list.total_size(), screen));
}

absl::StatusOr<int> Accesses(const AccessesOptions& options, const CommandLine& line) {
  ASSIGN_OR_RETURN(const AssessmentAccess access, OpenAssessmentService(options.service));
  v1::ListAccessesRequest request;
  ASSIGN_OR_RETURN(*request.mutable_enterprise(), EnterpriseOf(options.uscc, *access.client));
  ASSIGN_OR_RETURN(const auto list, SomePages(request, options.page, [&](const auto& page) {
                     return access.client->Call(&Assessments::ListAccesses, page);
                   }));
  Print(line.json ? ToJson(list) : Report(list, access.zone, line.screen), line.screen);
  return kExitOk;
}

}  // namespace

void AddEnterpriseAccessesCommand(CLI::App& enterprise, CommandLine& line) {
  const auto options = std::make_shared<AccessesOptions>();
  CLI::App* const command =
      AddCommand(enterprise, line, "accesses", "列出谁查阅过本企业的材料，从最近的起（企业）",
                 "List who of others read the enterprise's files, the latest first (for "
                 "enterprises)");
  AddOption(*command, line, "USCC", options->uscc, "", kUsccZh, kUsccEn);
  AddPageOptions(*command, line, options->page);
  AddAssessmentOptions(*command, line, options->service);
  RunWith(*command, line, options, &Accesses);
}

}  // namespace zhiping::ctl
