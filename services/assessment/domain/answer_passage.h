// One step from a release to the next: what becomes of the answers of a draft.
#pragma once

#include "common/criteria/criteria.h"
#include "google/protobuf/repeated_ptr_field.h"
#include "zhiping/assessment/v1/record.pb.h"
#include "zhiping/catalogue/v1/passport.pb.h"

namespace zhiping::assessment {

struct Answers {
  // Of every scenario of the release, in edition order.
  google::protobuf::RepeatedPtrField<v1::DraftAnswer> answers;
  google::protobuf::RepeatedPtrField<v1::KeptAnswer> kept;
};

// Says of the answers that were not carried over themselves where they were given.
void MarkPlace(const v1::SubmissionKey& place, const criteria::Criteria& criteria,
               Answers& answers);

// The answers under `to`, without etags.
//
// REQUIRES: passport is Diff(from, to); answers are under `from`, and places are marked.
Answers PassAnswers(const criteria::Criteria& from, const criteria::Criteria& to,
                    const catalogue::v1::Passport& passport, const Answers& answers);

// Whether it has an answer, one that is proposed, or a remark.
bool HasContent(const v1::DraftAnswer& answer);

}  // namespace zhiping::assessment
