#include "common/reference/reference.h"

#include <algorithm>
#include <utility>

#include "absl/strings/numbers.h"
#include "common/files/file.h"
#include "common/reference/table.h"
#include "common/status/status_macros.h"
#include "zhiping/reference/embedded.h"

namespace zhiping::reference {
namespace {

constexpr size_t kMaxFileBytes = 16 << 20;

absl::StatusOr<std::string> TextOf(const std::string& file, absl::string_view built_in) {
  if (file.empty()) return std::string(built_in);
  return ReadFile(file, kMaxFileBytes);
}

absl::StatusOr<std::vector<Industry>> ReadIndustries(absl::string_view text) {
  TableFaults faults("industries");
  std::vector<Industry> industries;
  for (Row& row : ReadTable(text, {"code", "name"}, faults)) {
    industries.push_back({std::move(row.cells[0]), std::move(row.cells[1])});
  }
  if (!faults.empty()) return faults.ToStatus();
  return industries;
}

absl::StatusOr<std::vector<Size>> ReadSizes(absl::string_view text) {
  TableFaults faults("sizes");
  std::vector<Size> sizes;
  for (const Row& row : ReadTable(text, {"id", "name", "employees", "revenue"}, faults)) {
    Size size{row.cells[0], row.cells[1], 0, 0};
    if (!absl::SimpleAtoi(row.cells[2], &size.employees) ||
        !absl::SimpleAtoi(row.cells[3], &size.revenue)) {
      faults.Add(row.line, "employees", "应为整数。", "should be a whole number.");
    }
    sizes.push_back(std::move(size));
  }
  if (!faults.empty()) return faults.ToStatus();
  return sizes;
}

}  // namespace

absl::StatusOr<Reference> Reference::Open(const ReferenceFiles& files) {
  Reference reference;
  ASSIGN_OR_RETURN(const std::string regions, TextOf(files.regions, embedded::regions()));
  ASSIGN_OR_RETURN(const std::string units, TextOf(files.review_units, embedded::review_units()));
  ASSIGN_OR_RETURN(reference.regions_, Regions::Parse(regions));
  ASSIGN_OR_RETURN(reference.review_units_, ReviewUnits::Parse(units, reference.regions_));
  ASSIGN_OR_RETURN(reference.industries_, ReadIndustries(embedded::industries()));
  ASSIGN_OR_RETURN(reference.sizes_, ReadSizes(embedded::sizes()));
  return reference;
}

const Size& Reference::SizeOf(int64_t employees, int64_t revenue) const {
  const auto reaches = [&](const Size& size) {
    return employees >= size.employees && revenue >= size.revenue;
  };
  return *std::find_if(sizes_.begin(), sizes_.end(), reaches);
}

}  // namespace zhiping::reference
