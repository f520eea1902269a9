// The parts of validation, one for each file of an edition folder. Used by validate.cc only.
#pragma once

#include "common/criteria/findings.h"
#include "common/criteria/folder.h"

namespace zhiping::criteria {

void ValidateEdition(const catalogue::v1::Edition& edition, Findings& findings);

// The edition may have errors: what the rulebook names is looked up in what there is.
//
// REQUIRES: at most kMaxScenarios scenarios and kMaxLevels levels.
void ValidateRulebook(const catalogue::v1::Edition& edition,
                      const catalogue::v1::Rulebook& rulebook, Findings& findings);

// That every text of the rulebook for people is there in Chinese (else an error) and in English
// (else a warning). Not asked of a release: what was published stays readable, and scores the same.
void ValidateRuleTexts(const catalogue::v1::Rulebook& rulebook, Findings& findings);

// That every spelling that look-ups accept means one thing (names.h): scenarios and answers of an
// edition; tiers and what the values of facts stand for; and, read by the command line, the English
// of the notes among those of the edition. Not asked of a release either.
void ValidateEditionNames(const catalogue::v1::Edition& edition, Findings& findings);
void ValidateRulebookNames(const catalogue::v1::Rulebook& rulebook, Findings& findings);
void ValidateEnglishNames(const catalogue::v1::Edition& edition, const catalogue::v1::Notes& notes,
                          Findings& findings);

// That no condition is met whatever is answered because its threshold was left out. Not asked of a
// release either.
void ValidateThresholds(const catalogue::v1::Rulebook& rulebook, Findings& findings);

// That the edition and its source are the same text, in both directions: the source is the one
// named; every official text is the whole of its lines (typical scenarios are what theirs list); no
// line is two texts or, if something stands on it, none; texts follow the order of the source.
void ValidateTexts(const catalogue::v1::Edition& edition, const std::string& source,
                   Findings& findings);

void ValidateNotes(const catalogue::v1::Edition& edition, const catalogue::v1::Notes& notes,
                   Findings& findings);

}  // namespace zhiping::criteria
