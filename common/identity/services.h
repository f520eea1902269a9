// The services of this system, by the names in their certificates (`spiffe://zhiping/<name>`).
#pragma once

#include <algorithm>
#include <iterator>

#include "absl/strings/string_view.h"

namespace zhiping::identity {

// The one list: a service that is not here is named by no method, and so may call nothing.
inline constexpr absl::string_view kServices[] = {"catalogue", "scoring", "assessment",
                                                  "analytics"};

inline bool IsService(absl::string_view name) {
  return std::find(std::begin(kServices), std::end(kServices), name) != std::end(kServices);
}

}  // namespace zhiping::identity
