#include "services/ctl/assessment_errors.h"

#include "absl/strings/match.h"
#include "absl/strings/str_replace.h"
#include "absl/strings/string_view.h"
#include "common/status/error.h"

namespace zhiping::ctl {
namespace {

using common::v1::LocalText;

struct Option {
  absl::string_view field, option;
};

// Longer names stand before those that they begin with.
constexpr Option kOptions[] = {
    {"campaign.campaign", "CAMPAIGN"},
    {"campaign.programme", "--programme"},
    {"campaign.year", "--year"},
    {"campaign.title.zh", "--title"},
    {"campaign.title.en", "--title-en"},
    {"campaign.title", "--title"},
    {"campaign.opensAt", "--opens"},
    {"campaign.closesAt", "--closes"},
    {"campaign.releaseDigest", "--release"},
    {"campaign.review.perMille", "--per-mille"},
    {"campaign.review.seed", "--seed-file"},
    {"campaign.review.mode", "--review"},
    {"campaign.review", "--review"},
    {"campaign.dueDays", "--due-days"},
    {"campaign.returnDays", "--return-days"},
    {"campaign.appealDays", "--appeal-days"},
    {"campaign.takeTtl", "--take-ttl"},
    {"campaign.commitment.version", "--commitment-version"},
    {"campaign.commitment.text", "--commitment-file"},
    {"commitmentGivenBy", "--given-by"},
    {"releaseDigest", "--release"},
    {"requestId", "--request-id"},
    {"reason", "--reason"},
    {"note", "--note"},
    {"purpose", "--purpose"},
    {"month", "--month"},
    {"text", "--text"},
    {"application", "--application"},
};

// A sentence about a field begins with its name; who a platform acts for is no field.
void SayOptions(LocalText& message) {
  absl::StrReplaceAll({{"在元数据 zhiping-acting-for 中", "用 --acting-for "},
                       {"Preview 列出全部", "assessment preview 列出全部"},
                       {"GetAssessment 给出全部", "assessment show 给出全部"},
                       {"用 Rebase 改用", "用 zhipingctl assessment rebase 改用"}},
                      message.mutable_zh());
  absl::StrReplaceAll({{"in the metadata zhiping-acting-for", "by --acting-for"},
                       {"Preview lists them all", "assessment preview lists them all"},
                       {"of which GetAssessment has all", "of which assessment show has all"},
                       {"in force by Rebase", "in force by zhipingctl assessment rebase"}},
                      message.mutable_en());
  for (std::string* const text : {message.mutable_zh(), message.mutable_en()}) {
    for (const auto& [field, option] : kOptions) {
      const bool named = absl::StartsWith(*text, absl::StrCat(field, " ")) ||
                         absl::StartsWith(*text, absl::StrCat(field, "."));
      if (!named) continue;
      text->replace(0, field.size(), std::string(option));
      break;
    }
  }
}

struct Advice {
  Reason::Value reason;
  absl::string_view zh, en;
};

constexpr Advice kAdvice[] = {
    {Reason::INCOMPLETE,
     "用 zhipingctl assessment export 导出填报表，填写后用 assessment import 导入。",
     "zhipingctl assessment export writes the answers to a file, and assessment import reads it."},
    {Reason::ASSESSMENT_NOT_FOUND,
     "开始填报用 zhipingctl assessment open；已有的见 assessment list。",
     "zhipingctl assessment open begins one, assessment list shows those there are."},
    {Reason::ASSESSMENT_EXISTS, "查看用 zhipingctl assessment show。",
     "zhipingctl assessment show shows it."},
    {Reason::CAMPAIGN_NOT_FOUND, "已有的批次见 zhipingctl campaign list。",
     "zhipingctl campaign list shows those there are."},
    {Reason::NO_REPIN_PENDING, "批次的情况见 zhipingctl campaign show。",
     "zhipingctl campaign show shows the campaign."},
    {Reason::SUBMISSION_NOT_FOUND, "已有的见 zhipingctl submission list。",
     "zhipingctl submission list shows those there are."},
    {Reason::ENTERPRISE_NOT_FOUND, "登记企业用 zhipingctl enterprise import。",
     "zhipingctl enterprise import registers enterprises."},
    {Reason::FIELD_NOT_YOURS, "申请变更用 zhipingctl enterprise request-change。",
     "zhipingctl enterprise request-change asks for it."},
    {Reason::CHANGE_NOT_FOUND, "变更申请见 zhipingctl enterprise changes。",
     "zhipingctl enterprise changes lists the requests."},
    {Reason::NOT_TAKEN, "领取用 zhipingctl review take。", "zhipingctl review take takes it."},
    {Reason::TAKEN_BY_ANOTHER, "谁在办理见 zhipingctl review queue。",
     "zhipingctl review queue shows who has it."},
    {Reason::OPEN_COMMENTS,
     "未结意见见 zhipingctl submission show，了结用 review resolve；有问题的件用 review approve "
     "单独处理。",
     "zhipingctl submission show lists open comments and review resolve closes them; a file with "
     "findings is approved by itself, with review approve."},
    {Reason::OUTSIDE_SCOPE, "令牌的全部内容见 zhipingctl whoami。",
     "zhipingctl whoami shows all that the token holds."},
    {Reason::FEED_REWOUND, "请不带 --after 从头读取。",
     "Read from the beginning, without --after."},
};

void AddAdvice(ErrorDetail& detail) {
  for (const Advice& advice : kAdvice) {
    if (advice.reason != detail.reason()) continue;
    detail.mutable_message()->mutable_zh()->append(std::string(advice.zh));
    absl::StrAppend(detail.mutable_message()->mutable_en(), " ", advice.en);
  }
}

std::string TextOf(const google::protobuf::Message& message, const std::string& field) {
  const auto* const found = message.GetDescriptor()->FindFieldByName(field);
  return found == nullptr ? "" : message.GetReflection()->GetString(message, found);
}

}  // namespace

LocalText InCommands(LocalText message) {
  SayOptions(message);
  return message;
}

absl::Status WithAssessmentAdvice(const absl::Status& status) {
  ErrorDetail detail = DetailOf(status);
  SayOptions(*detail.mutable_message());
  for (auto& violation : *detail.mutable_violations()) SayOptions(*violation.mutable_message());
  AddAdvice(detail);
  return MakeError(status.code(), detail);
}

std::string RetryArguments(const google::protobuf::Message& request) {
  std::string arguments;
  const std::string id = TextOf(request, "request_id");
  const std::string etag = TextOf(request, "etag");
  if (!id.empty()) absl::StrAppend(&arguments, " --request-id ", id);
  if (!etag.empty()) absl::StrAppend(&arguments, " --etag ", etag);
  return arguments;
}

absl::Status WithRetry(const absl::Status& status, const std::string& arguments) {
  ErrorDetail detail = DetailOf(status);
  switch (detail.reason()) {
    case Reason::COMMIT_UNKNOWN:
    case Reason::SERVICE_UNREACHABLE:
    case Reason::DEADLINE_PASSED:
      break;
    default:
      return status;
  }
  if (arguments.empty()) return status;
  absl::StrAppend(detail.mutable_message()->mutable_zh(),
                  "操作可能已经生效：再试时请在原命令后加上", arguments, "，不会重复执行。");
  absl::StrAppend(detail.mutable_message()->mutable_en(),
                  " It may have been done: repeat the command with", arguments,
                  ", and it is done once.");
  return MakeError(status.code(), detail);
}

}  // namespace zhiping::ctl
