// A method whose use case blocks, and so runs in a pool: the whole adapter of most methods.
//
//   grpc::ServerUnaryReactor* Withdraw(grpc::CallbackServerContext* context,
//                                      const v1::WithdrawRequest* request,
//                                      v1::WithdrawResponse* response) override {
//     return withdraw_.Handle(*context, *request, *response);
//   }
#pragma once

#include <functional>
#include <memory>
#include <utility>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "common/rpc/bounded_pool.h"
#include "common/rpc/call.h"
#include "common/rpc/call_deadline.h"
#include "google/protobuf/message.h"

namespace zhiping::rpc {

// Writes what a request names as it is kept: gives the request so, or null if it is so already.
// Thread-safe.
using RequestWriter =
    std::function<std::unique_ptr<google::protobuf::Message>(const google::protobuf::Message&)>;

// What the methods of one service have in common. All outlive them.
struct PooledService {
  const CallEnvironment& environment;
  // Its full name.
  absl::string_view name;
  BoundedPool& pool;
  // What writes requests of a type, before anything looks at them: whether the caller may, and what
  // is recorded, go by names too.
  RequestWriter (*writer_of)(const google::protobuf::Descriptor& request);
};

// Thread-safe.
template <typename Request, typename Response>
class PooledMethod {
 public:
  // `use_case`: a member of Object, (const Request&, Call&, absl::Time deadline) →
  // absl::StatusOr<Response>. REQUIRES: as Method; the object outlives this.
  template <typename Object, typename UseCase>
  PooledMethod(const PooledService& service, absl::string_view method, Object& object,
               UseCase use_case)
      : method_(service.environment, service.name, method),
        pool_(service.pool),
        write_(service.writer_of(*Request::descriptor())),
        use_case_([&object, use_case](const Request& request, Call& call, absl::Time deadline) {
          return (object.*use_case)(request, call, deadline);
        }) {}

  // Request and response live until it is finished.
  grpc::ServerUnaryReactor* Handle(grpc::CallbackServerContext& context, const Request& request,
                                   Response& response) const {
    const std::shared_ptr<const google::protobuf::Message> written = write_(request);
    const Request& asked = written == nullptr ? request : static_cast<const Request&>(*written);
    return method_.HandleIn(
        pool_, context, asked, [this, &context, written, &asked, &response](Call& call) {
          absl::StatusOr<Response> answer = use_case_(asked, call, DeadlineOf(context));
          if (!answer.ok()) return answer.status();
          response = *std::move(answer);
          return absl::OkStatus();
        });
  }

 private:
  const Method method_;
  BoundedPool& pool_;
  const RequestWriter write_;
  const std::function<absl::StatusOr<Response>(const Request&, Call&, absl::Time)> use_case_;
};

}  // namespace zhiping::rpc
