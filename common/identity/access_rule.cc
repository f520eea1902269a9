#include "common/identity/access_rule.h"

#include <algorithm>
#include <iterator>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"
#include "common/identity/services.h"
#include "common/status/error.h"
#include "common/status/status_macros.h"

namespace zhiping::identity {
namespace {

using google::protobuf::FieldDescriptor;

constexpr Roles kOfAUnit = {Role::REVIEWER, Role::UNIT_HEAD};

// Where a role holds, of what a scope is about.
enum class Reach { kNowhere, kEverywhere, kOwnEnterprise, kOwnUnits, kOwnProgrammes };

// Of every role in every scope (design: who may do what). A method that names a role which reaches
// nothing in its scope is refused by the build.
struct RoleReach {
  Role::Value role;
  Reach none, enterprise, unit, programme;
};
constexpr Reach kNowhere = Reach::kNowhere;
constexpr Reach kEverywhere = Reach::kEverywhere;
constexpr RoleReach kReach[] = {
    {Role::ROLE_UNSPECIFIED, kNowhere, kNowhere, kNowhere, kNowhere},
    // What is public belongs to nobody.
    {Role::VIEWER, kEverywhere, kNowhere, kNowhere, kNowhere},
    {Role::ENTERPRISE, kEverywhere, Reach::kOwnEnterprise, kNowhere, kNowhere},
    // They have the enterprises of their units: what they do is about a unit.
    {Role::REVIEWER, kEverywhere, kNowhere, Reach::kOwnUnits, kNowhere},
    {Role::UNIT_HEAD, kEverywhere, kNowhere, Reach::kOwnUnits, kNowhere},
    {Role::CRITERIA_EDITOR, kEverywhere, kNowhere, kNowhere, Reach::kOwnProgrammes},
    {Role::CRITERIA_APPROVER, kEverywhere, kNowhere, kNowhere, Reach::kOwnProgrammes},
    {Role::CAMPAIGN_OFFICER, kEverywhere, kNowhere, kNowhere, Reach::kOwnProgrammes},
    {Role::ANALYST, kEverywhere, kNowhere, kNowhere, Reach::kOwnProgrammes},
    // Figures of the whole province, but no enterprise's file.
    {Role::STATISTICS_OFFICIAL, kEverywhere, kNowhere, kEverywhere, kEverywhere},
    {Role::FIGURES_APPROVER, kEverywhere, kNowhere, kEverywhere, kEverywhere},
    // For enterprises only through `via_platform`.
    {Role::PLATFORM, kEverywhere, kNowhere, kNowhere, kNowhere},
    {Role::OPERATOR, kEverywhere, kEverywhere, kEverywhere, kEverywhere},
    {Role::SECURITY_ADMIN, kEverywhere, kEverywhere, kEverywhere, kEverywhere},
    {Role::AUDITOR, kEverywhere, kEverywhere, kEverywhere, kEverywhere},
};

constexpr bool EveryRoleHasItsReach() {
  int role = 0;
  for (const RoleReach& reach : kReach) {
    if (reach.role != role++) return false;
  }
  return role == Role::Value_ARRAYSIZE;
}
static_assert(EveryRoleHasItsReach(), "kReach has a line for every role, in their order");

Reach ReachOf(Role::Value role, Scope::Value scope) {
  if (!Role::Value_IsValid(role)) return Reach::kNowhere;
  const RoleReach& reach = kReach[role];
  switch (scope) {
    case Scope::NONE:
      return reach.none;
    case Scope::ENTERPRISE:
      return reach.enterprise;
    case Scope::UNIT:
      return reach.unit;
    case Scope::PROGRAMME:
      return reach.programme;
    default:
      return Reach::kNowhere;
  }
}

absl::Status WrongRule(const google::protobuf::MethodDescriptor& method, absl::string_view why) {
  return absl::InternalError(absl::StrCat(method.full_name(), ": ", why));
}

absl::StatusOr<std::vector<const FieldDescriptor*>> FindField(
    const google::protobuf::MethodDescriptor& method, absl::string_view path) {
  std::vector<const FieldDescriptor*> fields;
  const google::protobuf::Descriptor* message = method.input_type();
  for (const absl::string_view name : absl::StrSplit(path, '.', absl::SkipEmpty())) {
    const FieldDescriptor* field =
        message == nullptr ? nullptr : message->FindFieldByName(std::string(name));
    if (field == nullptr || field->is_repeated()) {
      return WrongRule(method, absl::StrCat("access.field names no single field: ", path));
    }
    fields.push_back(field);
    message = field->message_type();
  }
  if (!fields.empty() && fields.back()->type() != FieldDescriptor::TYPE_STRING) {
    return WrongRule(method, absl::StrCat("access.field is no text: ", path));
  }
  return fields;
}

std::string ValueOf(const google::protobuf::Message& request,
                    const std::vector<const FieldDescriptor*>& fields) {
  const google::protobuf::Message* message = &request;
  for (size_t i = 0; i + 1 < fields.size(); ++i) {
    message = &message->GetReflection()->GetMessage(*message, fields[i]);
  }
  return message->GetReflection()->GetString(*message, fields.back());
}

}  // namespace

absl::StatusOr<AccessRule> AccessRule::Of(const google::protobuf::MethodDescriptor& method) {
  if (!method.options().HasExtension(common::v1::access)) {
    return WrongRule(method, "the option (zhiping.common.v1.access) is missing");
  }
  const common::v1::Access& access = method.options().GetExtension(common::v1::access);
  AccessRule rule;
  rule.any_role_ = access.any_role();
  rule.services_.assign(access.services().begin(), access.services().end());
  rule.scope_ = access.scope();
  rule.records_access_ = access.records_access();
  if (!Scope::Value_IsValid(rule.scope_) || rule.scope_ == Scope::SCOPE_UNSPECIFIED) {
    return WrongRule(method, "access.scope is missing, or none that there is");
  }
  for (const int number : access.roles()) {
    if (!Role::Value_IsValid(number) || number == Role::ROLE_UNSPECIFIED) {
      return WrongRule(method, "access.roles has one that there is not");
    }
    const auto role = static_cast<Role::Value>(number);
    if (ReachOf(role, rule.scope_) == Reach::kNowhere) {
      return WrongRule(
          method, absl::StrCat("access.roles: ", Role::Value_Name(role),
                               " has no rights in the scope ", Scope::Value_Name(rule.scope_)));
    }
    rule.roles_.Add(role);
  }
  for (const std::string& service : rule.services_) {
    if (!IsService(service)) {
      return WrongRule(method, absl::StrCat("access.services: there is no service ", service,
                                            "; they are ", absl::StrJoin(kServices, ", ")));
    }
  }
  if (rule.any_role_ && !rule.roles_.empty()) {
    return WrongRule(method, "access has both roles and any_role");
  }
  if (rule.any_role_ && rule.scope_ != Scope::NONE) {
    return WrongRule(method,
                     "access.any_role is only for the scope NONE: not every role has rights "
                     "in another");
  }
  if (rule.roles_.empty() && !rule.any_role_ && rule.services_.empty()) {
    return WrongRule(method, "access lets nobody in");
  }
  if (access.via_platform()) {
    return WrongRule(method,
                     "access.via_platform is not enforced yet: no service knows for which "
                     "enterprises the platform is enrolled, nor for whom it acts");
  }
  if (rule.scope_ == Scope::NONE && !access.field().empty()) {
    return WrongRule(method, "access.field has no scope");
  }
  ASSIGN_OR_RETURN(rule.field_, FindField(method, access.field()));
  const bool streams = method.client_streaming() || method.server_streaming();
  if (streams && rule.scope_ != Scope::NONE) {
    // Each message could be about something else, and nothing would notice that it was not asked.
    return WrongRule(method, "access.scope other than NONE on a stream");
  }
  if (rule.records_access_ && streams) {
    // A read is recorded before the answer, and a stream has answered before it ends.
    return WrongRule(method, "access.records_access on a stream");
  }
  return rule;
}

std::optional<std::string> AccessRule::EnterpriseOf(
    const google::protobuf::Message& request) const {
  if (!records_access_ || scope_ != Scope::ENTERPRISE || field_.empty()) return std::nullopt;
  return ValueOf(request, field_);
}

absl::Status AccessRule::CheckRoles(const Caller& caller) const {
  if (caller.unauthenticated) return absl::OkStatus();
  if (!caller.service.empty()) {
    if (std::find(services_.begin(), services_.end(), caller.service) != services_.end()) {
      return absl::OkStatus();
    }
    return MakeError(absl::StatusCode::kPermissionDenied, Reason::SERVICE_REQUIRED,
                     absl::StrCat("服务 ", caller.service, " 不得调用此方法。"),
                     absl::StrCat("The service ", caller.service, " may not call this method."),
                     {{"service", caller.service}});
  }
  if (any_role_ || caller.roles.HasAnyOf(roles_)) return absl::OkStatus();
  if (roles_.empty()) {
    const std::string services = absl::StrJoin(services_, ", ");
    return MakeError(absl::StatusCode::kPermissionDenied, Reason::SERVICE_REQUIRED,
                     absl::StrCat("此方法只供本系统的服务调用：", services, "。"),
                     absl::StrCat("Only services of this system may call this: ", services, "."),
                     {{"services", services}});
  }
  const std::string needed = roles_.Text();
  const std::string held = caller.roles.empty() ? "-" : caller.roles.Text();
  return MakeError(absl::StatusCode::kPermissionDenied, Reason::ROLE_REQUIRED,
                   absl::StrCat("需要以下角色之一：", needed, "；当前令牌的角色：", held, "。"),
                   absl::StrCat("One of these roles is needed: ", needed,
                                "; the token's roles are: ", held, "."),
                   {{"roles", needed}, {"held", held}});
}

absl::Status AccessRule::CheckScope(const Caller& caller, const google::protobuf::Message& request,
                                    const UnitsToday& today) const {
  if (field_.empty()) return absl::OkStatus();
  return CheckScopeOf(caller, ValueOf(request, field_), today);
}

absl::Status AccessRule::CheckScopeOf(const Caller& caller, const std::string& value,
                                      const UnitsToday& today) const {
  if (caller.unauthenticated || !caller.service.empty()) return absl::OkStatus();
  for (const Role::Value role : caller.roles.List()) {
    if ((any_role_ || roles_.Has(role)) && IsInScope(role, caller, value, today)) {
      return absl::OkStatus();
    }
  }
  if (scope_ == Scope::UNIT && caller.roles.HasAnyOf(kOfAUnit) &&
      today.units.Find(caller.review_unit, today.day) == nullptr) {
    return MakeError(absl::StatusCode::kPermissionDenied, Reason::UNKNOWN_REVIEW_UNIT,
                     absl::StrCat("令牌中的审核单位“", caller.review_unit,
                                  "”不存在或已失效，请联系安全管理员。"),
                     absl::StrCat("The token's review unit \"", caller.review_unit,
                                  "\" does not exist, or is no longer valid: ask the security "
                                  "administrator."),
                     {{"reviewUnit", caller.review_unit}});
  }
  return MakeError(
      absl::StatusCode::kPermissionDenied, Reason::OUTSIDE_SCOPE,
      "所请求的内容不在本账号的权限范围内。",
      "The request is about something outside of what this account may see or change.");
}

bool AccessRule::IsInScope(Role::Value role, const Caller& caller, const std::string& value,
                           const UnitsToday& today) const {
  switch (ReachOf(role, scope_)) {
    case Reach::kNowhere:
      return false;
    case Reach::kEverywhere:
      return true;
    case Reach::kOwnEnterprise:
      return !value.empty() && caller.uscc == value;
    case Reach::kOwnUnits:
      return today.units.IsWithin(value, caller.review_unit, today.day);
    case Reach::kOwnProgrammes:
      // Whoever names no programme asks about all.
      return caller.MayIn(value.empty() ? "*" : value);
  }
  return false;
}

}  // namespace zhiping::identity
