// The commands of zhipingctl, a file each. Each declares its arguments below `app` and sets
// line.action when it is named.
#pragma once

#include "services/ctl/command_line.h"

namespace zhiping::ctl {

void AddEditionCommands(CLI::App& app, CommandLine& line);
void AddEditionBuildCommand(CLI::App& edition, CommandLine& line);
void AddEditionImportCommands(CLI::App& edition, CommandLine& line);
void AddReleaseCommands(CLI::App& app, CommandLine& line);
void AddReleasePublishCommands(CLI::App& release, CommandLine& line);
void AddReleaseStatusCommand(CLI::App& release, CommandLine& line);
void AddReleaseRepairCommands(CLI::App& release, CommandLine& line);
void AddReleaseLogCommand(CLI::App& release, CommandLine& line);
void AddReleaseBundleCommand(CLI::App& release, CommandLine& line);
void AddKeyCommands(CLI::App& app, CommandLine& line);
void AddTokenCommands(CLI::App& app, CommandLine& line);
void AddReceiptCommands(CLI::App& app, CommandLine& line);
void AddVerifyCommand(CLI::App& app, CommandLine& line);
void AddWhoAmICommand(CLI::App& app, CommandLine& line);
void AddAuditCommands(CLI::App& app, CommandLine& line);
void AddScoreCommand(CLI::App& app, CommandLine& line);
void AddPlanCommand(CLI::App& app, CommandLine& line);
void AddEnterpriseCommands(CLI::App& app, CommandLine& line);
void AddEnterpriseImportCommand(CLI::App& enterprise, CommandLine& line);
void AddEnterpriseChangeCommands(CLI::App& enterprise, CommandLine& line);
void AddEnterpriseAccessesCommand(CLI::App& enterprise, CommandLine& line);
void AddCampaignCommands(CLI::App& app, CommandLine& line);
void AddCampaignTargetsCommands(CLI::App& campaign, CommandLine& line);
void AddCampaignRepinCommands(CLI::App& campaign, CommandLine& line);
void AddAssessmentCommands(CLI::App& app, CommandLine& line);
void AddAssessmentAnswersCommands(CLI::App& assessment, CommandLine& line);
void AddAssessmentInputsCommands(CLI::App& assessment, CommandLine& line);
void AddAssessmentSubmitCommands(CLI::App& assessment, CommandLine& line);
void AddAssessmentClosingCommands(CLI::App& assessment, CommandLine& line);
void AddSubmissionCommands(CLI::App& app, CommandLine& line);
void AddSubmissionCiteCommands(CLI::App& submission, CommandLine& line);
void AddSubmissionCountersignCommand(CLI::App& submission, CommandLine& line);
void AddReviewCommands(CLI::App& app, CommandLine& line);
void AddReviewFindingsCommands(CLI::App& review, CommandLine& line);
void AddReviewDecisionCommands(CLI::App& review, CommandLine& line);
void AddFeedCommands(CLI::App& app, CommandLine& line);

}  // namespace zhiping::ctl
