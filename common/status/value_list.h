// Lists among the values of an error: ids with commas between them, `a,b,c`. One that is too long
// loses whole entries at its end, and a second value says how many it had.
#pragma once

#include <cstddef>

#include "absl/strings/string_view.h"

namespace zhiping {

// After the key of a list: key of the value that says how many entries it had, if not all are
// there.
inline constexpr char kTotalSuffix[] = "Total";

// Whether a value is such a list: it has a comma and no white space.
bool IsValueList(absl::string_view value);

// How many entries a list has.
int ValueListSize(absl::string_view list);

// The entries at its beginning that fit into so many bytes, perhaps none.
absl::string_view ClipValueList(absl::string_view list, size_t bytes);

}  // namespace zhiping
