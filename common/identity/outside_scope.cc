#include "common/identity/outside_scope.h"

#include <algorithm>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "common/status/error.h"
#include "common/text/uscc.h"

namespace zhiping::identity {
namespace {

// An error is small, whatever a token has.
constexpr size_t kMostProgrammesSaid = 5;

absl::Status UnknownUnit(const std::string& unit) {
  const bool none = unit.empty();
  return MakeError(
      absl::StatusCode::kPermissionDenied, Reason::UNKNOWN_REVIEW_UNIT,
      none ? std::string("令牌中没有审核单位，请联系安全管理员。")
           : absl::StrCat("令牌中的审核单位“", unit, "”不存在或已失效，请联系安全管理员。"),
      none ? std::string("The token names no review unit: ask the security administrator.")
           : absl::StrCat("The token's review unit \"", unit,
                          "\" does not exist, or is no longer valid: ask the security "
                          "administrator."),
      {{"reviewUnit", none ? "-" : unit}});
}

absl::Status InvalidUscc(const std::string& uscc, const ErrorDetail& why) {
  return MakeError(
      absl::StatusCode::kPermissionDenied, Reason::INVALID_USCC,
      absl::StrCat("令牌中的企业“", uscc, "”无效：", why.message().zh(), "请联系安全管理员。"),
      absl::StrCat("The token's enterprise \"", uscc, "\" is not valid. ", why.message().en(),
                   " Ask the security administrator."),
      {{"uscc", uscc}});
}

std::string ProgrammesOf(const Caller& caller) {
  const auto& all = caller.programmes;
  const auto end = all.begin() + static_cast<int>(std::min(all.size(), kMostProgrammesSaid));
  return absl::StrCat(absl::StrJoin(all.begin(), end, ", "), end == all.end() ? "" : ", …");
}

}  // namespace

absl::Status OutsideScope(const Caller& caller, const JudgedBy& judged_by,
                          const UnitsToday& today) {
  if (judged_by.unit && today.units.Find(caller.review_unit, today.day) == nullptr) {
    return UnknownUnit(caller.review_unit);
  }
  if (judged_by.enterprise && !caller.uscc.empty()) {
    const auto uscc = NormaliseUscc(caller.uscc);
    if (!uscc.ok()) return InvalidUscc(caller.uscc, DetailOf(uscc.status()));
  }
  std::vector<std::string> zh, en;
  ErrorValues values;
  bool missing = false;
  const auto say = [&](const char* key, const std::string& held, const char* of_zh,
                       const char* of_en) {
    missing = missing || held.empty();
    zh.push_back(absl::StrCat(of_zh, "：", held.empty() ? "无" : held));
    en.push_back(held.empty() ? absl::StrCat("no ", of_en)
                              : absl::StrCat("the ", of_en, " ", held));
    values.emplace_back(key, held.empty() ? "-" : held);
  };
  if (judged_by.enterprise) say("uscc", caller.uscc, "企业", "enterprise");
  if (judged_by.unit) say("reviewUnit", caller.review_unit, "审核单位", "review unit");
  if (judged_by.programmes) {
    say("programmes", ProgrammesOf(caller), "评测体系",
        caller.programmes.size() == 1 ? "programme" : "programmes");
  }
  if (judged_by.enrolment) say("platform", caller.subject, "平台", "platform");
  return MakeError(
      absl::StatusCode::kPermissionDenied, Reason::OUTSIDE_SCOPE,
      absl::StrCat("所请求的内容不在本账号的权限范围内（令牌中的", absl::StrJoin(zh, "；"), "）。",
                   missing ? "令牌缺少的内容，请联系安全管理员补上。" : ""),
      absl::StrCat("The request is about something outside of what this account may see or change: "
                   "the token names ",
                   absl::StrJoin(en, ", "), ".",
                   missing ? " Ask the security administrator for what is missing." : ""),
      values);
}

}  // namespace zhiping::identity
