// Official names and texts of a release, as people need them to read a draft or a submission.
#pragma once

#include "common/criteria/criteria.h"
#include "zhiping/assessment/v1/criteria_texts.pb.h"

namespace zhiping::assessment {

v1::CriteriaTexts MakeCriteriaTexts(const criteria::Criteria& criteria);

}  // namespace zhiping::assessment
