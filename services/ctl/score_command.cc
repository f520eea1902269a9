#include <cstdio>
#include <memory>

#include "common/status/status_macros.h"
#include "services/ctl/commands.h"
#include "services/ctl/json_output.h"
#include "services/ctl/score_report.h"
#include "services/ctl/scoring_options.h"

namespace zhiping::ctl {
namespace {

absl::StatusOr<int> Run(const ScoringOptions& options, const CommandLine& line) {
  ASSIGN_OR_RETURN(const ScoringInput input, OpenScoring(options));
  ASSIGN_OR_RETURN(const scoring::v1::ScoreResponse response, ScoreAnswers(input));
  Print(line.json ? ToJson(response.result()) : ScoreReport(response, line.screen, input.english),
        line.screen);
  return kExitOk;
}

}  // namespace

void AddScoreCommand(CLI::App& app, CommandLine& line) {
  CLI::App* const command =
      AddCommand(app, line, "score", "给一份答卷评分，逐项列出各智能工厂层级的条件",
                 "Score answers and show how every condition of the tiers stands");
  const auto options = std::make_shared<ScoringOptions>();
  AddScoringOptions(*command, line, *options);
  command->callback(
      [options, &line] { line.action = [options, &line] { return Run(*options, line); }; });
}

}  // namespace zhiping::ctl
