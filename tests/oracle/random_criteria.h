// Random, valid editions, rulebooks, answers and facts. The same seed gives the same ones.
#pragma once

#include <cstdint>
#include <random>
#include <vector>

#include "common/criteria/criteria.h"
#include "zhiping/catalogue/v1/release.pb.h"

namespace zhiping::oracle {

// std::uniform_int_distribution differs between libraries; this does not.
class Random {
 public:
  explicit Random(uint64_t seed) : engine_(seed) {}
  // 0 … bound − 1.
  int Below(int bound) { return static_cast<int>(engine_() % static_cast<uint64_t>(bound)); }
  int Between(int least, int most) { return least + Below(most - least + 1); }
  bool OneIn(int n) { return Below(n) == 0; }

 private:
  std::mt19937_64 engine_;
};

struct Shape {
  int most_scenarios = 40;
  int most_levels = 4;
  // How deep conditions may be nested.
  int most_depth = 3;
  // Whether ratios may have a measure of answers as denominator.
  bool moving_denominators = true;
};

// A release that validation accepts, without vectors.
catalogue::v1::Release RandomRelease(const Shape& shape, Random& random);

std::vector<uint8_t> RandomAnswers(const criteria::Criteria& criteria, Random& random);
std::vector<int32_t> RandomFacts(const criteria::Criteria& criteria, Random& random);

}  // namespace zhiping::oracle
