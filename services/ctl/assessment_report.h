// Drafts for people.
#pragma once

#include <string>

#include "services/ctl/screen.h"
#include "services/ctl/zone.h"
#include "zhiping/assessment/v1/assessment_service.pb.h"
#include "zhiping/scoring/v1/scoring_service.pb.h"

namespace zhiping::ctl {

// How a draft stands, in a few lines.
std::string DraftSummary(const assessment::v1::Assessment& draft, const Zone& zone,
                         const Screen& screen);

// With every answer, fact and piece of evidence.
std::string DraftReport(const assessment::v1::Assessment& draft,
                        const assessment::v1::CriteriaTexts& texts, const Zone& zone,
                        const Screen& screen);

std::string DraftList(const assessment::v1::ListAssessmentsResponse& list, const Zone& zone,
                      const Screen& screen);

// Whether an answer is another one afterwards: what was to be confirmed is not any more.
bool Changes(const assessment::v1::DraftAnswer& was, const assessment::v1::DraftAnswer& is);

// What changes, scenario by scenario: level and reason before and after.
std::string AnswerChanges(
    const google::protobuf::RepeatedPtrField<assessment::v1::DraftAnswer>& after,
    const assessment::v1::Assessment& before, const assessment::v1::CriteriaTexts& texts,
    const Screen& screen);

// A draft's preview as `score` has it, so that both give one report. REQUIRES: the preview has
// texts.
scoring::v1::ScoreResponse ScoredDraft(const assessment::v1::PreviewResponse& preview,
                                       const assessment::v1::Assessment& draft,
                                       const assessment::v1::CriteriaTexts& texts);

}  // namespace zhiping::ctl
