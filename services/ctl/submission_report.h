// A submission for people.
#pragma once

#include <string>

#include "services/ctl/screen.h"
#include "services/ctl/zone.h"
#include "zhiping/assessment/v1/assessment_service.pb.h"

namespace zhiping::ctl {

// What it is and how it stands, in a few lines.
std::string SubmissionSummaryReport(const assessment::v1::Submission& submission, const Zone& zone,
                                    const Screen& screen);

// The sentence that every result carries, after a line; empty if the texts have none.
std::string StatementText(const assessment::v1::CriteriaTexts& texts, const Screen& screen);

// With answers, findings, decisions, comments and objections. Names of scenarios are from `texts`,
// which may be empty.
std::string SubmissionReport(const assessment::v1::Submission& submission,
                             const assessment::v1::CriteriaTexts& texts, const Zone& zone,
                             const Screen& screen);

}  // namespace zhiping::ctl
