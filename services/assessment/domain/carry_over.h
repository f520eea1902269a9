// Answers go from one release to another by the passport (common/criteria/diff.h), and none is
// dropped: each is found again as the answer of a scenario, in `carried_from`, or in `kept`.
//
// 沿用: the answer is set. 待确认: it is proposed, and scores as missing until somebody answers;
// what was to be confirmed before stays so, however often releases change (the strictest counts).
// 待填写: missing. An answer whose scenario is withdrawn is kept, and proposed again where a later
// release has the scenario again. Reasons go with their answers.
#pragma once

#include "absl/time/time.h"
#include "absl/types/span.h"
#include "common/criteria/criteria.h"
#include "google/protobuf/repeated_ptr_field.h"
#include "zhiping/assessment/v1/record.pb.h"

namespace zhiping::assessment {

// What a new draft carries over.
struct CarrySource {
  v1::SubmissionKey key;
  // Of every scenario of its release, in edition order.
  google::protobuf::RepeatedPtrField<v1::DraftAnswer> answers;
  google::protobuf::RepeatedPtrField<v1::KeptAnswer> kept;
  // Those that counted, all as DECLARED: in the new draft it is the enterprise that says them.
  google::protobuf::RepeatedPtrField<v1::DraftFact> facts;
  // Who filled it in: it is still what they say.
  google::protobuf::RepeatedPtrField<v1::PersonRecord> people;
};

CarrySource SourceOf(const v1::AssessmentRecord& draft);
// What the enterprise claimed, whatever was found in a review, and what its draft kept beside it.
// `draft`: that one as it is now, for a submission that does not have that (LacksKept); what it
// keeps of the submission's own scenarios is left out, since the submission has them.
CarrySource SourceOf(const v1::SubmissionRecord& submission, const v1::AssessmentRecord& draft);
// What a draft has of earlier releases: it is stored with what is submitted.
v1::KeptBeside KeptBesideOf(const v1::AssessmentRecord& draft);
// Whether it is from before submissions had it.
bool LacksKept(const v1::SubmissionRecord& submission);

// Fills an empty draft from a source. `path` begins with the source's criteria and ends with the
// draft's, one if they are the same; editions in between say what they tightened, split or merged,
// so they belong into it.
//
// REQUIRES: path is not empty; the record is a NewDraft under its last criteria.
void CarryOver(absl::Span<const criteria::Criteria* const> path, const CarrySource& source,
               absl::Time now, v1::AssessmentRecord& record);

// Takes a draft to another release, recorded in its `release_changes`. Every answer gets a new
// etag, since whoever has the old texts before them has to read the new ones first; not so under a
// correction (勘误), which does not change what is asked. Facts that `to` does not declare or
// accept are kept. Evidence for a scenario is for the scenarios that come from it too. Nothing is
// changed if the release is the draft's.
//
// REQUIRES: the draft is under `from`.
void Rebase(const criteria::Criteria& from, const criteria::Criteria& to,
            v1::AssessmentRecord& record, v1::ReleaseChange::Cause cause, absl::Time now);

}  // namespace zhiping::assessment
