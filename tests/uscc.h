// Enterprises of tests.
#pragma once

#include <string>

#include "absl/strings/str_format.h"
#include "absl/strings/string_view.h"

namespace zhiping {

// The number-th unified social credit code (GB 32100-2015).
inline std::string TestUscc(int number) {
  constexpr absl::string_view kCharacters = "0123456789ABCDEFGHJKLMNPQRTUWXY";
  std::string uscc = absl::StrFormat("91320106%09d", number);
  int sum = 0, weight = 1;
  for (const char character : uscc) {
    sum += static_cast<int>(kCharacters.find(character)) * weight;
    weight = weight * 3 % 31;
  }
  return uscc + kCharacters[(31 - sum % 31) % 31];
}

}  // namespace zhiping
