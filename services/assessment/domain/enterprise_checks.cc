#include "services/assessment/domain/enterprise_checks.h"

#include <algorithm>
#include <set>
#include <string>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "common/requests/fields.h"
#include "common/text/utf8.h"
#include "services/assessment/domain/texts.h"
#include "services/assessment/domain/uscc.h"

namespace zhiping::assessment {
namespace {

constexpr size_t kMaxContactCharacters = 100;
constexpr size_t kMaxIdentityCharacters = 200;
constexpr size_t kMostQuoted = 60;
constexpr int32_t kMostEmployees = 10'000'000;
constexpr int32_t kMostRevenue = 2'000'000'000;

// One check: of which enterprise, against what, and where what is wrong goes.
struct Checking {
  const Context& context;
  absl::string_view at;
  v1::Enterprise& enterprise;
  Violations& violations;

  std::string Field(absl::string_view name) const { return absl::StrCat(at, name); }
  void Refuse(absl::string_view name, Reason::Value reason, absl::string_view zh,
              absl::string_view en) const {
    violations.Add(Field(name), reason, absl::StrCat(Field(name), " ", zh, "。"),
                   absl::StrCat(Field(name), " ", en, "."));
  }
};

void CheckEnterpriseName(const Checking& check) {
  Trim(*check.enterprise.mutable_name());
  CheckRequiredName(check.enterprise.name(), kMaxNameCharacters, check.Field("name"),
                    check.violations);
}

void CheckRegionCode(const std::string& code, absl::string_view name, const Checking& check) {
  if (check.context.reference.regions().Find(code) != nullptr) return;
  const std::string quoted = Clip(code, kMostQuoted);
  check.Refuse(
      name, Reason::UNKNOWN_REGION, absl::StrCat("应为本省的六位行政区划代码，没有 ", quoted),
      absl::StrCat("is the six-digit code of a region of this province; there is no ", quoted));
}

void CheckRegion(const Checking& check) {
  std::string& region = *check.enterprise.mutable_region();
  Trim(region);
  if (region.empty()) return Require(check.Field("region"), check.violations);
  CheckRegionCode(region, "region", check);
}

void CheckReviewUnit(const Checking& check) {
  std::string& unit = *check.enterprise.mutable_review_unit();
  Trim(unit);
  if (unit.empty()) return Require(check.Field("reviewUnit"), check.violations);
  const absl::CivilDay day = check.context.day();
  if (check.context.reference.review_units().Find(unit, day) != nullptr) return;
  const std::string quoted = Clip(unit, kMostQuoted);
  const std::string date = absl::FormatCivilTime(day);
  check.Refuse("reviewUnit", Reason::UNKNOWN_REVIEW_UNIT,
               absl::StrCat("应为有效的审核单位，", date, " 没有 ", quoted),
               absl::StrCat("is the id of a review unit; on ", date, " there is no ", quoted));
}

void CheckIndustry(const Checking& check) {
  std::string& division = *check.enterprise.mutable_industry_division();
  std::string& industry_class = *check.enterprise.mutable_industry_class();
  Trim(division);
  Trim(industry_class);
  const auto& known = check.context.reference.industries();
  if (division.empty()) {
    Require(check.Field("industryDivision"), check.violations);
  } else if (std::none_of(known.begin(), known.end(), [&](const reference::Industry& industry) {
               return industry.code == division;
             })) {
    const std::string quoted = Clip(division, kMostQuoted);
    const std::string range = absl::StrCat(known.front().code, "–", known.back().code);
    check.Refuse("industryDivision", Reason::UNKNOWN_INDUSTRY,
                 absl::StrCat("应为制造业大类的两位代码（GB/T 4754，", range, "），没有 ", quoted),
                 absl::StrCat("is the two-digit code of a division of manufacturing (GB/T 4754, ",
                              range, "); there is no ", quoted));
  }
  if (industry_class.empty()) return;
  if (industry_class.size() == 4 && absl::StartsWith(industry_class, division) &&
      std::all_of(industry_class.begin(), industry_class.end(), absl::ascii_isdigit)) {
    return;
  }
  check.Refuse("industryClass", Reason::UNKNOWN_INDUSTRY,
               "应为四位数字，前两位是行业大类，可以不填",
               "has four digits, which begin with the division; it may be empty");
}

void CheckNumber(bool present, int32_t number, int32_t most, absl::string_view name,
                 const Checking& check) {
  if (!present || (number >= 0 && number <= most)) return;
  check.Refuse(name, Reason::INVALID_FIELD, absl::StrCat("应在 0 与 ", most, " 之间"),
               absl::StrCat("is 0 to ", most));
}

void CheckSize(const Checking& check) {
  if (!check.enterprise.has_size()) return;
  v1::EnterpriseSize& size = *check.enterprise.mutable_size();
  CheckNumber(size.has_employees(), size.employees(), kMostEmployees, "size.employees", check);
  CheckNumber(size.has_revenue(), size.revenue(), kMostRevenue, "size.revenue", check);
  Trim(*size.mutable_override());
  if (size.override().empty()) return size.clear_override_reason();
  const auto& known = check.context.reference.sizes();
  if (std::none_of(known.begin(), known.end(),
                   [&](const reference::Size& one) { return one.id == size.override(); })) {
    const std::string ids = absl::StrJoin(
        known, ", ",
        [](std::string* out, const reference::Size& one) { absl::StrAppend(out, one.id); });
    check.Refuse("size.override", Reason::INVALID_FIELD, absl::StrCat("应为其中之一：", ids),
                 absl::StrCat("is one of ", ids));
  }
  CheckRequiredText(size.override_reason(), kMaxReasonCharacters,
                    check.Field("size.overrideReason"), check.violations, Lines::kMany);
}

// A USCC of another enterprise; empty: none.
void CheckRelation(std::string& uscc, absl::string_view name, const Checking& check) {
  Trim(uscc);
  if (uscc.empty()) return;
  CheckUscc(check.Field(name), uscc, check.violations);
  if (uscc != check.enterprise.uscc()) return;
  check.Refuse(name, Reason::RELATION_CIRCLE, "不能是该企业自己",
               "cannot be the enterprise itself");
}

void CheckParent(const Checking& check) {
  CheckRelation(*check.enterprise.mutable_parent_uscc(), "parentUscc", check);
}

void CheckPredecessor(const Checking& check) {
  CheckRelation(*check.enterprise.mutable_predecessor(), "predecessor", check);
}

void CheckContactText(std::string& text, absl::string_view name, const Checking& check) {
  Trim(text);
  CheckName(text, kMaxContactCharacters, check.Field(name), check.violations);
}

void CheckContact(const Checking& check) {
  if (!check.enterprise.has_contact()) return;
  v1::Contact& contact = *check.enterprise.mutable_contact();
  CheckContactText(*contact.mutable_name(), "contact.name", check);
  CheckContactText(*contact.mutable_phone(), "contact.phone", check);
  CheckContactText(*contact.mutable_email(), "contact.email", check);
  const std::string all = absl::StrCat(contact.name(), contact.phone(), contact.email());
  if (contact.masked() || absl::StrContains(all, '*')) {
    check.Refuse("contact", Reason::INVALID_FIELD, "是遮盖过的（含 *），不能存回：请填写完整内容",
                 "was masked (it has *) and cannot be stored again: give it whole");
  }
  contact.clear_masked();
}

void CheckPlant(int i, v1::Plant& plant, const Checking& check) {
  const std::string path = absl::StrCat("plants[", i, "].");
  Trim(*plant.mutable_name());
  Trim(*plant.mutable_region());
  CheckSlug(plant.plant(), check.Field(absl::StrCat(path, "plant")), check.violations);
  const std::string name = check.Field(absl::StrCat(path, "name"));
  if (plant.plant() == kMainPlant) {
    CheckName(plant.name(), kMaxNameCharacters, name, check.violations);
  } else {
    CheckRequiredName(plant.name(), kMaxNameCharacters, name, check.violations);
  }
  if (!plant.region().empty()) {
    CheckRegionCode(plant.region(), absl::StrCat(path, "region"), check);
  }
}

void CheckPlants(const Checking& check) {
  auto& plants = *check.enterprise.mutable_plants();
  if (plants.size() > kMostPlants) {
    return check.Refuse("plants", Reason::TOO_MANY, absl::StrCat("最多 ", kMostPlants, " 个"),
                        absl::StrCat("has at most ", kMostPlants));
  }
  std::set<std::string> slugs;
  for (int i = 0; i < plants.size(); ++i) {
    CheckPlant(i, plants[i], check);
    if (slugs.insert(plants[i].plant()).second) continue;
    check.Refuse(absl::StrCat("plants[", i, "].plant"), Reason::INVALID_FIELD, "前面已有同样的代号",
                 "stands in the list already");
  }
  if (slugs.count(std::string(kMainPlant)) > 0) return;
  plants.Add()->set_plant(std::string(kMainPlant));
  std::rotate(plants.pointer_begin(), plants.pointer_end() - 1, plants.pointer_end());
}

void CheckEnrolments(const Checking& check) {
  if (check.enterprise.enrolments_size() > kMostEnrolments) {
    return check.Refuse("enrolments", Reason::TOO_MANY,
                        absl::StrCat("最多 ", kMostEnrolments, " 个"),
                        absl::StrCat("has at most ", kMostEnrolments));
  }
  for (int i = 0; i < check.enterprise.enrolments_size(); ++i) {
    const v1::Enrolment& enrolment = check.enterprise.enrolments(i);
    const std::string path = check.Field(absl::StrCat("enrolments[", i, "]."));
    CheckRequiredText(enrolment.issuer(), kMaxIdentityCharacters, absl::StrCat(path, "issuer"),
                      check.violations);
    CheckRequiredText(enrolment.subject(), kMaxIdentityCharacters, absl::StrCat(path, "subject"),
                      check.violations);
  }
}

// What is checked when a path with the beginning is named.
constexpr struct {
  absl::string_view beginning;
  void (*check)(const Checking&);
} kChecks[] = {
    {"name", CheckEnterpriseName},
    {"region", CheckRegion},
    {"review_unit", CheckReviewUnit},
    // Division and class have to fit each other.
    {"industry_", CheckIndustry},
    {"size", CheckSize},
    {"parent_uscc", CheckParent},
    {"predecessor", CheckPredecessor},
    {"contact", CheckContact},
    {"plants", CheckPlants},
    {"enrolments", CheckEnrolments},
};

}  // namespace

void CheckFields(const google::protobuf::FieldMask& mask, const Context& context,
                 absl::string_view at, v1::Enterprise& enterprise, Violations& violations) {
  const Checking checking{context, at, enterprise, violations};
  for (const auto& one : kChecks) {
    const bool named =
        std::any_of(mask.paths().begin(), mask.paths().end(),
                    [&](const std::string& path) { return absl::StartsWith(path, one.beginning); });
    if (named) one.check(checking);
  }
}

}  // namespace zhiping::assessment
