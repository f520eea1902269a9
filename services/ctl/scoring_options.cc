#include "services/ctl/scoring_options.h"

#include <cstdlib>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/time/time.h"
#include "common/files/file.h"
#include "common/status/error.h"
#include "common/status/status_macros.h"
#include "services/ctl/edition_source.h"
#include "services/ctl/flag_lists.h"
#include "services/ctl/spelling.h"

namespace zhiping::ctl {
namespace {

constexpr char kServerVariable[] = "ZHIPING_SERVER";
constexpr char kDefaultServer[] = "127.0.0.1:50051";
constexpr char kDefaultTimeout[] = "10s";

}  // namespace

void AddScoringOptions(CLI::App& command, const CommandLine& line, ScoringOptions& options) {
  AddOption(command, line, "--answers", options.answers, "FILE",
            "答卷：CSV（UTF-8 或 GB18030）或 JSON，最大 16 MiB；“-”为标准输入",
            "The answers: CSV (UTF-8 or GB18030) or JSON, at most 16 MiB; \"-\" is standard input")
      ->required();
  AddListOption(command, line, "--facts", options.facts, "NAME=VALUE,…",
                "外部指标；没有给出的不参与判断",
                "Facts; rules that need one not given are undetermined");
  AddOption(command, line, "--server", options.server, "HOST:PORT",
            "评分服务，默认 127.0.0.1:50051", "The scoring service, by default 127.0.0.1:50051")
      ->envname(kServerVariable);
  AddOption(command, line, "--offline", options.offline, "FOLDER|RELEASE",
            "不连接服务，用年版文件夹或发布版文件在本机计算",
            "Score here, without a service, by an edition folder or the file of a release");
  AddOption(command, line, "--trust-file", options.trust_file, "FILE",
            "信任文件；--offline 用发布版文件时必填",
            "Trusted keys; needed by --offline with the file of a release")
      ->envname("ZHIPING_TRUST_FILE");
  AddOption(command, line, "--programme", options.programme, "ID",
            "评测体系；服务只有一个评测体系时可省略",
            "The programme; may be left out if the service has one only")
      ->envname("ZHIPING_PROGRAMME");
  AddOption(command, line, "--release", options.release, "DIGEST",
            "指定发布版（sha256:…）；默认用现行发布版",
            "Score under this release (sha256:…) instead of the one in force");
  AddOption(command, line, "--timeout", options.timeout, "DURATION",
            "等待结果的时间，100ms 至 10m，默认 10s",
            "How long to wait for the result, 100ms to 10m, by default 10s")
      ->envname("ZHIPING_TIMEOUT");
  AddCredentialOptions(command, line, options.credentials);
}

namespace {

// Whether the value of an option was not merely taken from the environment.
bool IsTyped(const std::string& value, const char* variable) {
  const char* const usual = std::getenv(variable);
  return !value.empty() && (usual == nullptr || value != usual);
}

absl::StatusOr<std::unique_ptr<ScoringSource>> OpenServer(const ScoringOptions& options,
                                                          absl::Duration timeout) {
  RemoteService service = {MakeText("评分服务", "scoring service"),
                           "--server",
                           kDefaultServer,
                           MakeText("，或用 --offline 在本机计算", " --offline scores without it."),
                           options.server.empty() ? kDefaultServer : options.server,
                           timeout,
                           {}};
  RETURN_IF_ERROR(CheckTarget(service));
  ASSIGN_OR_RETURN(service.credentials, ReadCredentials(options.credentials, service.target));
  return NewServerSource(std::move(service));
}

// Sets the source, and the English of an edition folder.
absl::Status OpenSource(const ScoringOptions& options, ScoringInput& input) {
  ASSIGN_OR_RETURN(
      const absl::Duration timeout,
      ParseDurationOption("--timeout", options.timeout.empty() ? kDefaultTimeout : options.timeout,
                          absl::Milliseconds(100), absl::Minutes(10)));
  if (!options.offline.empty() && IsTyped(options.server, kServerVariable)) {
    return WrongUsage("--offline 在本机计算，不能与 --server 同用。",
                      "--offline scores on this machine; it is not used with --server.");
  }
  if (options.offline.empty()) {
    ASSIGN_OR_RETURN(input.source, OpenServer(options, timeout));
    return absl::OkStatus();
  }
  ASSIGN_OR_RETURN(OpenedCriteria opened, OpenCriteria(options.offline, options.trust_file));
  input.source = NewOfflineSource(std::move(opened.criteria), timeout);
  input.english = English(std::move(opened.notes));
  return absl::OkStatus();
}

}  // namespace

absl::StatusOr<ScoringInput> OpenScoring(const ScoringOptions& options) {
  ScoringInput input;
  ASSIGN_OR_RETURN(const std::string bytes, ReadFile(options.answers, kMaxAnswersBytes));
  ASSIGN_OR_RETURN(input.answers, ReadAnswersFile(bytes));
  input.facts = ParseFacts(options.facts, input.faults);
  input.criteria.set_programme(absl::AsciiStrToLower(Spelled(options.programme)));
  input.criteria.set_release_digest(absl::AsciiStrToLower(Spelled(options.release)));
  RETURN_IF_ERROR(OpenSource(options, input));
  for (auto& answer : input.answers.answers) {
    answer.set_scenario(input.english.ScenarioWritten(answer.scenario()));
    answer.set_level(input.english.LevelWritten(answer.level()));
  }
  return input;
}

absl::StatusOr<scoring::v1::ScoreResponse> ScoreAnswers(const ScoringInput& input) {
  scoring::v1::ScoreRequest request;
  *request.mutable_criteria() = input.criteria;
  *request.mutable_answers() = input.answers.answers;
  *request.mutable_facts() = input.facts;
  request.set_view(scoring::v1::View::FULL);
  auto response = input.source->Score(request);
  RETURN_IF_ERROR(WithOrigins(response.status(), input));
  return response;
}

absl::Status WithOrigins(const absl::Status& status, const ScoringInput& input) {
  absl::Status all = JoinFaults(input.faults, status);
  if (all.ok()) return all;
  return WithFlags(WithPlaces(all, input.answers));
}

}  // namespace zhiping::ctl
