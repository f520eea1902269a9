// A service that commands call over gRPC: its address, how long to wait, and errors that name it.
#pragma once

#include <grpcpp/client_context.h>

#include <memory>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "common/rpc/channel.h"
#include "common/rpc/status.h"
#include "common/status/status_macros.h"
#include "services/ctl/credentials.h"
#include "zhiping/common/v1/text.pb.h"

namespace zhiping::ctl {

struct RemoteService {
  // 评分服务, `scoring service`.
  common::v1::LocalText name;
  // The option that says its address, and where it is by default.
  std::string option, usual_target;
  // What else can be done while it cannot be reached; empty: nothing.
  common::v1::LocalText instead;
  // HOST:PORT, perhaps after a scheme of gRPC's.
  std::string target;
  // For each call.
  absl::Duration timeout;
  Credentials credentials;
};

// Ready to be called, with all its instances. `services`: full names.
std::shared_ptr<grpc::Channel> ChannelTo(const RemoteService& service,
                                         const std::vector<std::string>& services);

// Of one call, with the credentials.
std::unique_ptr<grpc::ClientContext> NewContext(const RemoteService& service);

// Errors: WRONG_USAGE if the target is not HOST:PORT, such as an URL.
absl::Status CheckTarget(const RemoteService& service);

// An error of a call; one without an answer says which service did not give it.
absl::Status Explain(const RemoteService& service, const absl::Status& status);

// One call: `Ask(service, *stub, &ScoringService::Stub::Score, request)`.
template <typename Stub, typename Request, typename Response>
absl::StatusOr<Response> Ask(const RemoteService& service, Stub& stub,
                             grpc::Status (Stub::*method)(grpc::ClientContext*, const Request&,
                                                          Response*),
                             const Request& request) {
  Response response;
  const auto context = NewContext(service);
  const grpc::Status status = (stub.*method)(context.get(), request, &response);
  if (!status.ok()) return Explain(service, rpc::FromGrpcStatus(status));
  return response;
}

// All pages of a list, as one answer: `call` asks for one of them.
template <typename Request, typename Call>
auto AllPages(Request request, const Call& call) -> decltype(call(request)) {
  // The most that our services give.
  request.set_page_size(1000);
  typename decltype(call(request))::value_type all;
  do {
    ASSIGN_OR_RETURN(const auto page, call(request));
    all.clear_next_page_token();
    all.MergeFrom(page);
    request.set_page_token(all.next_page_token());
  } while (!all.next_page_token().empty());
  return all;
}

}  // namespace zhiping::ctl
