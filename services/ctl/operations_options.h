// The options of commands about any service itself: which one, and how it is called.
#pragma once

#include <memory>
#include <string>

#include "absl/status/statusor.h"
#include "services/ctl/command_line.h"
#include "services/ctl/remote_service.h"
#include "zhiping/common/v1/operations_service.grpc.pb.h"

namespace zhiping::ctl {

using Operations = common::v1::OperationsService::Stub;

struct OperationsOptions {
  std::string catalogue, server, timeout;
  // Where none is given; as the help says.
  std::string usual_timeout;
  CredentialOptions credentials;
};

// --catalogue, --server, --timeout, --token-file and --tls-ca.
void AddOperationsOptions(CLI::App& command, const CommandLine& line, OperationsOptions& options,
                          const std::string& usual_timeout = "10s");

struct OperationsClient {
  RemoteService service;
  std::unique_ptr<Operations> stub;

  template <typename Request, typename Response>
  absl::StatusOr<Response> Call(grpc::Status (Operations::*method)(grpc::ClientContext*,
                                                                   const Request&, Response*),
                                const Request& request) const {
    return Ask(service, *stub, method, request);
  }

  // All pages of a list, as one.
  template <typename Request, typename Response>
  absl::StatusOr<Response> List(grpc::Status (Operations::*method)(grpc::ClientContext*,
                                                                   const Request&, Response*),
                                const Request& request) const {
    return AllPages(request, [&](const Request& page) { return Call(method, page); });
  }
};

// The service that --server names, else the catalogue. Errors: WRONG_USAGE.
absl::StatusOr<OperationsClient> OpenOperations(const OperationsOptions& options);

// The service at `target`, the value of `option`, called as the other one is. Errors: WRONG_USAGE.
absl::StatusOr<OperationsClient> OpenOperationsAt(const OperationsOptions& options,
                                                  const std::string& option,
                                                  const std::string& target);

}  // namespace zhiping::ctl
