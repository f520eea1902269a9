#include "services/ctl/catalogue_errors.h"

#include <string>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "common/status/error.h"

namespace zhiping::ctl {
namespace {

using common::v1::LocalText;

struct Option {
  absl::string_view field, option;
};

constexpr Option kOptions[] = {
    {"actor.name", "--actor"},   {"actor.reason", "--reason"}, {"above", "--above"},
    {"instance.id", "INSTANCE"}, {"programme", "--programme"},
};

// A sentence about a field begins with its name.
void SayOptions(LocalText& message) {
  for (std::string* const text : {message.mutable_zh(), message.mutable_en()}) {
    for (const auto& [field, option] : kOptions) {
      if (!absl::StartsWith(*text, absl::StrCat(field, " "))) continue;
      text->replace(0, field.size(), std::string(option));
      break;
    }
  }
}

std::string ValueOf(const ErrorDetail& detail, absl::string_view key) {
  for (const auto& entry : detail.metadata()) {
    if (entry.key() == key) return entry.value();
  }
  return "";
}

void Append(const std::string& zh, const std::string& en, LocalText& message) {
  message.mutable_zh()->append(zh);
  absl::StrAppend(message.mutable_en(), " ", en);
}

void AddNextStep(ErrorDetail& detail) {
  LocalText& message = *detail.mutable_message();
  switch (detail.reason()) {
    case Reason::PENDING_EXISTS: {
      const std::string revision = ValueOf(detail, "pendingRevision");
      message = MakeText(
          absl::StrCat("修订号 ", revision, " 正等待启用。请等它启用；要取消它，请加上 ",
                       "--cancel-pending ", revision,
                       "；此时 rollback 写了 --to 或 --withdraw 才回退，否则只取消。"),
          absl::StrCat("Revision ", revision, " is pending. Wait until it is in force, or cancel ",
                       "it with --cancel-pending ", revision,
                       "; a rollback then goes back only with --to or --withdraw, and otherwise ",
                       "only cancels."));
      return;
    }
    case Reason::NOT_PENDING:
      return Append("zhipingctl release status 显示待启用的发布版。",
                    "zhipingctl release status shows what is pending.", message);
    case Reason::REVISION_AHEAD: {
      const std::string revision = ValueOf(detail, "revision");
      const std::string fence =
          absl::StrCat("zhipingctl release fence --programme ", ValueOf(detail, "programme"),
                       " --above ", revision, " --reason ");
      message = MakeText(
          absl::StrCat("标准目录服务见到过修订号 ", revision, " 的有效签名，高于它自己的修订号；",
                       "请先调高修订号（", fence, "原因），再发布或回退。"),
          absl::StrCat("The catalogue met a valid signature of revision ", revision,
                       ", above its own. First run ", fence, "TEXT, then publish or roll back."));
      return;
    }
    case Reason::LABEL_TAKEN:
      return Append("命令：zhipingctl edition import 年版文件夹。",
                    "The command is zhipingctl edition import FOLDER.", message);
    case Reason::RELEASE_NOT_FOUND:
      return Append("已发布的见 zhipingctl release list；新的先用 zhipingctl edition import 导入。",
                    "zhipingctl release list shows what is published; what is new has to be "
                    "imported first, with zhipingctl edition import.",
                    message);
    case Reason::NEVER_IN_FORCE:
      return Append("用 --to 可指定任一启用过的发布版；各发布版的情况见 zhipingctl release list。",
                    "--to names any release that was in force; zhipingctl release list shows every "
                    "release.",
                    message);
    case Reason::ALREADY_ROLLED_BACK:
      if (!ValueOf(detail, "previousDigest").empty()) {
        Append("发布版用 --to 写明。", "A release is named with --to.", message);
      }
      return Append("谁在何时回退过见 zhipingctl release log。",
                    "zhipingctl release log says who rolled back when.", message);
    case Reason::RELEASE_WITHDRAWN:
      return Append("各发布版的情况见 zhipingctl release list。",
                    "zhipingctl release list shows every release.", message);
    case Reason::NO_ACTIVE_RELEASE:
      if (const std::string revision = ValueOf(detail, "pendingRevision"); !revision.empty()) {
        const std::string programme = ValueOf(detail, "programme");
        message = MakeText(
            absl::StrCat(
                "评测体系 ", programme, " 还没有现行发布版，首次发布的修订号 ", revision,
                " 正等待启用：不能回退，也不能只取消它。要取代它，请发布另一个，或用 --at ",
                "另定时间发布同一个：zhipingctl release publish 发布版 --cancel-pending ", revision,
                " --reason 原因。"),
            absl::StrCat("Programme ", programme, " has no release in force yet, and revision ",
                         revision, ", the first, is pending: there is nothing to roll back to, ",
                         "and it cannot just be cancelled. To replace it, publish another one, ",
                         "or the same one at another time with --at: zhipingctl release publish ",
                         "RELEASE --cancel-pending ", revision, " --reason TEXT."));
        return;
      }
      return Append("启用发布版用 zhipingctl release publish。",
                    "zhipingctl release publish puts one in force.", message);
    case Reason::LOOPBACK_ONLY:
      return Append("请在标准目录服务所在的机器上执行这条命令。",
                    "Run this command on the machine of the catalogue.", message);
    case Reason::ALREADY_IN_FORCE:
      return Append("回退到更早的用 --to 指定，各发布版见 zhipingctl release list。",
                    "Name an earlier one with --to; zhipingctl release list shows every release.",
                    message);
    case Reason::UNKNOWN_PROGRAMME:
      return Append(
          "已有的评测体系见 zhipingctl release list；新的随 zhipingctl edition import 建立。",
          "zhipingctl release list shows those there are; zhipingctl edition import makes "
          "a new one.",
          message);
    case Reason::OUTSIDE_SCOPE:
      return Append("本账号有权限的评测体系见 zhipingctl whoami，用 --programme 指定其中一个。",
                    "zhipingctl whoami shows the programmes of this account; --programme names "
                    "one.",
                    message);
    case Reason::UNKNOWN_INSTANCE:
      return Append("全部实例见 zhipingctl release status。",
                    "zhipingctl release status lists all instances.", message);
    default:
      return;
  }
}

}  // namespace

absl::Status WithNextStep(const absl::Status& status) {
  if (status.ok()) return status;
  ErrorDetail detail = DetailOf(status);
  SayOptions(*detail.mutable_message());
  for (auto& violation : *detail.mutable_violations()) SayOptions(*violation.mutable_message());
  AddNextStep(detail);
  return MakeError(status.code(), detail);
}

absl::Status WithUnknownOutcome(const absl::Status& status) {
  ErrorDetail detail = DetailOf(status);
  if (detail.reason() == Reason::COMMIT_UNKNOWN) {
    *detail.mutable_message() =
        MakeText("标准目录服务未能确认修改是否已保存。",
                 "The catalogue does not know whether the change was saved.");
  } else if (detail.reason() == Reason::SERVICE_UNREACHABLE) {
    // Of several attempts only the last is told.
    Append("如果连接是中途断开的，修改可能已经生效：再试之前请先看 zhipingctl release status。",
           "If the connection broke on the way, the change may have been made: look at "
           "zhipingctl release status before trying again.",
           *detail.mutable_message());
    return MakeError(status.code(), detail);
  } else if (detail.reason() != Reason::DEADLINE_PASSED) {
    return status;
  }
  Append("修改可能已经生效：再试之前请先看 zhipingctl release status。",
         "The change may have been made: look at zhipingctl release status before trying again.",
         *detail.mutable_message());
  return MakeError(status.code(), detail);
}

}  // namespace zhiping::ctl
