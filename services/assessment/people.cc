#include "services/assessment/people.h"

#include <algorithm>

namespace zhiping::assessment {
namespace {

using identity::Role;
using identity::Roles;

// Of a caller on the same machine, where nobody is asked.
constexpr char kAnybody[] = "unauthenticated";
constexpr Roles kEveryRole = {Role::ENTERPRISE, Role::REVIEWER, Role::UNIT_HEAD,
                              Role::CAMPAIGN_OFFICER, Role::PLATFORM};
constexpr Roles kOfficials = {Role::REVIEWER, Role::UNIT_HEAD, Role::CAMPAIGN_OFFICER};

bool Contains(const std::vector<std::string>& all, const std::string& one) {
  return std::find(all.begin(), all.end(), one) != all.end();
}

}  // namespace

v1::PersonRecord PersonOf(const rpc::Call& call) {
  const identity::Caller& caller = call.caller();
  v1::PersonRecord person;
  person.set_issuer(caller.issuer);
  person.set_subject(caller.subject);
  person.set_name(!call.acting_for().empty() ? call.acting_for()
                  : caller.unauthenticated   ? kAnybody
                  : caller.name.empty()      ? caller.subject
                                             : caller.name);
  person.set_unit(caller.review_unit);
  return person;
}

Actor ActorOf(const rpc::Call& call, const std::string& unit) {
  Actor actor = {PersonOf(call), call.caller().roles};
  if (call.caller().unauthenticated) {
    actor.roles = kEveryRole;
    actor.person.set_unit(unit);
  }
  return actor;
}

bool IsForEnterprise(const rpc::Call& call, const v1::SubmissionRecord& file) {
  const identity::Caller& caller = call.caller();
  const v1::Submission& submission = file.submission();
  if (caller.unauthenticated || !caller.service.empty()) return false;
  if (caller.roles.Has(Role::ENTERPRISE) && caller.uscc == submission.key().enterprise()) {
    return true;
  }
  if (!caller.roles.HasAnyOf(kOfficials)) return true;
  // Methods of the scope UNIT are for officials alone.
  if (!caller.roles.HasAnyOf(kEnterprises) || call.method_scope() == identity::Scope::UNIT) {
    return false;
  }
  const auto& units = submission.content().snapshot().units();
  const identity::FilesInReach reach = call.Files();
  return !(!units.empty() && Contains(reach.units, units[0])) && !Contains(reach.programmes, "*") &&
         !Contains(reach.programmes, submission.content().programme());
}

Setter SetterOf(const rpc::Call& call, const std::string& uscc) {
  const identity::Caller& caller = call.caller();
  Setter setter;
  // The entry is of no programme in particular, as CheckFile has it.
  const bool officer = caller.roles.Has(Role::CAMPAIGN_OFFICER) && !caller.programmes.empty();
  if (caller.unauthenticated || officer) return setter;
  const bool itself = caller.roles.Has(Role::ENTERPRISE) && caller.uscc == uscc;
  setter.kind = itself ? Setter::kEnterprise : Setter::kPlatform;
  if (!itself) setter.platform = caller.person();
  return setter;
}

bool IsEnrolledFor(const rpc::Call& call, const v1::Enterprise& enterprise) {
  const identity::Caller& caller = call.caller();
  return caller.roles.Has(Role::PLATFORM) &&
         std::any_of(enterprise.enrolments().begin(), enterprise.enrolments().end(),
                     [&](const v1::Enrolment& enrolment) {
                       return enrolment.issuer() == caller.issuer &&
                              enrolment.subject() == caller.subject;
                     });
}

identity::FileCoordinates CoordinatesOf(const v1::EnterpriseRecord& enterprise,
                                        const std::string& programme) {
  identity::FileCoordinates file;
  file.enterprise = enterprise.enterprise().uscc();
  file.unit = enterprise.enterprise().review_unit();
  file.programme = programme;
  for (const v1::Enrolment& enrolment : enterprise.enterprise().enrolments()) {
    file.platforms.push_back({enrolment.issuer(), enrolment.subject()});
  }
  return file;
}

absl::Status CheckFile(const rpc::Call& call, const std::optional<v1::EnterpriseRecord>& enterprise,
                       const std::string& programme) {
  if (enterprise.has_value()) return call.CheckFile(CoordinatesOf(*enterprise, programme));
  return call.CheckAbsent(CoordinatesOf(v1::EnterpriseRecord(), programme));
}

identity::FileCoordinates CoordinatesOfNew(const rpc::Call& call) {
  identity::FileCoordinates file;
  file.platforms = {call.caller().person()};
  return file;
}

}  // namespace zhiping::assessment
