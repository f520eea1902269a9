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

// A file of an enterprise, as the store knows it: what the scope FILE is judged by.
struct FileCoordinates {
  // USCC.
  std::string enterprise;
  // The review unit that receives it.
  std::string unit;
  // Empty: it is of none in particular, as the entry of an enterprise is: whoever has rights for
  // any programme reaches it.
  std::string programme;
  // The platforms that act for the enterprise.
  std::vector<Person> platforms;
};

// Which files a caller reaches: those for which any of these holds. Lists ask the store for them.
struct FilesInReach {
  bool all = false;
  // USCC; empty: none by it.
  std::string enterprise;
  // Review units, as they are today: the caller's own and all below it.
  std::vector<std::string> units;
  // Sorted; `*` stands for all.
  std::vector<std::string> programmes;
  // Those that this platform is enrolled for, if it is known().
  Person platform;
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
  // Errors, PERMISSION_DENIED: OUTSIDE_SCOPE, UNKNOWN_REVIEW_UNIT, INVALID_USCC.
  absl::Status CheckScope(const Caller& caller, const google::protobuf::Message& request,
                          const UnitsToday& today) const;

  // The same about what the store says that the request is about: an enterprise, a review unit, or
  // a programme, as the scope is.
  absl::Status CheckScopeOf(const Caller& caller, const std::string& value,
                            const UnitsToday& today) const;

  // Of the scope FILE: whether the caller may call it about the file. Errors: as CheckScopeOf.
  absl::Status CheckFile(const Caller& caller, const FileCoordinates& file,
                         const UnitsToday& today) const;
  // Which files pass CheckFile.
  FilesInReach FilesOf(const Caller& caller, const UnitsToday& today) const;

  Scope::Value scope() const { return scope_; }
  // Whether the platform may call it for an enterprise, naming for whom it acts.
  bool via_platform() const { return via_platform_; }

  // Whether only the store knows whether the caller may call it: CheckScope is OK, and
  // CheckScopeOf, or CheckFile, has to be asked. Of the scope FILE, what the request names is all
  // that a caller of that very enterprise is judged by, and not enough for others.
  bool AsksTheStore(const Caller& caller, const google::protobuf::Message& request) const;
  // Whether what it gives belongs to an enterprise, so that reading it is recorded.
  bool records_access() const { return records_access_; }
  // The enterprise whose file the request asks for; nothing if the request does not say, or if
  // reading is not recorded.
  std::optional<std::string> EnterpriseOf(const google::protobuf::Message& request) const;

 private:
  AccessRule() = default;
  // The roles of the caller that count for this method.
  std::vector<Role::Value> Counting(const Caller& caller) const;
  absl::Status OutsideScope(const Caller& caller, const UnitsToday& today) const;
  bool IsInScope(Role::Value role, const Caller& caller, const std::string& value,
                 const UnitsToday& today) const;

  Roles roles_;
  bool any_role_ = false;
  std::vector<std::string> services_;
  Scope::Value scope_ = Scope::SCOPE_UNSPECIFIED;
  // From the request to the text that names what it is about; empty: known only from the store.
  std::vector<const google::protobuf::FieldDescriptor*> field_;
  bool records_access_ = false;
  bool via_platform_ = false;
};

}  // namespace zhiping::identity
