// A store filled as a province's is, for benchmarks.
#pragma once

#include <string>
#include <vector>

#include "absl/time/time.h"
#include "tests/bench/assessments.h"

namespace zhiping::assessment {

inline constexpr int kSubmissionsOfEach = 3;
inline constexpr int kCities = 13;
inline constexpr int kCountiesOfACity = 9;
// Everybody has handed it in.
inline const std::string kCommonFile = std::string(64, 'f');
inline const absl::Time kNowOfCountry = absl::FromUnixSeconds(1'790'000'000);

std::string CountyOf(int city, int county);
// Of the city, itself first.
std::vector<std::string> UnitsOf(int city);

// Enterprises with three submissions each, and what belongs to them, like `stored`. Those of
// campaign c2025 are confirmed or rejected; of the two of c2026 the second supersedes the first,
// and every third of these is under review: at the county, the city or, half of them, the province.
// Every fourth enterprise is enrolled with the platform. REQUIRES: the store is empty.
void FillCountry(const OpenStore& open, const Stored& stored, int enterprises);

}  // namespace zhiping::assessment
