// Enterprises: registered, changed and shown.
#pragma once

#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "common/identity/caller.h"
#include "services/assessment/domain/enterprise_checks.h"
#include "zhiping/assessment/v1/enterprise.pb.h"
#include "zhiping/assessment/v1/record.pb.h"

namespace zhiping::assessment {

// Who sets the fields of an enterprise.
struct Setter {
  enum Kind {
    // Contact, plants, and the numbers of employees and revenue.
    kEnterprise,
    // Everything but the enrolments, which are itself where it registers the enterprise.
    kPlatform,
    // Everything.
    kProvince,
  };
  Kind kind = kProvince;
  // Of kPlatform: issuer and subject of its token.
  identity::Person platform = {};
};

// A new enterprise: normalised and checked, with `main` among its plants, at version 1. What only
// the service sets is left out of what is sent.
//
// Errors, all at once: violations as CheckFields says; FIELD_NOT_YOURS. `at`: before their fields.
// REQUIRES: the setter is no enterprise.
absl::StatusOr<v1::EnterpriseRecord> RegisterEnterprise(const v1::Enterprise& sent,
                                                        const Setter& setter,
                                                        const Context& context,
                                                        absl::string_view at = "enterprise.");

// The enterprise with the fields that the mask names as they are sent. The version grows if that
// changes anything. Fields that are not named are not checked.
//
// Errors, all at once: violations as CheckFields says; FIELD_NOT_YOURS; INVALID_FIELD under
// `updateMask` for what nobody sets, and where a plant would be taken out.
absl::StatusOr<v1::EnterpriseRecord> UpdateEnterprise(const v1::EnterpriseRecord& present,
                                                      const v1::Enterprise& sent,
                                                      const google::protobuf::FieldMask& mask,
                                                      const Setter& setter, const Context& context,
                                                      absl::string_view at = "enterprise.");

// A row of an import: registers an enterprise, or sets the fields that the row has. What the row
// leaves empty stays as it is, so that importing it again changes nothing: the version is the same.
// `present`: null if there is none. Errors: as of the other two, without a prefix.
absl::StatusOr<v1::EnterpriseRecord> ImportEnterprise(const v1::EnterpriseRecord* present,
                                                      const v1::Enterprise& sent,
                                                      const Setter& setter, const Context& context);

// Whether the enterprise may have a parent or predecessor above which are these, from it upwards.
// Errors: RELATION_CIRCLE (INVALID_ARGUMENT) if it is among them. `field`: its JSON name.
absl::Status CheckNoCircle(absl::string_view uscc, const std::vector<std::string>& chain,
                           absl::string_view field);

// The size that counts: the one that was set, else the computed one; empty: not known.
const std::string& SizeOf(const v1::Enterprise& enterprise);

// Null if it has no such plant.
const v1::Plant* FindPlant(const v1::Enterprise& enterprise, absl::string_view plant);

// As it is given out, with its etag; the contact whole, masked or not at all.
enum class ContactView { kWhole, kMasked, kNone };
v1::Enterprise ShownEnterprise(const v1::EnterpriseRecord& record, ContactView view);

}  // namespace zhiping::assessment
