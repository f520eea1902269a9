// The one way to handle a call: every handler of every service goes through a Method.
//
//   grpc::ServerUnaryReactor* Score(grpc::CallbackServerContext* context, const ScoreRequest*
//   request,
//                                   ScoreResponse* response) override {
//     return score_.Handle(*context, [&] { return DoScore(*request, *response); });
//   }
#pragma once

#include <grpcpp/server_context.h>
#include <grpcpp/support/server_callback.h>

#include <memory>
#include <string>
#include <type_traits>
#include <utility>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "common/rpc/bounded_pool.h"
#include "common/rpc/log.h"
#include "common/rpc/metrics.h"

namespace zhiping::rpc {

// Where what happens is counted and logged. All outlive the services.
struct Telemetry {
  Metrics& metrics;
  const Log& log;
  // Calls that take longer are logged even if they succeed; streams last as long as callers like.
  absl::Duration slow_call = absl::Seconds(1);
};

class Method;

// One call, from its start to its answer; unary handlers get it from Method::Handle, reactors of
// streams hold one.
class Call {
 public:
  // REQUIRES: context and method outlive this.
  Call(grpc::CallbackServerContext& context, const Method& method);

  // OK, or DEADLINE_PASSED or CANCELLED: nobody waits for the answer any more.
  absl::Status CheckWaiting() const;

  // Counts and logs the call and gives the status for the client. Call it once. Of an error without
  // an ErrorDetail the client gets INTERNAL_ERROR and an id under which the log has the text. What
  // is UNAVAILABLE after a second or more is not repeated by the channel of the caller.
  grpc::Status Finish(const absl::Status& status);

 private:
  bool IsSlow(absl::Duration duration) const;
  void Write(const absl::Status& status, absl::Duration duration, const std::string& trace) const;

  grpc::CallbackServerContext& context_;
  const Method& method_;
  // By the steady clock.
  const absl::Duration start_;
};

// A unary call that is answered later, from any thread. Finish it once, in one way or another.
class PendingCall : public std::enable_shared_from_this<PendingCall> {
 public:
  PendingCall(grpc::CallbackServerContext& context, const Method& method)
      : call_(context, method), reactor_(context.DefaultReactor()) {}

  const Call& call() const { return call_; }
  grpc::ServerUnaryReactor* reactor() const { return reactor_; }

  void Finish(const absl::Status& status) { reactor_->Finish(call_.Finish(status)); }

  // Finishes with what the handler gives in the pool, as Method::HandleIn.
  template <typename Handler>
  void RunIn(BoundedPool& pool, Handler handler) {
    auto self = shared_from_this();
    const absl::Status submitted = pool.Submit([self, handler = std::move(handler)]() mutable {
      absl::Status status = self->call_.CheckWaiting();
      if (status.ok()) {
        if constexpr (std::is_invocable_v<Handler, const Call&>) {
          status = handler(self->call_);
        } else {
          status = handler();
        }
      }
      self->Finish(status);
    });
    if (!submitted.ok()) Finish(submitted);
  }

 private:
  Call call_;
  grpc::ServerUnaryReactor* const reactor_;
};

// A method of a service. Thread-safe.
class Method {
 public:
  // REQUIRES: `service` is the full name of a service that is linked in, and has the method.
  Method(const Telemetry& telemetry, absl::string_view service, absl::string_view method);

  // Runs a handler, which returns an absl::Status, at once. REQUIRES: it takes microseconds and
  // never blocks.
  template <typename Handler>
  grpc::ServerUnaryReactor* Handle(grpc::CallbackServerContext& context, Handler handler) const {
    Call call(context, *this);
    auto* reactor = context.DefaultReactor();
    reactor->Finish(call.Finish(handler()));
    return reactor;
  }

  // Runs a handler in the pool, unless nobody waits for it any more when its turn comes. Full:
  // OVERLOADED. Request and response live until it is finished. A handler that takes long takes the
  // Call, and asks CheckWaiting now and then.
  template <typename Handler>
  grpc::ServerUnaryReactor* HandleIn(BoundedPool& pool, grpc::CallbackServerContext& context,
                                     Handler handler) const {
    const auto pending = std::make_shared<PendingCall>(context, *this);
    pending->RunIn(pool, std::move(handler));
    return pending->reactor();
  }

  // Starts what ends later: `start` gets the PendingCall, which somebody has to finish. Request and
  // response live until then.
  template <typename Start>
  grpc::ServerUnaryReactor* HandleLater(grpc::CallbackServerContext& context, Start start) const {
    const auto pending = std::make_shared<PendingCall>(context, *this);
    start(pending);
    return pending->reactor();
  }

 private:
  friend class Call;
  const Telemetry telemetry_;
  const std::string path_;
  const MethodMetrics metrics_;
};

}  // namespace zhiping::rpc
