// Who may call a method, as its option `access` in the protos says.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/civil_time.h"
#include "common/identity/caller.h"
#include "common/reference/review_units.h"
#include "google/protobuf/descriptor.h"
#include "google/protobuf/message.h"

namespace zhiping::identity {

using common::v1::Scope;

// The units as they are on a day: what scopes of reviewers are judged by.
struct UnitsToday {
  const reference::ReviewUnits& units;
  absl::CivilDay day;
};

// Immutable and thread-safe.
class AccessRule {
 public:
  // Errors, INTERNAL: the method has no such option, or one that contradicts itself or its request.
  static absl::StatusOr<AccessRule> Of(const google::protobuf::MethodDescriptor& method);

  // Whether the caller may call it at all. Errors, PERMISSION_DENIED: ROLE_REQUIRED,
  // SERVICE_REQUIRED.
  absl::Status CheckRoles(const Caller& caller) const;

  // Whether the caller may call it about what the request names. REQUIRES: CheckRoles is OK.
  // Errors, PERMISSION_DENIED: OUTSIDE_SCOPE, UNKNOWN_REVIEW_UNIT.
  absl::Status CheckScope(const Caller& caller, const google::protobuf::Message& request,
                          const UnitsToday& today) const;

  // The same about what the store says that the request is about: an enterprise, a review unit, or
  // a programme, as the scope is.
  absl::Status CheckScopeOf(const Caller& caller, const std::string& value,
                            const UnitsToday& today) const;

  // Whether only the store knows what a call is about: CheckScope is OK, and CheckScopeOf has to be
  // asked.
  bool AsksTheStore() const { return scope_ != Scope::NONE && field_.empty(); }
  // Whether what it gives belongs to an enterprise, so that reading it is recorded.
  bool records_access() const { return records_access_; }
  // The enterprise whose file the request asks for; nothing if the request does not say, or if
  // reading is not recorded.
  std::optional<std::string> EnterpriseOf(const google::protobuf::Message& request) const;

 private:
  AccessRule() = default;
  bool IsInScope(Role::Value role, const Caller& caller, const std::string& value,
                 const UnitsToday& today) const;

  Roles roles_;
  bool any_role_ = false;
  std::vector<std::string> services_;
  Scope::Value scope_ = Scope::SCOPE_UNSPECIFIED;
  // From the request to the text that names what it is about; empty: known only from the store.
  std::vector<const google::protobuf::FieldDescriptor*> field_;
  bool records_access_ = false;
};

}  // namespace zhiping::identity
