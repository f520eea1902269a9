// Differences of two rulebooks, value by value.
#pragma once

#include "common/criteria/criteria.h"
#include "google/protobuf/repeated_ptr_field.h"
#include "zhiping/catalogue/v1/passport.pb.h"

namespace zhiping::criteria {

// Whether anything differs but the edition that the rulebooks name.
bool RulebooksDiffer(const Criteria& from, const Criteria& to);

// Appends what differs, in the order of the new rulebook; what is gone stands where it stood. A
// weight that one of them leaves to the default is compared as that default.
void DiffRulebooks(const Criteria& from, const Criteria& to,
                   google::protobuf::RepeatedPtrField<catalogue::v1::RuleChange>& changes);

}  // namespace zhiping::criteria
