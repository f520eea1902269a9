// Criteria under which plans are hard to find: shares of weighted points over overlapping sets.
#pragma once

#include "tests/oracle/random_criteria.h"

namespace zhiping::oracle {

// Random weights of 1 to 1,000; one tier with twelve conditions, each a share of the points of a
// third of the scenarios. The programme is `hard`.
catalogue::v1::Release HardRelease(int scenarios, int levels, Random& random);

}  // namespace zhiping::oracle
