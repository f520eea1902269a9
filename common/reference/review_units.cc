#include "common/reference/review_units.h"

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "common/reference/table.h"

namespace zhiping::reference {
namespace {

std::vector<std::string> ListOf(absl::string_view cell) {
  return absl::StrSplit(cell, absl::ByString("、"), absl::SkipEmpty());
}

bool ReadLevel(absl::string_view text, UnitLevel& level) {
  constexpr std::pair<absl::string_view, UnitLevel> kLevels[] = {{"province", UnitLevel::kProvince},
                                                                 {"city", UnitLevel::kCity},
                                                                 {"county", UnitLevel::kCounty}};
  for (const auto& [name, value] : kLevels) {
    if (text != name) continue;
    level = value;
    return true;
  }
  return false;
}

class UnitsReader final {
 public:
  explicit UnitsReader(const Regions& regions) : regions_(regions) {}

  ReviewUnit ReadRow(const Row& row) {
    ReviewUnit unit;
    unit.id = row.cells[0];
    unit.name = row.cells[1];
    unit.aliases = ListOf(row.cells[2]);
    unit.parent = row.cells[4];
    unit.regions = ListOf(row.cells[5]);
    if (unit.id.empty()) faults_.Add(row.line, "id", "不能为空。", "may not be empty.");
    if (unit.name.empty()) faults_.Add(row.line, "name", "不能为空。", "may not be empty.");
    if (!ReadLevel(row.cells[3], unit.level)) {
      faults_.Add(row.line, "level", "应为 province、city 或 county。",
                  "should be province, city or county.");
    }
    for (const std::string& code : unit.regions) {
      if (regions_.Find(code) != nullptr) continue;
      faults_.Add(row.line, "regions", absl::StrCat("没有区划代码 ", code, "。"),
                  absl::StrCat("there is no region ", code, "."));
    }
    ReadDay(row, 6, "valid_from", unit.from);
    ReadDay(row, 7, "valid_until", unit.until);
    if (unit.until <= unit.from) {
      faults_.Add(row.line, "valid_until", "应晚于 valid_from。", "should be after valid_from.");
    }
    return unit;
  }

  // What can be judged only when all are there.
  void CheckParent(const Row& row, const ReviewUnit& unit, const ReviewUnits& units) {
    if (unit.parent.empty() == (unit.level == UnitLevel::kProvince) && unit.parent.empty()) return;
    if (unit.level == UnitLevel::kProvince) {
      faults_.Add(row.line, "parent", "省级单位没有上级，应为空。",
                  "a unit of the province has none above it: should be empty.");
      return;
    }
    absl::CivilDay covered = unit.from;
    while (covered < unit.until) {
      const ReviewUnit* parent = units.Find(unit.parent, covered);
      if (parent == nullptr || parent->level >= unit.level) {
        faults_.Add(row.line, "parent",
                    absl::StrCat("“", unit.parent, "”在有效期内不是一个更高级别的单位。"),
                    absl::StrCat("'", unit.parent,
                                 "' is not a unit of a higher level throughout the validity."));
        return;
      }
      covered = parent->until;
    }
  }

  TableFaults& faults() { return faults_; }

 private:
  void ReadDay(const Row& row, int cell, absl::string_view column, absl::CivilDay& day) {
    if (row.cells[cell].empty()) return;
    if (absl::ParseCivilTime(row.cells[cell], &day)) return;
    faults_.Add(row.line, column, "应为日期，例如 2026-07-01。",
                "should be a date, for example 2026-07-01.");
  }

  const Regions& regions_;
  TableFaults faults_{"review_units"};
};

}  // namespace

absl::StatusOr<ReviewUnits> ReviewUnits::Parse(absl::string_view text, const Regions& regions) {
  UnitsReader reader(regions);
  const std::vector<Row> rows = ReadTable(
      text, {"id", "name", "aliases", "level", "parent", "regions", "valid_from", "valid_until"},
      reader.faults());
  ReviewUnits units;
  for (const Row& row : rows) {
    ReviewUnit unit = reader.ReadRow(row);
    std::vector<int>& same = units.by_id_[unit.id];
    for (const int other : same) {
      const ReviewUnit& earlier = units.units_[other];
      if (unit.from >= earlier.until || earlier.from >= unit.until) continue;
      reader.faults().Add(
          row.line, "id",
          absl::StrCat("“", unit.id, "”与第 ", rows[other].line, " 行的有效期重叠。"),
          absl::StrCat("'", unit.id, "' is there at the same time as on line ", rows[other].line,
                       "."));
    }
    same.push_back(static_cast<int>(units.units_.size()));
    units.units_.push_back(std::move(unit));
  }
  if (!reader.faults().empty()) return reader.faults().ToStatus();
  for (size_t i = 0; i < rows.size(); ++i) reader.CheckParent(rows[i], units.units_[i], units);
  if (!reader.faults().empty()) return reader.faults().ToStatus();
  return units;
}

const ReviewUnit* ReviewUnits::Find(absl::string_view id, absl::CivilDay day) const {
  const auto rows = by_id_.find(id);
  if (rows == by_id_.end()) return nullptr;
  for (const int row : rows->second) {
    const ReviewUnit& unit = units_[row];
    if (unit.from <= day && day < unit.until) return &unit;
  }
  return nullptr;
}

std::vector<const ReviewUnit*> ReviewUnits::FindByName(absl::string_view name,
                                                       absl::CivilDay day) const {
  std::vector<const ReviewUnit*> found;
  for (const ReviewUnit& unit : units_) {
    const bool called = unit.name == name || std::find(unit.aliases.begin(), unit.aliases.end(),
                                                       name) != unit.aliases.end();
    if (called && unit.from <= day && day < unit.until) found.push_back(&unit);
  }
  return found;
}

std::vector<const ReviewUnit*> ReviewUnits::PathOf(absl::string_view id, absl::CivilDay day) const {
  const auto latest = [&](absl::string_view of) {
    const ReviewUnit* found = nullptr;
    const auto rows = by_id_.find(of);
    if (rows == by_id_.end()) return found;
    for (const int row : rows->second) {
      const ReviewUnit& unit = units_[row];
      if (unit.from <= day && (found == nullptr || found->from < unit.from)) found = &unit;
    }
    return found;
  };
  std::vector<const ReviewUnit*> path;
  // A parent is there as long as its child, so the units of a circle would all be there on the day
  // on which the first of them ends, and levels rise from one to the next: this ends.
  for (const ReviewUnit* unit = latest(id); unit != nullptr; unit = latest(unit->parent)) {
    path.push_back(unit);
  }
  return path;
}

bool ReviewUnits::IsWithin(absl::string_view id, absl::string_view above,
                           absl::CivilDay day) const {
  for (const ReviewUnit* unit : PathOf(id, day)) {
    if (unit->id == above) return day < unit->until;
  }
  return false;
}

std::vector<std::string> ReviewUnits::Below(absl::string_view id, absl::CivilDay day) const {
  std::vector<std::string> below;
  for (const auto& [unit, rows] : by_id_) {
    if (IsWithin(unit, id, day)) below.push_back(unit);
  }
  std::sort(below.begin(), below.end());
  return below;
}

}  // namespace zhiping::reference
