// A draft (草稿): an enterprise's working copy for one plant in one campaign, as an
// AssessmentRecord. Pure: who and when come in as parameters.
//
// `version` grows with every change and is the draft's etag; the etag of an answer is the version
// at which it was changed last. Whatever changes a draft says so by a new version: if the version
// is as before, nothing has to be stored.
#pragma once

#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "absl/types/span.h"
#include "common/criteria/criteria.h"
#include "zhiping/assessment/v1/record.pb.h"

namespace zhiping::assessment {

// An empty draft under the criteria, version 1. An empty plant is `main`.
v1::AssessmentRecord NewDraft(const v1::AssessmentKey& key, const criteria::Criteria& criteria,
                              absl::Time now);

std::string EtagOf(const v1::AssessmentRecord& record);

// STALE_ETAG (ABORTED) if the caller knows another version of the draft. An empty etag is any.
absl::Status CheckEtag(const v1::AssessmentRecord& record, absl::string_view etag);

// Makes a new version of a draft that was changed.
void MarkChanged(v1::AssessmentRecord& record, absl::Time now);

// Ids of scenarios that stand between the draft and its submission, in edition order.
struct Unanswered {
  // 待填写
  std::vector<std::string> missing;
  // 待确认
  std::vector<std::string> to_confirm;
};
Unanswered UnansweredOf(const v1::AssessmentRecord& record);

// How the draft stands; `submissions` are all of the assessment, the latest last. The window is
// [opens_at, closes_at); a draft may be edited until the `return_by` of a returned submission too,
// whatever became of one that was handed in after it. What the province closed is CLOSED, whatever
// else is true; what is under review is LOCKED, also when the window is over.
v1::Assessment::State StateAt(const v1::AssessmentRecord& record, const v1::Campaign& campaign,
                              absl::Span<const v1::SubmissionRecord> submissions, absl::Time now);

// ASSESSMENT_LOCKED, ASSESSMENT_CLOSED (FAILED_PRECONDITION) unless it is OPEN; what the province
// closed says so (CheckNotClosed).
absl::Status CheckOpen(const v1::AssessmentRecord& record, v1::Assessment::State state,
                       absl::TimeZone zone);

// The draft as it is shown at an instant: with state, counts, etag, until when what was returned
// may be handed in again, and the channel that the target list says then.
v1::Assessment ShownDraft(const v1::AssessmentRecord& record, const v1::Campaign& campaign,
                          absl::Span<const v1::SubmissionRecord> submissions,
                          v1::Channel::Value channel, absl::Time now);

// What people call the answer with the id under the criteria: 「基础级」, 未达级, 不适用; 未填写
// for an empty one.
std::string AnswerName(const criteria::Criteria& criteria, absl::string_view level);

}  // namespace zhiping::assessment
