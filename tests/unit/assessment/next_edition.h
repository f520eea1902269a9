// Editions that follow one another, at random: every kind of change that a passport knows.
#pragma once

#include <vector>

#include "tests/oracle/random_criteria.h"
#include "zhiping/catalogue/v1/release.pb.h"

namespace zhiping::oracle {

// A random release whose rulebook has facts and no conditions.
catalogue::v1::Release FirstEdition(Random& random);

// What follows the last of the releases: scenarios are reworded, tightened, relaxed, split, merged,
// withdrawn, moved and new, levels come and go, facts change; withdrawn ones may come back.
catalogue::v1::Release NextEdition(const std::vector<catalogue::v1::Release>& releases,
                                   Random& random);

}  // namespace zhiping::oracle
