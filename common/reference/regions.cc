#include "common/reference/regions.h"

#include <algorithm>
#include <set>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "common/reference/table.h"

namespace zhiping::reference {
namespace {

bool IsCode(absl::string_view text) {
  return text.size() == 6 && std::all_of(text.begin(), text.end(), absl::ascii_isdigit);
}

bool IsKind(absl::string_view text) {
  for (const char* kind : {"province", "city", "district", "county_city", "county", "special"}) {
    if (text == kind) return true;
  }
  return false;
}

bool Before(const Region& region, absl::string_view code) { return region.code < code; }

}  // namespace

absl::StatusOr<Regions> Regions::Parse(absl::string_view text) {
  TableFaults faults("regions");
  Regions regions;
  std::vector<int> lines;
  for (Row& row : ReadTable(text, {"code", "name", "kind", "parent"}, faults)) {
    Region region{std::move(row.cells[0]), std::move(row.cells[1]), std::move(row.cells[2]),
                  std::move(row.cells[3])};
    if (!IsCode(region.code)) {
      faults.Add(row.line, "code", "应为 6 位数字。", "should be six digits.");
    } else if (!regions.regions_.empty() && region.code <= regions.regions_.back().code) {
      faults.Add(row.line, "code", "应按代码由小到大排列，不得重复。",
                 "should come after the codes above, and be there once.");
    }
    if (region.name.empty()) faults.Add(row.line, "name", "不能为空。", "may not be empty.");
    if (!IsKind(region.kind)) {
      faults.Add(row.line, "kind",
                 "应为 province、city、district、county_city、county 或 special。",
                 "should be province, city, district, county_city, county or special.");
    }
    lines.push_back(row.line);
    regions.regions_.push_back(std::move(region));
  }
  if (!faults.empty()) return faults.ToStatus();
  for (size_t i = 0; i < regions.regions_.size(); ++i) {
    const Region& region = regions.regions_[i];
    // Codes of what lies around are lower, so there is no circle.
    const bool is_right = region.kind == "province" ? region.parent.empty()
                                                    : region.parent < region.code &&
                                                          regions.Find(region.parent) != nullptr;
    if (!is_right) {
      faults.Add(lines[i], "parent", absl::StrCat("“", region.parent, "”不是上级区划的代码。"),
                 absl::StrCat("'", region.parent, "' is not the code of the region around it."));
    }
  }
  if (!faults.empty()) return faults.ToStatus();
  return regions;
}

const Region* Regions::Find(absl::string_view code) const {
  const auto found = std::lower_bound(regions_.begin(), regions_.end(), code, Before);
  return found != regions_.end() && found->code == code ? &*found : nullptr;
}

bool Regions::IsWithin(absl::string_view code, absl::string_view around) const {
  for (const Region* region = Find(code); region != nullptr; region = Find(region->parent)) {
    if (region->code == around) return true;
  }
  return false;
}

}  // namespace zhiping::reference
