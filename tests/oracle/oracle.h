// A slow, obvious interpreter of score semantics version 1, written from the definitions and
// without any of the engine's code: it walks the messages, looks everything up by id, and counts
// with loops.
#pragma once

#include <cstdint>
#include <vector>

#include "zhiping/catalogue/v1/release.pb.h"
#include "zhiping/common/v1/score_result.pb.h"

namespace zhiping::oracle {

// `answers`: 0 missing, 1 none, 2 not_applicable, 2 + rank. `facts`: INT32_MIN is missing. The
// result has no texts, and nothing of what it rests on.
common::v1::ScoreResult Score(const catalogue::v1::Release& release,
                              const std::vector<uint8_t>& answers,
                              const std::vector<int32_t>& facts);

}  // namespace zhiping::oracle
