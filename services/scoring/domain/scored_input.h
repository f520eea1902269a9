// What was scored, as the engine understood it: the part of ScoreResponse that view FULL adds.
#pragma once

#include "common/criteria/answers.h"
#include "common/criteria/criteria.h"
#include "zhiping/scoring/v1/scoring_service.pb.h"

namespace zhiping::scoring {

// REQUIRES: `input` was accepted by criteria::ReadInput.
v1::ScoredInput MakeScoredInput(const criteria::Criteria& criteria, const criteria::Input& input);

}  // namespace zhiping::scoring
