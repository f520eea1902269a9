#include "common/identity/caller.h"

#include <algorithm>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_replace.h"
#include "common/status/error.h"

namespace zhiping::identity {
namespace {

// Separation of duties (design: who may do what).
constexpr RoleConflict kConflicts[] = {
    {Role::OPERATOR, Role::SECURITY_ADMIN},
    {Role::OPERATOR, Role::AUDITOR},
    {Role::SECURITY_ADMIN, Role::AUDITOR},
    {Role::CRITERIA_EDITOR, Role::OPERATOR},
};

}  // namespace

std::vector<Role::Value> Roles::List() const {
  std::vector<Role::Value> roles;
  for (int role = Role::Value_MIN + 1; role <= Role::Value_MAX; ++role) {
    if (Has(static_cast<Role::Value>(role))) roles.push_back(static_cast<Role::Value>(role));
  }
  return roles;
}

std::string Roles::Text() const {
  return absl::StrJoin(List(), ", ",
                       [](std::string* out, Role::Value role) { out->append(RoleName(role)); });
}

std::string RoleName(Role::Value role) {
  return absl::StrReplaceAll(absl::AsciiStrToLower(Role::Value_Name(role)), {{"_", "-"}});
}

Role::Value RoleByName(absl::string_view name) {
  for (int role = Role::Value_MIN + 1; role <= Role::Value_MAX; ++role) {
    if (RoleName(static_cast<Role::Value>(role)) == name) return static_cast<Role::Value>(role);
  }
  return Role::ROLE_UNSPECIFIED;
}

bool Caller::MayIn(absl::string_view programme) const {
  return std::any_of(programmes.begin(), programmes.end(), [&](const std::string& allowed) {
    return allowed == "*" || allowed == programme;
  });
}

RoleConflict ConflictIn(Roles roles) {
  for (const RoleConflict& conflict : kConflicts) {
    if (roles.HasAllOf({conflict.first, conflict.second})) return conflict;
  }
  return {};
}

absl::Status CheckSeparation(Roles roles) {
  const RoleConflict conflict = ConflictIn(roles);
  if (conflict.first == Role::ROLE_UNSPECIFIED) return absl::OkStatus();
  const std::string first = RoleName(conflict.first);
  const std::string second = RoleName(conflict.second);
  return MakeError(
      absl::StatusCode::kPermissionDenied, Reason::ROLES_CONFLICT,
      absl::StrCat("角色 ", first, " 与 ", second, " 不能由同一人担任，请用只含其一的令牌。"),
      absl::StrCat("The roles ", first, " and ", second,
                   " exclude one another: use a token with one of them."),
      {{"first", first}, {"second", second}});
}

}  // namespace zhiping::identity
