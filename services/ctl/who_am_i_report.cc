#include "services/ctl/who_am_i_report.h"

#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "common/identity/caller.h"

namespace zhiping::ctl {
namespace {

using identity::Role;

// Of these, the rights are those of the programmes that the token names.
constexpr identity::Roles kOfProgrammes = {Role::CRITERIA_EDITOR, Role::CRITERIA_APPROVER,
                                           Role::CAMPAIGN_OFFICER, Role::ANALYST};

}  // namespace

std::string WhoAmIReport(const common::v1::WhoAmIResponse& who, const Zone& zone,
                         const Screen& screen) {
  if (who.unauthenticated()) {
    return absl::StrCat(
        screen.Say("未认证：本服务不要求登录，只接受本机调用，什么都允许做。",
                   "Unauthenticated: this service asks nobody who they are, answers only callers "
                   "on the same machine, and lets them do everything."),
        "\n");
  }
  if (!who.service().empty()) {
    return absl::StrCat(
        screen.Bold(absl::StrCat(screen.Say("服务 ", "The service "), who.service())),
        screen.Say("（凭证书识别）", " (by its certificate)"), "\n");
  }
  std::string out =
      absl::StrCat(screen.Bold(InOneLine(who.name().empty() ? who.subject() : who.name())), "\n");
  const auto add = [&out, &screen](const char* zh, const char* en, const std::string& value) {
    if (!value.empty())
      absl::StrAppend(&out, "  ", screen.Say(zh, en), "  ", InOneLine(value), "\n");
  };
  add("标识    ", "subject    ", who.subject());
  add("签发者  ", "issuer     ", who.issuer());
  std::vector<std::string> roles;
  bool of_programmes = false;
  for (const int role : who.roles()) {
    roles.push_back(identity::RoleName(static_cast<Role::Value>(role)));
    of_programmes |= kOfProgrammes.Has(static_cast<Role::Value>(role));
  }
  const absl::string_view comma = screen.Say("、", ", ");
  add("角色    ", "roles      ",
      roles.empty() ? std::string(screen.Say("无", "none")) : absl::StrJoin(roles, comma));
  add("企业    ", "enterprise ",
      who.uscc_invalid()
          ? absl::StrCat(who.uscc(),
                         screen.Say("（不是统一社会信用代码：不能据此查看或办理任何材料，"
                                    "请联系安全管理员）",
                                    " (is no unified social credit code: it gives access to no "
                                    "file; ask the security administrator)"))
          : who.uscc());
  add("审核单位", "review unit",
      who.review_unit_invalid()
          ? absl::StrCat(
                who.review_unit(),
                screen.Say("（不存在或已失效：不能据此查看或办理任何材料，请联系安全管理员）",
                           " (does not exist, or is no longer valid: it gives access to no "
                           "file; ask the security administrator)"))
          : who.review_unit());
  const bool all = who.programmes_size() == 1 && who.programmes(0) == "*";
  std::string programmes = absl::StrJoin(who.programmes(), comma);
  if (all) programmes = std::string(screen.Say("全部", "all"));
  if (programmes.empty() && of_programmes) {
    programmes = std::string(
        screen.Say("无（按评测体系授权的角色不能据此查看或办理任何内容，请联系安全管理员）",
                   "none (roles with rights for each programme see and do nothing; ask the "
                   "security administrator)"));
  }
  add("评测体系", "programmes ", programmes);
  if (who.has_expires_at()) {
    // Later than what the token says, which `token mint` shows.
    add("有效期至", "valid until",
        absl::StrCat(
            zone.FormatWithName(who.expires_at(), screen),
            screen.Say("，含服务容许的时钟偏差", ", with the clock skew that the service allows")));
  }
  return out;
}

}  // namespace zhiping::ctl
