// Facts (外部指标) of a draft: values from several sources, all kept; the highest rank counts.
#pragma once

#include "absl/status/status.h"
#include "absl/time/time.h"
#include "common/criteria/answers.h"
#include "common/criteria/criteria.h"
#include "google/protobuf/repeated_ptr_field.h"
#include "zhiping/assessment/v1/record.pb.h"

namespace zhiping::assessment {

using DraftFacts = google::protobuf::RepeatedPtrField<v1::DraftFact>;

// Sets the values that one source gives, all or none; an empty value takes that source's back.
// Values are kept as decimals without needless digits. Setting what is there changes nothing.
//
// Errors: those of criteria::ReadInput for facts (`facts[0].value`, …); FIELD_REQUIRED for none.
//
// REQUIRES: the draft is under the criteria; source is DECLARED or IMPORTED.
absl::Status SetFacts(const criteria::Criteria& criteria, v1::AssessmentRecord& record,
                      const criteria::FactList& facts, v1::FactSource::Value source,
                      absl::Time now);

// Takes facts to the rulebook of `to`: what it declares and accepts, the latest of `facts` for each
// name and source, become those of the draft; all others are its kept facts.
void CarryFacts(const criteria::Criteria& to, const DraftFacts& facts,
                v1::AssessmentRecord& record);

}  // namespace zhiping::assessment
