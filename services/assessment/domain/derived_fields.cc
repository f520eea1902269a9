#include "services/assessment/domain/derived_fields.h"

#include <algorithm>
#include <string>

#include "common/status/error.h"
#include "common/text/uscc.h"

namespace zhiping::assessment {
namespace {

void AddWarning(absl::string_view zh, absl::string_view en, v1::Enterprise& enterprise) {
  *enterprise.add_warnings() = MakeText(zh, en);
}

// Whether the region lies in those of which the unit receives enterprises. An unknown unit says
// nothing about it.
bool UnitReceives(const Context& context, const v1::Enterprise& enterprise) {
  const auto* unit = context.reference.review_units().Find(enterprise.review_unit(), context.day());
  return unit == nullptr ||
         std::any_of(unit->regions.begin(), unit->regions.end(), [&](const std::string& around) {
           return context.reference.regions().IsWithin(enterprise.region(), around);
         });
}

}  // namespace

void DeriveFields(const Context& context, v1::Enterprise& enterprise) {
  if (enterprise.has_size()) {
    v1::EnterpriseSize& size = *enterprise.mutable_size();
    size.clear_computed();
    if (size.has_employees() && size.has_revenue()) {
      size.set_computed(context.reference.SizeOf(size.employees(), size.revenue()).id);
    }
  }
  enterprise.clear_warnings();
  if (!OrganisationCodeFits(enterprise.uscc())) {
    AddWarning("统一社会信用代码第 9 至 17 位（组织机构代码）的校验位不符，请核对。",
               "Characters 9 to 17 of the USCC (the organisation code) do not check: compare them.",
               enterprise);
  }
  if (!UnitReceives(context, enterprise)) {
    AddWarning("企业所在地区不在审核单位通常受理的地区之内，请核对。",
               "The region is none from which the review unit usually receives: compare them.",
               enterprise);
  }
}

}  // namespace zhiping::assessment
