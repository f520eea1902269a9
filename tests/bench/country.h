// A store filled as a province's is, for benchmarks.
#pragma once

#include <string>

#include "tests/bench/assessments.h"

namespace zhiping::assessment {

inline constexpr int kSubmissionsOfEach = 3;
inline constexpr int kCities = 13;
// Of a city: more than any has.
inline constexpr int kMostCounties = 12;
// Who is a reviewer.
inline constexpr int kTakers = 1000;
// With which every fourth enterprise is enrolled.
inline constexpr char kPlatform[] = "platform";
// Everybody has handed it in.
inline const std::string kCommonFile = std::string(64, 'f');

// Review units of Jiangsu; of a county any number will do.
std::string CityOf(int city);
std::string CountyOf(int city, int county);
// Where the city is.
std::string RegionOf(int city);
// Subject of the tokens.
std::string TakerOf(int taker);

// Enterprises with three submissions each, and what belongs to them, like `stored`. Those of
// campaign c2025 are confirmed or rejected; of the two of c2026 the second supersedes the first,
// and every third of these is under review: at the county, the city or, half of them, the province.
// REQUIRES: the store is empty.
void FillCountry(const OpenStore& open, const Stored& stored, int enterprises);

}  // namespace zhiping::assessment
