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

// That every official text is the whole of its lines of the source (a typical scenario one of those
// that they list), and the source is the one named.
void ValidateTexts(const catalogue::v1::Edition& edition, const std::string& source,
                   Findings& findings);

void ValidateNotes(const catalogue::v1::Edition& edition, const catalogue::v1::Notes& notes,
                   Findings& findings);

}  // namespace zhiping::criteria
