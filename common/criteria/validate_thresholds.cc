#include "absl/strings/str_cat.h"
#include "common/criteria/validate_parts.h"

namespace zhiping::criteria {
namespace {

using catalogue::v1::Condition;
using Conditions = google::protobuf::RepeatedPtrField<Condition>;

void CheckNumber(int32_t number, const std::string& field, Findings& findings) {
  if (number != 0) return;
  findings.Error(
      field, Reason::FIELD_REQUIRED,
      "没有写，或写了 0：无论怎样填报都满足这个条件。应写 1 以上的数。",
      "Left out, or 0: whatever is answered meets the condition. It should be 1 or more.");
}

void CheckConditions(const Conditions& conditions, const std::string& list, Findings& findings) {
  for (int i = 0; i < conditions.size(); ++i) {
    const Condition& condition = conditions[i];
    const std::string field = absl::StrCat(list, "[", i, "]");
    // Of the others each is empty.
    CheckConditions(condition.all_of().conditions(), field + ".all_of.conditions", findings);
    CheckConditions(condition.any_of().conditions(), field + ".any_of.conditions", findings);
    CheckConditions(condition.readings().conditions(), field + ".readings.conditions", findings);
    if (condition.has_at_least()) {
      CheckNumber(condition.at_least().threshold(), field + ".at_least.threshold", findings);
    } else if (condition.has_ratio_at_least()) {
      CheckNumber(condition.ratio_at_least().n(), field + ".ratio_at_least.n", findings);
    }
  }
}

}  // namespace

void ValidateThresholds(const catalogue::v1::Rulebook& rulebook, Findings& findings) {
  for (int i = 0; i < rulebook.tiers_size(); ++i) {
    const std::string field = absl::StrCat("tiers[", i, "]");
    CheckConditions(rulebook.tiers(i).conditions(), field + ".conditions", findings);
    CheckConditions(rulebook.tiers(i).advice(), field + ".advice", findings);
  }
}

}  // namespace zhiping::criteria
