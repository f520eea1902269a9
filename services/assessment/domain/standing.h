// What an act makes of the standing of a submission, and of those of the others of its assessment:
// the steps that acts are made of. Nothing here checks whether it may be done.
#pragma once

#include <string>

#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "services/assessment/domain/act.h"

namespace zhiping::assessment {

// Whether it can count: COMPLETE, UNDER_REVIEW and CONFIRMED.
bool Stands(const v1::SubmissionRecord& record);
// Whether its latest submission is under review, so that the draft is locked.
bool IsLocked(const Submissions& all);
// The objection that waits for a decision; null if there is none.
const v1::Objection* OpenObjection(const v1::SubmissionStanding& standing);
// As it was called when it was submitted; the id if it is none of its units.
std::string UnitNameOf(const v1::SubmissionRecord& record, absl::string_view unit);

// The standing changes: a new version.
void Touch(v1::SubmissionRecord& record);
// Nobody has it in hand any more.
void PutDown(v1::SubmissionRecord& record);
// The actor's unit decides at that stage. The assurance follows from all decisions, and so does
// which findings count; dates end, nobody has it in hand, and the reviewed result has to be made
// anew (findings.h). At once after it the state is set.
void AddDecision(const Act& act, v1::Stage::Value stage, v1::Decision::Kind kind,
                 absl::string_view reason, v1::SubmissionRecord& record);
// UNDER_REVIEW at the stage, with its due date. REQUIRES: it is one of its stages.
void PutUnderReview(const Act& act, v1::Stage::Value stage, v1::SubmissionRecord& record);
// Any other state.
void SetState(v1::SubmissionState::Value state, v1::SubmissionRecord& record);
// From now on the enterprise may hand it in again, for the campaign's days.
void AllowReturn(const Act& act, v1::SubmissionRecord& record);
// From now on the enterprise may object, if the campaign gives days for it.
void AllowObjection(const Act& act, v1::SubmissionRecord& record);
// The open objection, if any, lapses by what happened: nobody decides it.
void LapseObjection(v1::SubmissionRecord& record);

// Earlier ones that are COMPLETE or CONFIRMED, of no higher assurance and not cited, are superseded
// by this one. REQUIRES: it stands, and its assurance has just been reached.
void Supersede(v1::SubmissionRecord& by, Submissions& all);
// The record fell back: what it had superseded stands again if its assurance is higher, unless
// another later one has reached that too and so takes its place.
void Restore(v1::SubmissionRecord& by, Submissions& all);
// Among those that stand the highest assurance, then the latest, is effective. After every act.
void SetEffective(Submissions& all);

}  // namespace zhiping::assessment
