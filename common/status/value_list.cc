#include "common/status/value_list.h"

#include <algorithm>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"

namespace zhiping {

bool IsValueList(absl::string_view value) {
  return absl::StrContains(value, ',') &&
         std::none_of(value.begin(), value.end(), [](char c) { return absl::ascii_isspace(c); });
}

int ValueListSize(absl::string_view list) {
  return 1 + static_cast<int>(std::count(list.begin(), list.end(), ','));
}

absl::string_view ClipValueList(absl::string_view list, size_t bytes) {
  if (list.size() <= bytes) return list;
  // A comma right after what fits ends the last entry that does.
  const size_t end = list.substr(0, bytes + 1).rfind(',');
  return end == absl::string_view::npos ? absl::string_view() : list.substr(0, end);
}

}  // namespace zhiping
