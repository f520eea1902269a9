// How a request names criteria, for releases::Snapshot.
#pragma once

#include "common/releases/snapshot.h"
#include "zhiping/scoring/v1/scoring_service.pb.h"

namespace zhiping::scoring {

inline releases::Choice ChoiceOf(const v1::Criteria& criteria) {
  return {criteria.programme(), criteria.release_digest(), criteria.min_revision()};
}

}  // namespace zhiping::scoring
