#include "services/ctl/operations_options.h"

#include <cstdlib>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/time/time.h"
#include "common/status/error.h"
#include "common/status/status_macros.h"

namespace zhiping::ctl {
namespace {

constexpr char kCatalogueVariable[] = "ZHIPING_CATALOGUE";
constexpr char kDefaultCatalogue[] = "127.0.0.1:50052";
constexpr char kUsualServer[] = "127.0.0.1:50051";

// Whether the catalogue was not merely taken from the environment.
bool IsTyped(const std::string& catalogue) {
  const char* const usual = std::getenv(kCatalogueVariable);
  return !catalogue.empty() && (usual == nullptr || catalogue != usual);
}

// Every service answers, and nobody knows before which one it is.
common::v1::LocalText AnyService() { return MakeText("智评服务", "Zhiping service"); }

absl::StatusOr<OperationsClient> Open(const OperationsOptions& options, RemoteService service) {
  ASSIGN_OR_RETURN(
      service.timeout,
      ParseDurationOption("--timeout",
                          options.timeout.empty() ? options.usual_timeout : options.timeout,
                          absl::Milliseconds(100), absl::Minutes(10)));
  RETURN_IF_ERROR(CheckTarget(service));
  ASSIGN_OR_RETURN(service.credentials, ReadCredentials(options.credentials, service.target));
  OperationsClient client;
  client.service = std::move(service);
  client.stub = common::v1::OperationsService::NewStub(
      ChannelTo(client.service, {common::v1::OperationsService::service_full_name()}));
  return client;
}

}  // namespace

void AddOperationsOptions(CLI::App& command, const CommandLine& line, OperationsOptions& options,
                          const std::string& usual_timeout) {
  options.usual_timeout = usual_timeout;
  AddOption(command, line, "--catalogue", options.catalogue, "HOST:PORT",
            "问标准目录服务，默认 127.0.0.1:50052",
            "Ask the catalogue, by default at 127.0.0.1:50052")
      ->envname(kCatalogueVariable);
  // Without a variable: what is set for `score` would turn these commands to another service.
  AddOption(command, line, "--server", options.server, "HOST:PORT", "改问另一个服务，例如评分服务",
            "Ask another service instead, such as scoring");
  AddOption(
      command, line, "--timeout", options.timeout, "DURATION",
      absl::StrCat("等待答复的时间，100ms 至 10m，默认 ", usual_timeout),
      absl::StrCat("How long to wait for an answer, 100ms to 10m, by default ", usual_timeout))
      ->envname("ZHIPING_TIMEOUT");
  AddCredentialOptions(command, line, options.credentials);
}

absl::StatusOr<OperationsClient> OpenOperations(const OperationsOptions& options) {
  if (!options.server.empty() && IsTyped(options.catalogue)) {
    return WrongUsage("--server 和 --catalogue 只能给出一个。",
                      "--server and --catalogue are not used together.");
  }
  RemoteService service;
  if (options.server.empty()) {
    service.name = MakeText("标准目录服务", "catalogue");
    service.option = "--catalogue";
    service.usual_target = kDefaultCatalogue;
    service.target = options.catalogue.empty() ? kDefaultCatalogue : options.catalogue;
  } else {
    service.name = AnyService();
    service.option = "--server";
    service.usual_target = kUsualServer;
    service.target = options.server;
  }
  return Open(options, std::move(service));
}

absl::StatusOr<OperationsClient> OpenOperationsAt(const OperationsOptions& options,
                                                  const std::string& option,
                                                  const std::string& target) {
  RemoteService service;
  service.name = AnyService();
  service.option = option;
  service.usual_target = kUsualServer;
  service.target = target;
  return Open(options, std::move(service));
}

}  // namespace zhiping::ctl
