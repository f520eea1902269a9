// The options that score and plan share: which answers, and who scores them.
#pragma once

#include <memory>
#include <string>

#include "absl/status/statusor.h"
#include "common/status/error.h"
#include "services/ctl/answers_file.h"
#include "services/ctl/command_line.h"
#include "services/ctl/credentials.h"
#include "services/ctl/english.h"
#include "services/ctl/scoring_source.h"

namespace zhiping::ctl {

struct ScoringOptions {
  std::string answers, facts, server, offline, trust_file, programme, release, timeout;
  CredentialOptions credentials;
};

void AddScoringOptions(CLI::App& command, const CommandLine& line, ScoringOptions& options);

// What the options name, opened and read.
struct ScoringInput {
  std::unique_ptr<ScoringSource> source;
  AnswersFile answers;
  criteria::FactList facts;
  scoring::v1::Criteria criteria;
  // Of an edition folder, whose notes have it; a service and a release have none.
  English english;
  // What could not be read of the flags. It is said together with what the source says.
  Violations faults;
};

absl::StatusOr<ScoringInput> OpenScoring(const ScoringOptions& options);

// The answers scored with view FULL. Errors name lines of the file and flags, all at once.
absl::StatusOr<scoring::v1::ScoreResponse> ScoreAnswers(const ScoringInput& input);

// What the source says of a request, and what is wrong with the flags, said by lines of the answers
// file and by flags; OK if nothing is wrong.
absl::Status WithOrigins(const absl::Status& status, const ScoringInput& input);

}  // namespace zhiping::ctl
