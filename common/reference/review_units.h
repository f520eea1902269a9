// Review units (审核单位): offices in a versioned tree.
#pragma once

#include <string>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/civil_time.h"
#include "common/reference/regions.h"

namespace zhiping::reference {

enum class UnitLevel { kProvince, kCity, kCounty };

// A unit as it is, or was, for some time.
struct ReviewUnit {
  // Stays the same whatever it is called, and is never given to another.
  std::string id;
  std::string name;
  // What it is also known as.
  std::vector<std::string> aliases;
  UnitLevel level = UnitLevel::kProvince;
  // The id of the unit above; empty for a province.
  std::string parent;
  // Codes of the regions whose enterprises it may receive.
  std::vector<std::string> regions;
  // Dates in the deployment's zone; `until` no longer included.
  absl::CivilDay from = absl::CivilDay::min();
  absl::CivilDay until = absl::CivilDay::max();
};

// Immutable and thread-safe.
class ReviewUnits {
 public:
  // Errors, all at once, with fields such as `line 12, parent`: an id twice at the same time, a
  // parent that is not there throughout or not of a higher level, an unknown region or level.
  static absl::StatusOr<ReviewUnits> Parse(absl::string_view text, const Regions& regions);

  // The unit as it is on the day; null if there is none (yet, or any more).
  const ReviewUnit* Find(absl::string_view id, absl::CivilDay day) const;
  // The units that are called that on the day, by name or alias: several places are called 鼓楼区.
  std::vector<const ReviewUnit*> FindByName(absl::string_view name, absl::CivilDay day) const;
  // The unit and all above it, each as it is on the day or was last; empty if there was none yet.
  std::vector<const ReviewUnit*> PathOf(absl::string_view id, absl::CivilDay day) const;
  // Whether `id`, as it is or was last, is `above` or lies below it. What has ended has nothing.
  bool IsWithin(absl::string_view id, absl::string_view above, absl::CivilDay day) const;
  // The unit and all below it, those that have ended too, by id; empty if itself is not there.
  std::vector<std::string> Below(absl::string_view id, absl::CivilDay day) const;
  // As they stand in the file, whatever the day.
  const std::vector<ReviewUnit>& all() const { return units_; }

 private:
  std::vector<ReviewUnit> units_;
  // Rows of each id, in the order of their dates.
  absl::flat_hash_map<std::string, std::vector<int>> by_id_;
};

}  // namespace zhiping::reference
