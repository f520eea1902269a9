// The reference data of a deployment: what is built in, or files in its place.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "common/reference/regions.h"
#include "common/reference/review_units.h"

namespace zhiping::reference {

// A division of manufacturing (GB/T 4754-2017).
struct Industry {
  // Two digits, 13 … 43.
  std::string code;
  std::string name;
};

// An enterprise has the first size whose two lower bounds it reaches.
struct Size {
  std::string id;
  std::string name;
  // Persons.
  int64_t employees = 0;
  // 万元 a year.
  int64_t revenue = 0;
};

// Files; empty: what is built in (Jiangsu).
struct ReferenceFiles {
  std::string regions;
  std::string review_units;
};

// Immutable and thread-safe.
class Reference {
 public:
  // Errors: FILE_UNREADABLE, TOO_LARGE; violations as Regions and ReviewUnits say.
  static absl::StatusOr<Reference> Open(const ReferenceFiles& files = {});

  const Regions& regions() const { return regions_; }
  const ReviewUnits& review_units() const { return review_units_; }
  // In the order of their codes.
  const std::vector<Industry>& industries() const { return industries_; }
  // The largest first; the last has no bounds.
  const std::vector<Size>& sizes() const { return sizes_; }
  // REQUIRES: both >= 0.
  const Size& SizeOf(int64_t employees, int64_t revenue) const;

 private:
  Regions regions_;
  ReviewUnits review_units_;
  std::vector<Industry> industries_;
  std::vector<Size> sizes_;
};

}  // namespace zhiping::reference
