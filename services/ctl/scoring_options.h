// The options that score and plan share: which answers, and who scores them.
#pragma once

#include <memory>
#include <string>

#include "absl/status/statusor.h"
#include "services/ctl/answers_file.h"
#include "services/ctl/command_line.h"
#include "services/ctl/scoring_source.h"

namespace zhiping::ctl {

struct ScoringOptions {
  std::string answers, facts, server, offline, trust_file, programme, release, timeout;
};

void AddScoringOptions(CLI::App& command, const CommandLine& line, ScoringOptions& options);

// What the options name, opened and read.
struct ScoringInput {
  std::unique_ptr<ScoringSource> source;
  AnswersFile answers;
  criteria::FactList facts;
  scoring::v1::Criteria criteria;
};

absl::StatusOr<ScoringInput> OpenScoring(const ScoringOptions& options);

// The answers scored with view FULL. Errors name lines of the file and flags.
absl::StatusOr<scoring::v1::ScoreResponse> ScoreAnswers(const ScoringInput& input);

// An error of the source, said by lines of the answers file and by flags.
absl::Status WithOrigins(const absl::Status& status, const ScoringInput& input);

}  // namespace zhiping::ctl
