// The passport (版本衔接表): what happens to every answer when criteria change. It drops no answer.
#pragma once

#include <vector>

#include "absl/types/span.h"
#include "common/criteria/criteria.h"
#include "zhiping/catalogue/v1/passport.pb.h"

namespace zhiping::criteria {

// Compares two releases; the new one may be of the same edition or of a later one.
catalogue::v1::Passport Diff(const Criteria& from, const Criteria& to);

// Whether the new release is a correction (勘误) of the old one: it says so, and leaves everything
// but texts as it was. (That a correction declares no relations was validated.)
bool IsCorrection(const Criteria& from, const Criteria& to);

// One answer after the change.
struct CarriedAnswer {
  catalogue::v1::AnswerPassage::Outcome outcome;
  // Answer carried over or proposed (criteria.h); kMissing under TO_FILL.
  uint8_t proposed;
};

// What the answers of an assessment under `from` become under `to`: one for each scenario of `to`.
// Answers of withdrawn scenarios stay with the old assessment.
//
// REQUIRES: answers.size() == from.scenario_count().
std::vector<CarriedAnswer> CarryAnswers(const Criteria& from, const Criteria& to,
                                        const catalogue::v1::Passport& passport,
                                        absl::Span<const uint8_t> answers);

}  // namespace zhiping::criteria
