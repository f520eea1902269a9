// Lists of submissions, queues and files that several enterprises have handed in, for people.
#pragma once

#include <string>

#include "services/ctl/screen.h"
#include "services/ctl/zone.h"
#include "zhiping/assessment/v1/review_service.pb.h"

namespace zhiping::ctl {

using SubmissionSummaries = google::protobuf::RepeatedPtrField<assessment::v1::SubmissionSummary>;
// A submission a line, with its receipt number.
std::string SubmissionTable(const SubmissionSummaries& submissions, int total, const Zone& zone,
                            const Screen& screen);
// The same as reviewers need it: when it is due, who has it, and what is to be looked at.
std::string QueueTable(const SubmissionSummaries& submissions, int total, const Zone& zone,
                       const Screen& screen);

std::string EvidenceMatchesReport(const assessment::v1::ListEvidenceMatchesResponse& response,
                                  const Screen& screen);

}  // namespace zhiping::ctl
