#include "services/assessment/domain/stages.h"

#include <string>
#include <utility>

#include "absl/strings/str_cat.h"
#include "common/status/error.h"

namespace zhiping::assessment {
namespace {

v1::Stage::Value StageOfLevel(reference::UnitLevel level) {
  switch (level) {
    case reference::UnitLevel::kCounty:
      return v1::Stage::COUNTY;
    case reference::UnitLevel::kCity:
      return v1::Stage::CITY;
    case reference::UnitLevel::kProvince:
      break;
  }
  return v1::Stage::PROVINCE;
}

}  // namespace

absl::StatusOr<std::vector<v1::ReviewStage>> StagesOf(const reference::ReviewUnits& units,
                                                      absl::string_view unit, absl::CivilDay day,
                                                      v1::Channel::Value channel) {
  if (units.Find(unit, day) == nullptr) {
    return MakeError(absl::StatusCode::kFailedPrecondition, Reason::UNKNOWN_REVIEW_UNIT,
                     absl::StrCat("没有审核单位“", unit, "”，或它已停用。"),
                     absl::StrCat("There is no review unit \"", unit, "\", or not any more."),
                     {{"reviewUnit", std::string(unit)}});
  }
  std::vector<v1::ReviewStage> stages;
  for (const reference::ReviewUnit* above : units.PathOf(unit, day)) {
    v1::ReviewStage stage;
    stage.set_stage(StageOfLevel(above->level));
    stage.set_unit(above->id);
    stage.set_unit_name(above->name);
    if (channel == v1::Channel::DIRECT && stage.stage() != v1::Stage::PROVINCE) continue;
    stages.push_back(std::move(stage));
  }
  return stages;
}

int IndexOfStage(const v1::SubmissionRecord& record, v1::Stage::Value stage) {
  for (int i = 0; i < record.stages_size(); ++i) {
    if (record.stages(i).stage() == stage) return i;
  }
  return -1;
}

const reference::ReviewUnit* OfficeOf(const reference::ReviewUnits& units, absl::string_view unit,
                                      absl::CivilDay day) {
  for (const reference::ReviewUnit* above : units.PathOf(unit, day)) {
    if (day < above->until) return above;
  }
  return nullptr;
}

std::vector<std::string> ActsFor(const reference::ReviewUnits& units, absl::string_view unit,
                                 absl::CivilDay day) {
  std::vector<std::string> acted_for;
  for (std::string& below : units.Below(unit, day)) {
    if (OfficeOf(units, below, day)->id == unit) acted_for.push_back(std::move(below));
  }
  return acted_for;
}

v1::Assurance::Value AssuranceOf(v1::Stage::Value stage) {
  switch (stage) {
    case v1::Stage::COUNTY:
      return v1::Assurance::COUNTY_REVIEWED;
    case v1::Stage::CITY:
      return v1::Assurance::CITY_REVIEWED;
    case v1::Stage::PROVINCE:
      return v1::Assurance::PROVINCE_CONFIRMED;
    default:
      return v1::Assurance::SELF_EVALUATED;
  }
}

}  // namespace zhiping::assessment
