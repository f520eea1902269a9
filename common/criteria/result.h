// The result of scoring as a message, with or without its texts.
#pragma once

#include "common/criteria/criteria.h"
#include "zhiping/common/v1/score_result.pb.h"

namespace zhiping::criteria {

// How the conditions of a tier stand together; UNDETERMINED if it has none, of which nothing can be
// said.
common::v1::RuleStatus::Value StatusOfTier(const Criteria& criteria, const Tally& tally,
                                           const TierNodes& tier);

// What a result of these criteria always says: ids, thresholds, totals, digest, label, semantics
// and engine version; with `texts` also names, texts, bases and sources. Numbers and statuses are
// unset.
common::v1::ScoreResult ResultFrame(const Criteria& criteria, bool texts);

// Sets the numbers and statuses of a result that was once copied from this criteria's ResultFrame;
// whatever was filled in before is replaced. Allocates nothing if it was filled before and no more
// scenarios are missing.
void FillResult(const Criteria& criteria, const Tally& tally, common::v1::ScoreResult& result);

// Both in one: the result of a tally.
common::v1::ScoreResult MakeResult(const Criteria& criteria, const Tally& tally, bool texts);

// The result of one condition with its parts, with texts: as in ScoreResult.
common::v1::ConditionResult MakeConditionResult(const Criteria& criteria, int node,
                                                const Tally& tally, bool texts);

}  // namespace zhiping::criteria
