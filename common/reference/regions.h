// Regions (GB/T 2260), industries (GB/T 4754) and sizes of enterprises, as data.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"

namespace zhiping::reference {

struct Region {
  // Six digits.
  std::string code;
  std::string name;
  // province, city, district, county_city, county or special.
  std::string kind;
  // The code of the region around it; empty for a province.
  std::string parent;
};

// Immutable and thread-safe.
class Regions {
 public:
  // Errors, all at once: violations with fields such as `line 12, parent`.
  static absl::StatusOr<Regions> Parse(absl::string_view text);

  // In the order of their codes.
  const std::vector<Region>& all() const { return regions_; }
  // Null if there is none.
  const Region* Find(absl::string_view code) const;
  // Whether `code` is `around` or lies in it.
  bool IsWithin(absl::string_view code, absl::string_view around) const;

 private:
  std::vector<Region> regions_;
};

}  // namespace zhiping::reference
