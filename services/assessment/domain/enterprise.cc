#include "services/assessment/domain/enterprise.h"

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "common/requests/fields.h"
#include "common/status/error.h"
#include "common/status/status_macros.h"
#include "common/time/timestamp.h"
#include "google/protobuf/util/message_differencer.h"
#include "services/assessment/domain/contact.h"
#include "services/assessment/domain/derived_fields.h"
#include "services/assessment/domain/etag.h"
#include "services/assessment/domain/field_mask.h"
#include "services/assessment/domain/uscc.h"

namespace zhiping::assessment {
namespace {

using google::protobuf::FieldMask;
using google::protobuf::util::MessageDifferencer;

constexpr absl::string_view kSettable[] = {
    "name",           "region",  "review_unit", "industry_division",
    "industry_class", "size",    "parent_uscc", "predecessor",
    "is_test",        "contact", "plants",      "enrolments"};
// The same, as a row of an import may have some and not others.
constexpr absl::string_view kOfRow[] = {
    "name",           "region",       "review_unit",   "industry_division",    "industry_class",
    "size.employees", "size.revenue", "size.override", "size.override_reason", "parent_uscc",
    "predecessor",    "is_test",      "contact.name",  "contact.phone",        "contact.email",
    "contact.masked", "plants",       "enrolments"};
constexpr absl::string_view kOfEnterprise[] = {"contact", "plants", "size.employees",
                                               "size.revenue"};
constexpr absl::string_view kOfProvince[] = {"enrolments"};

bool MaySet(const Setter& setter, absl::string_view path) {
  switch (setter.kind) {
    case Setter::kEnterprise:
      return IsWithin(path, kOfEnterprise);
    case Setter::kPlatform:
      return !IsWithin(path, kOfProvince);
    case Setter::kProvince:
      return true;
  }
  return false;
}

void AddNotYours(const Setter& setter, absl::string_view path, absl::string_view at,
                 Violations& violations) {
  const std::string field = absl::StrCat(at, JsonPath(path));
  if (setter.kind == Setter::kEnterprise) {
    violations.Add(field, Reason::FIELD_NOT_YOURS,
                   absl::StrCat(field, " 由平台或省级设置，企业请提出变更申请。"),
                   absl::StrCat(field,
                                " is set by the platform or the province: "
                                "request the change (RequestChange)."));
  } else {
    violations.Add(field, Reason::FIELD_NOT_YOURS,
                   absl::StrCat(field, " 由省级设置，请向省级提出。"),
                   absl::StrCat(field, " is set by the province: request the change there."));
  }
}

void CheckRights(const FieldMask& mask, const Setter& setter, absl::string_view at,
                 Violations& violations) {
  for (const std::string& path : mask.paths()) {
    if (!MaySet(setter, path)) AddNotYours(setter, path, at, violations);
  }
}

FieldMask MaskOf(absl::Span<const absl::string_view> paths) {
  FieldMask mask;
  for (const absl::string_view path : paths) mask.add_paths(std::string(path));
  return mask;
}

// The fields that a row has.
FieldMask GivenFields(const v1::Enterprise& row) {
  FieldMask mask;
  for (const absl::string_view path : kOfRow) {
    if (HasField(row, path)) mask.add_paths(std::string(path));
  }
  return mask;
}

void CheckNoPlantTakenOut(const v1::Enterprise& present, const v1::Enterprise& changed,
                          absl::string_view at, Violations& violations) {
  const std::string field = absl::StrCat(at, "plants");
  for (const v1::Plant& plant : present.plants()) {
    if (FindPlant(changed, plant.plant()) != nullptr) continue;
    violations.Add(field, Reason::INVALID_FIELD,
                   absl::StrCat(field, " 缺少工厂 ", plant.plant(), "：已登记的工厂不能去掉。"),
                   absl::StrCat(field, " lacks the plant ", plant.plant(),
                                ": what was registered is never taken out."));
  }
}

// The platform that registers an enterprise is enrolled, and no other.
void EnrolPlatform(const Setter& setter, absl::string_view at, v1::Enterprise& enterprise,
                   Violations& violations) {
  if (setter.kind != Setter::kPlatform) return;
  v1::Enrolment own;
  own.set_issuer(setter.platform.issuer);
  own.set_subject(setter.platform.subject);
  for (const v1::Enrolment& enrolment : enterprise.enrolments()) {
    if (MessageDifferencer::Equals(enrolment, own)) continue;
    AddNotYours(setter, "enrolments", at, violations);
    break;
  }
  enterprise.clear_enrolments();
  *enterprise.add_enrolments() = own;
}

// REQUIRES: the mask has settable fields only, and at least one.
absl::StatusOr<v1::EnterpriseRecord> WithUpdate(const v1::EnterpriseRecord& present,
                                                const v1::Enterprise& sent, const FieldMask& mask,
                                                const Setter& setter, const Context& context,
                                                absl::string_view at) {
  Violations violations;
  CheckRights(mask, setter, at, violations);
  v1::Enterprise changed = WithFields(present.enterprise(), sent, mask);
  CheckNoPlantTakenOut(present.enterprise(), changed, at, violations);
  CheckFields(mask, context, at, changed, violations);
  RETURN_IF_ERROR(violations.ToStatus());
  DeriveFields(context, changed);
  v1::EnterpriseRecord record = present;
  if (MessageDifferencer::Equals(changed, present.enterprise())) return record;
  *changed.mutable_updated_at() = ToTimestamp(context.now);
  *record.mutable_enterprise() = std::move(changed);
  record.set_version(present.version() + 1);
  return record;
}

}  // namespace

absl::StatusOr<v1::EnterpriseRecord> RegisterEnterprise(const v1::Enterprise& sent,
                                                        const Setter& setter,
                                                        const Context& context,
                                                        absl::string_view at) {
  Violations violations;
  v1::EnterpriseRecord record;
  v1::Enterprise& enterprise = *record.mutable_enterprise();
  enterprise = sent;
  enterprise.clear_etag();
  CheckUscc(absl::StrCat(at, "uscc"), *enterprise.mutable_uscc(), violations);
  EnrolPlatform(setter, at, enterprise, violations);
  CheckFields(MaskOf(kSettable), context, at, enterprise, violations);
  RETURN_IF_ERROR(violations.ToStatus());
  DeriveFields(context, enterprise);
  *enterprise.mutable_created_at() = ToTimestamp(context.now);
  *enterprise.mutable_updated_at() = enterprise.created_at();
  record.set_version(1);
  return record;
}

absl::StatusOr<v1::EnterpriseRecord> UpdateEnterprise(const v1::EnterpriseRecord& present,
                                                      const v1::Enterprise& sent,
                                                      const FieldMask& mask, const Setter& setter,
                                                      const Context& context,
                                                      absl::string_view at) {
  Violations violations;
  CheckMask(mask, kSettable, *v1::Enterprise::descriptor(), "updateMask", violations);
  RETURN_IF_ERROR(violations.ToStatus());
  return WithUpdate(present, sent, mask, setter, context, at);
}

absl::StatusOr<v1::EnterpriseRecord> ImportEnterprise(const v1::EnterpriseRecord* present,
                                                      const v1::Enterprise& sent,
                                                      const Setter& setter,
                                                      const Context& context) {
  if (present == nullptr) return RegisterEnterprise(sent, setter, context, "");
  const FieldMask mask = GivenFields(sent);
  if (mask.paths().empty()) return *present;
  v1::Enterprise row = sent;
  const v1::Plant* const main = FindPlant(present->enterprise(), kMainPlant);
  // It is always there, and was put first when a row without it was registered.
  if (!row.plants().empty() && FindPlant(row, kMainPlant) == nullptr && main != nullptr) {
    *row.add_plants() = *main;
    std::rotate(row.mutable_plants()->pointer_begin(), row.mutable_plants()->pointer_end() - 1,
                row.mutable_plants()->pointer_end());
  }
  return WithUpdate(*present, row, mask, setter, context, "");
}

absl::Status CheckNoCircle(absl::string_view uscc, const std::vector<std::string>& chain,
                           absl::string_view field) {
  if (std::find(chain.begin(), chain.end(), uscc) == chain.end()) return absl::OkStatus();
  Violations violations;
  violations.Add(field, Reason::RELATION_CIRCLE,
                 absl::StrCat(field, " 形成循环：", absl::StrJoin(chain, " → "), "。"),
                 absl::StrCat(field, " makes a circle: ", absl::StrJoin(chain, " → "), "."));
  return violations.ToStatus();
}

const std::string& SizeOf(const v1::Enterprise& enterprise) {
  const v1::EnterpriseSize& size = enterprise.size();
  return size.override().empty() ? size.computed() : size.override();
}

const v1::Plant* FindPlant(const v1::Enterprise& enterprise, absl::string_view plant) {
  const auto found = std::find_if(enterprise.plants().begin(), enterprise.plants().end(),
                                  [plant](const v1::Plant& one) { return one.plant() == plant; });
  return found == enterprise.plants().end() ? nullptr : &*found;
}

v1::Enterprise ShownEnterprise(const v1::EnterpriseRecord& record, ContactView view) {
  v1::Enterprise shown = record.enterprise();
  shown.set_etag(EtagOf(record.version()));
  if (view == ContactView::kNone) shown.clear_contact();
  if (view == ContactView::kMasked && shown.has_contact()) {
    *shown.mutable_contact() = Masked(record.enterprise().contact());
  }
  return shown;
}

}  // namespace zhiping::assessment
