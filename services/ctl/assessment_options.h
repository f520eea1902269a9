// What the commands of the assessment service share: how it is reached, how instants are shown, and
// how enterprises, assessments and submissions are named.
#pragma once

#include <memory>
#include <string>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "services/ctl/assessment_client.h"
#include "services/ctl/command_line.h"
#include "services/ctl/json_output.h"
#include "services/ctl/zone.h"

namespace zhiping::ctl {

struct AssessmentOptions {
  std::string assessment, timeout, acting_for, time_zone;
  CredentialOptions credentials;
};

// --assessment, --timeout, --token-file, --tls-ca, --acting-for and --time-zone.
void AddAssessmentOptions(CLI::App& command, const CommandLine& line, AssessmentOptions& options);

// What the options name, ready to be used.
struct AssessmentAccess {
  std::unique_ptr<AssessmentClient> client;
  Zone zone;
};
// `usual_timeout`: of a call, unless --timeout says. Errors: WRONG_USAGE; those of ReadCredentials.
absl::StatusOr<AssessmentAccess> OpenAssessmentService(
    const AssessmentOptions& options, absl::Duration usual_timeout = absl::Seconds(10));

// --request-id. A request without one gets a new one.
void AddRequestIdOption(CLI::App& command, const CommandLine& line, std::string& request_id);
std::string RequestIdOr(const std::string& given);

// --etag: what the caller has seen of the thing that is changed.
void AddEtagOption(CLI::App& command, const CommandLine& line, std::string& etag);

struct KeyOptions {
  std::string enterprise, plant, campaign;
};
// --enterprise, --plant and --campaign.
void AddKeyOptions(CLI::App& command, const CommandLine& line, KeyOptions& options);

// What --help says about an argument that names an enterprise.
inline constexpr char kUsccZh[] = "统一社会信用代码；默认为令牌中的企业";
inline constexpr char kUsccEn[] =
    "The unified social credit code; by default of the token's enterprise";
// The enterprise that is named, else the token's. Errors: WRONG_USAGE.
absl::StatusOr<std::string> EnterpriseOf(const std::string& named, AssessmentClient& client);
// The assessment that is named; without --campaign, of the only campaign that is open. Errors:
// WRONG_USAGE.
absl::StatusOr<assessment::v1::AssessmentKey> KeyOf(const KeyOptions& options,
                                                    AssessmentClient& client);

// What --help says about an argument that names a submission.
inline constexpr char kSubmissionNameZh[] =
    "提交件：回执编号（如 7K3QD-8M2XV），或“信用代码/工厂/批次#第几次”";
inline constexpr char kSubmissionNameEn[] =
    "The submission: its receipt number (such as 7K3QD-8M2XV), or USCC/PLANT/CAMPAIGN#NUMBER";
// Errors: WRONG_USAGE; SUBMISSION_NOT_FOUND.
absl::StatusOr<assessment::v1::SubmissionKey> SubmissionOf(const std::string& name,
                                                           AssessmentClient& client);
// Whether a name of a submission is a receipt number.
bool IsReceiptNo(const std::string& name);
// `91320000…/main/jiangsu-ai-2026`, with `#1` for a submission.
std::string NameOf(const assessment::v1::AssessmentKey& key);
std::string NameOf(const assessment::v1::SubmissionKey& key);

// The answer of a request with an id, as JSON: with that id first.
Json WithRequestId(const std::string& request_id, const google::protobuf::Message& response);

// Sets line.action for a command whose options are shared.
template <typename Options>
void RunWith(CLI::App& command, CommandLine& line, const std::shared_ptr<Options>& options,
             absl::StatusOr<int> (*action)(const Options&, const CommandLine&)) {
  command.callback([action, options, &line] {
    line.action = [action, options, &line] { return action(*options, line); };
  });
}

}  // namespace zhiping::ctl
