#include "common/identity/access_rule.h"

#include <algorithm>
#include <iterator>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"
#include "common/identity/outside_scope.h"
#include "common/identity/services.h"
#include "common/status/error.h"
#include "common/status/status_macros.h"
#include "common/text/uscc.h"

namespace zhiping::identity {
namespace {

using google::protobuf::FieldDescriptor;

// Where a role holds, of what a scope is about.
enum class Reach {
  kNowhere,
  kEverywhere,
  kOwnEnterprise,
  kOwnUnits,
  kOwnProgrammes,
  // Of a platform.
  kEnrolledEnterprises,
};

// Of every role in every scope (design: who may do what). A method that names a role which reaches
// nothing in its scope is refused by the build.
struct RoleReach {
  Role::Value role;
  Reach none, enterprise, unit, programme, file;
};
constexpr Reach kNowhere = Reach::kNowhere;
constexpr Reach kEverywhere = Reach::kEverywhere;
constexpr RoleReach kReach[] = {
    {Role::ROLE_UNSPECIFIED, kNowhere, kNowhere, kNowhere, kNowhere, kNowhere},
    // What is public belongs to nobody.
    {Role::VIEWER, kEverywhere, kNowhere, kNowhere, kNowhere, kNowhere},
    {Role::ENTERPRISE, kEverywhere, Reach::kOwnEnterprise, kNowhere, kNowhere,
     Reach::kOwnEnterprise},
    // They have the enterprises of their units: what they do is about a unit, or a file of it.
    {Role::REVIEWER, kEverywhere, kNowhere, Reach::kOwnUnits, kNowhere, Reach::kOwnUnits},
    {Role::UNIT_HEAD, kEverywhere, kNowhere, Reach::kOwnUnits, kNowhere, Reach::kOwnUnits},
    {Role::CRITERIA_EDITOR, kEverywhere, kNowhere, kNowhere, Reach::kOwnProgrammes, kNowhere},
    {Role::CRITERIA_APPROVER, kEverywhere, kNowhere, kNowhere, Reach::kOwnProgrammes, kNowhere},
    {Role::CAMPAIGN_OFFICER, kEverywhere, kNowhere, kNowhere, Reach::kOwnProgrammes,
     Reach::kOwnProgrammes},
    {Role::ANALYST, kEverywhere, kNowhere, kNowhere, Reach::kOwnProgrammes, kNowhere},
    // Figures of the whole province, but no enterprise's file.
    {Role::STATISTICS_OFFICIAL, kEverywhere, kNowhere, kEverywhere, kEverywhere, kNowhere},
    {Role::FIGURES_APPROVER, kEverywhere, kNowhere, kEverywhere, kEverywhere, kNowhere},
    // For enterprises only where it is enrolled (`via_platform`).
    {Role::PLATFORM, kEverywhere, kNowhere, kNowhere, kNowhere, Reach::kEnrolledEnterprises},
    {Role::OPERATOR, kEverywhere, kEverywhere, kEverywhere, kEverywhere, kEverywhere},
    {Role::SECURITY_ADMIN, kEverywhere, kEverywhere, kEverywhere, kEverywhere, kEverywhere},
    {Role::AUDITOR, kEverywhere, kEverywhere, kEverywhere, kEverywhere, kEverywhere},
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
    case Scope::FILE:
      return reach.file;
    default:
      return Reach::kNowhere;
  }
}

// Whether it reaches anything at all, by what the token holds.
bool ReachesAnything(Reach reach, const Caller& caller, const UnitsToday& today) {
  switch (reach) {
    case Reach::kNowhere:
      return false;
    case Reach::kEverywhere:
      return true;
    case Reach::kOwnEnterprise:
      return NormaliseUscc(caller.uscc).ok();
    case Reach::kOwnUnits:
      return today.units.Find(caller.review_unit, today.day) != nullptr;
    case Reach::kOwnProgrammes:
      return !caller.programmes.empty();
    case Reach::kEnrolledEnterprises:
      return caller.person().known();
  }
  return false;
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
  rule.via_platform_ = access.via_platform();
  const bool platform_file = rule.scope_ == Scope::FILE && rule.roles_.Has(Role::PLATFORM);
  if (rule.via_platform_ && !platform_file) {
    return WrongRule(method,
                     "access.via_platform is for the role PLATFORM and the scope FILE: it acts for "
                     "enterprises that it is enrolled for");
  }
  if (rule.scope_ == Scope::NONE && !access.field().empty()) {
    return WrongRule(method, "access.field has no scope");
  }
  ASSIGN_OR_RETURN(rule.field_, FindField(method, access.field()));
  if (rule.records_access_ && method.client_streaming()) {
    // A read is recorded before it is sent, and nothing says which request a message answers.
    return WrongRule(method, "access.records_access on a stream of requests");
  }
  const bool streams = method.client_streaming() || method.server_streaming();
  const bool recorded_files =
      rule.records_access_ && rule.scope_ == Scope::FILE && rule.field_.empty();
  if (streams && rule.scope_ != Scope::NONE && !recorded_files) {
    // Each message could be about something else, and nothing would notice that it was not asked.
    return WrongRule(method,
                     "access.scope on a stream: NONE, or FILE without a field and with "
                     "records_access");
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
                     absl::StrCat("此方法只供本系统的服务（", services,
                                  "）调用，服务以 TLS 证书而不是令牌表明身份。"),
                     absl::StrCat("Only services of this system may call this (", services,
                                  "), which show certificates, not tokens."),
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
  if (AsksTheStore(caller, request)) {
    // Whoever reaches nothing, whatever the store has, is told so: it says nothing of what is
    // there.
    for (const Role::Value role : Counting(caller)) {
      if (ReachesAnything(ReachOf(role, scope_), caller, today)) return absl::OkStatus();
    }
    return OutsideScope(caller, today);
  }
  return field_.empty() ? absl::OkStatus() : CheckScopeOf(caller, ValueOf(request, field_), today);
}

std::vector<Role::Value> AccessRule::Counting(const Caller& caller) const {
  std::vector<Role::Value> counting;
  for (const Role::Value role : caller.roles.List()) {
    if (any_role_ || roles_.Has(role)) counting.push_back(role);
  }
  return counting;
}

absl::Status AccessRule::CheckScopeOf(const Caller& caller, const std::string& value,
                                      const UnitsToday& today) const {
  if (caller.unauthenticated || !caller.service.empty()) return absl::OkStatus();
  for (const Role::Value role : Counting(caller)) {
    if (IsInScope(role, caller, value, today)) return absl::OkStatus();
  }
  return OutsideScope(caller, today);
}

absl::Status AccessRule::OutsideScope(const Caller& caller, const UnitsToday& today) const {
  JudgedBy judged_by;
  for (const Role::Value role : Counting(caller)) {
    const Reach reach = ReachOf(role, scope_);
    judged_by.enterprise = judged_by.enterprise || reach == Reach::kOwnEnterprise;
    judged_by.unit = judged_by.unit || reach == Reach::kOwnUnits;
    judged_by.programmes = judged_by.programmes || reach == Reach::kOwnProgrammes;
    judged_by.enrolment = judged_by.enrolment || reach == Reach::kEnrolledEnterprises;
  }
  return identity::OutsideScope(caller, judged_by, today);
}

bool AccessRule::AsksTheStore(const Caller& caller,
                              const google::protobuf::Message& request) const {
  if (scope_ == Scope::NONE || caller.unauthenticated || !caller.service.empty()) return false;
  if (scope_ != Scope::FILE) return field_.empty();
  const std::string enterprise = field_.empty() ? "" : ValueOf(request, field_);
  bool needs = false;
  for (const Role::Value role : Counting(caller)) {
    switch (ReachOf(role, scope_)) {
      case Reach::kEverywhere:
        return false;
      case Reach::kOwnEnterprise:
        // Nothing that the store knows changes whose it is.
        if (!enterprise.empty() && caller.uscc == enterprise) return false;
        needs = needs || field_.empty();
        break;
      default:
        needs = true;
    }
  }
  return needs;
}

absl::Status AccessRule::CheckFile(const Caller& caller, const FileCoordinates& file,
                                   const UnitsToday& today) const {
  if (caller.unauthenticated || !caller.service.empty()) return absl::OkStatus();
  for (const Role::Value role : Counting(caller)) {
    switch (ReachOf(role, scope_)) {
      case Reach::kEnrolledEnterprises:
        for (const Person& platform : file.platforms) {
          if (caller.person().known() && caller.person() == platform) return absl::OkStatus();
        }
        break;
      case Reach::kOwnUnits:
        if (IsInScope(role, caller, file.unit, today)) return absl::OkStatus();
        break;
      case Reach::kOwnProgrammes:
        if (file.programme.empty() ? !caller.programmes.empty() : caller.MayIn(file.programme)) {
          return absl::OkStatus();
        }
        break;
      default:
        if (IsInScope(role, caller, file.enterprise, today)) return absl::OkStatus();
    }
  }
  return OutsideScope(caller, today);
}

FilesInReach AccessRule::FilesOf(const Caller& caller, const UnitsToday& today) const {
  FilesInReach files;
  files.all = caller.unauthenticated || !caller.service.empty();
  if (files.all) return files;
  for (const Role::Value role : Counting(caller)) {
    switch (ReachOf(role, scope_)) {
      case Reach::kNowhere:
        break;
      case Reach::kEverywhere:
        files.all = true;
        break;
      case Reach::kOwnEnterprise:
        files.enterprise = caller.uscc;
        break;
      case Reach::kOwnUnits:
        files.units = today.units.Below(caller.review_unit, today.day);
        break;
      case Reach::kOwnProgrammes:
        files.programmes = caller.programmes;
        break;
      case Reach::kEnrolledEnterprises:
        files.platform = caller.person();
        break;
    }
  }
  return files;
}

bool AccessRule::IsInScope(Role::Value role, const Caller& caller, const std::string& value,
                           const UnitsToday& today) const {
  switch (ReachOf(role, scope_)) {
    case Reach::kNowhere:
    // Only the store knows.
    case Reach::kEnrolledEnterprises:
      return false;
    case Reach::kEverywhere:
      return true;
    case Reach::kOwnEnterprise:
      return caller.uscc == value && NormaliseUscc(value).ok();
    case Reach::kOwnUnits:
      return today.units.IsWithin(value, caller.review_unit, today.day);
    case Reach::kOwnProgrammes:
      // Whoever names no programme asks about all.
      return caller.MayIn(value.empty() ? "*" : value);
  }
  return false;
}

}  // namespace zhiping::identity
