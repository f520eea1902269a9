// Who is calling.
#pragma once

#include <cstdint>
#include <initializer_list>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "zhiping/common/v1/access.pb.h"

namespace zhiping::identity {

using common::v1::Role;

// A set of roles.
class Roles {
 public:
  constexpr Roles() = default;
  constexpr Roles(std::initializer_list<Role::Value> roles) {
    for (const Role::Value role : roles) Add(role);
  }

  constexpr void Add(Role::Value role) { bits_ |= uint32_t{1} << role; }
  constexpr bool Has(Role::Value role) const { return ((bits_ >> role) & 1U) != 0; }
  constexpr bool HasAnyOf(Roles others) const { return (bits_ & others.bits_) != 0; }
  constexpr bool HasAllOf(Roles others) const { return (bits_ & others.bits_) == others.bits_; }
  constexpr bool empty() const { return bits_ == 0; }
  friend constexpr bool operator==(Roles, Roles) = default;

  // In the order of their numbers.
  std::vector<Role::Value> List() const;
  // `reviewer, unit-head`.
  std::string Text() const;

 private:
  uint32_t bits_ = 0;
};

// `criteria-editor`: as tokens, settings and texts write it.
std::string RoleName(Role::Value role);
// ROLE_UNSPECIFIED if there is no such role.
Role::Value RoleByName(absl::string_view name);

// Who somebody is, for ever: nothing else is compared to tell people apart.
struct Person {
  // `iss` of the tokens.
  std::string issuer;
  // Unique at the issuer.
  std::string subject;

  // Whether it is anybody: callers that were not identified, and services, are not.
  bool known() const { return !subject.empty(); }
  friend bool operator==(const Person&, const Person&) = default;
};

// What a verified token, or a verified certificate, says; and for whom a platform calls. Immutable
// once it is made.
struct Caller {
  // Nobody was asked who they are: a caller on the same machine, where a service runs without
  // authentication, may do everything.
  bool unauthenticated = false;
  // A service of this system by its name, which calls on its own behalf; empty: a person, or a
  // system with a token. A service has no roles.
  std::string service;
  // Who it is: see Person.
  std::string issuer;
  std::string subject;
  // For people; not unique.
  std::string name;
  Roles roles;
  // The enterprise that the caller acts for, or empty.
  std::string uscc;
  // The review unit, or empty.
  std::string review_unit;
  // Sorted; `*` stands for all.
  std::vector<std::string> programmes;
  // Not after this, skew included.
  absl::Time expires = absl::InfiniteFuture();
  // The natural person for whom a platform makes this call, as it says, which no token does; empty:
  // it is no call of a platform for an enterprise.
  std::string acting_for;

  Person person() const { return {issuer, subject}; }
  bool MayIn(absl::string_view programme) const;
};

// The first pair of the roles that nobody may hold together, or two ROLE_UNSPECIFIED.
struct RoleConflict {
  Role::Value first = Role::ROLE_UNSPECIFIED;
  Role::Value second = Role::ROLE_UNSPECIFIED;
};
RoleConflict ConflictIn(Roles roles);

// Errors, PERMISSION_DENIED: ROLES_CONFLICT if one person holds such a pair.
absl::Status CheckSeparation(Roles roles);

}  // namespace zhiping::identity
