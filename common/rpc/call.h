// The one way to handle a call: every handler of every service goes through a Method.
//
//   grpc::ServerUnaryReactor* Score(grpc::CallbackServerContext* context, const ScoreRequest*
//   request,
//                                   ScoreResponse* response) override {
//     return score_.Handle(*context, *request, [&] { return DoScore(*request, *response); });
//   }
#pragma once

#include <grpcpp/server_context.h>
#include <grpcpp/support/server_callback.h>

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "common/identity/access_rule.h"
#include "common/identity/caller.h"
#include "common/rpc/access_control.h"
#include "common/rpc/bounded_pool.h"
#include "common/rpc/call_audit.h"
#include "common/rpc/large_streams.h"
#include "common/rpc/log.h"
#include "common/rpc/metrics.h"
#include "google/protobuf/message.h"

namespace zhiping::rpc {

// What is around every call: where it is counted and logged, and who says who is calling. All
// outlive the services.
struct CallEnvironment {
  Metrics& metrics;
  const Log& log;
  AccessControl& access;
  // Calls that take longer are logged even if they succeed; streams last as long as callers like.
  absl::Duration slow_call = absl::Seconds(1);
  // Where denied calls and reads of enterprises' files are recorded. Null: denied calls are only
  // logged, and methods that read files (`records_access`) give no answers.
  CallAudit* audit = nullptr;
  // How many streams of large messages there may be. Null: as many as come.
  LargeStreams* large_streams = nullptr;
};

// What the requests of a stream are: of kilobytes, or up to ServerOptions::max_request_bytes.
enum class StreamOf { kSmallMessages, kLargeMessages };

class Call;
class Method;

namespace internal {

// A handler takes the Call if it wants to.
template <typename Handler>
absl::Status Run(Handler& handler, Call& call) {
  if constexpr (std::is_invocable_v<Handler&, Call&>) {
    return handler(call);
  } else {
    return handler();
  }
}

}  // namespace internal

// One call, from its start to its answer; unary handlers get it from Method::Handle, reactors of
// streams hold one.
class Call {
 public:
  // REQUIRES: context and method outlive this.
  Call(grpc::CallbackServerContext& context, const Method& method);

  // Who is calling, and whether they may: before anything else is done. Errors: those of
  // AccessControl::Identify, CallerLimits::TakeCall, AccessRule::CheckRoles and CheckScope.
  absl::Status Admit(const google::protobuf::Message& request);
  // All of that but the scope: of a call whose request cannot be read.
  absl::Status AdmitCaller();
  // The same for a stream of the scope NONE that reads no files. One of large messages takes its
  // place among the LargeStreams, before it reads. `refuse` is called from another thread, perhaps
  // once after the call is destroyed, when the caller may no longer call. It holds the stream
  // weakly: the stream holds the call, and the call holds it. See RecordedStream for the others.
  absl::Status AdmitStream(std::function<void(const absl::Status&)> refuse,
                           StreamOf messages = StreamOf::kSmallMessages);
  // Whether the caller may call it about that, which only the store knows, where the method's
  // option names no field. Every handler of such a method asks before it ends well, or says that
  // there is nothing to ask; whoever has done neither gives no answer.
  absl::Status CheckScopeOf(const std::string& value) const;
  // The same about a file, of the scope FILE.
  absl::Status CheckFile(const identity::FileCoordinates& file) const;
  // The same about what is not there. `would_be`: what the request alone says of it, where the
  // scope is FILE. Nobody is denied anything by it, so nothing is recorded.
  absl::Status CheckAbsent(const identity::FileCoordinates& would_be = {}) const;
  // The files that would be OK, for lists, which ask the store for these alone.
  identity::FilesInReach Files() const;
  // There is nothing to ask: the answer shows nothing of anybody's that the caller did not send, or
  // is the one that the same caller got before.
  void ScopeIsJudged() const { scope_open_ = false; }
  // Whether that would be OK: for lists, which leave out what the caller has no rights for. Nothing
  // is refused by it, nor recorded.
  bool Covers(const std::string& value) const;

  // REQUIRES: admitted.
  const identity::Caller& caller() const { return *caller_; }
  // The natural person for whom a platform calls, as it says (`via_platform`); empty: no platform
  // calls.
  const std::string& acting_for() const { return caller_->acting_for; }
  identity::UnitsToday Today() const;
  identity::Scope::Value method_scope() const;
  // `/zhiping.scoring.v1.ScoringService/Score`.
  const std::string& method() const;

  // What the answer shows of enterprises; for methods with `records_access`. Each must say it
  // before it ends well, with an empty list if it found nothing, unless the request names the
  // enterprise (scope ENTERPRISE with a field). Whoever has said nothing gives no answer.
  void Reads(const std::vector<EnterpriseFile>& files);
  // Whether what was read has to be recorded before an answer with this status is given.
  bool MustRecord(const absl::Status& status) const;
  // Records it, but for what the enterprise itself reads, and what is done for it where nobody is
  // asked who they are; `done` gets what to finish with, perhaps in another thread, and keeps alive
  // what it uses. What was said is said for this answer, or
  // message of a stream, alone. REQUIRES: MustRecord.
  void Record(std::function<void(const absl::Status&)> done);

  // OK, or DEADLINE_PASSED or CANCELLED: nobody waits for the answer any more.
  absl::Status CheckWaiting() const;

  // Counts and logs the call and gives the status for the client. Call it once. Of an error without
  // an ErrorDetail the client gets INTERNAL_ERROR and an id under which the log has the text. What
  // is UNAVAILABLE after a second or more is not repeated by the channel of the caller.
  grpc::Status Finish(const absl::Status& given);

 private:
  template <typename Response>
  friend class RecordedStream;

  // For streams that read files.
  absl::Status AdmitRecordedStream(const google::protobuf::Message& request,
                                   std::function<void(const absl::Status&)> refuse);
  // From now on `refuse` is called as AdmitStream says.
  void Watch(std::function<void(const absl::Status&)> refuse);
  bool IsSlow(absl::Duration duration) const;
  void Write(const absl::Status& status, absl::Duration duration, const std::string& trace) const;
  void AuditDenied(const absl::Status& status) const;

  grpc::CallbackServerContext& context_;
  const Method& method_;
  // By the steady clock.
  const absl::Duration start_;
  CallerPtr caller_;
  // The store has to say what the call is about, and has not been asked.
  mutable bool scope_open_ = false;
  // What CheckScopeOf or CheckFile refused: the answer may hide it.
  mutable Reason::Value refused_ = Reason::REASON_UNSPECIFIED;
  std::optional<std::vector<EnterpriseFile>> reads_;
  // Of a stream that was admitted.
  std::unique_ptr<AccessControl::OpenStream> open_;
  std::unique_ptr<CallerLimits::Stream> slot_;
  std::unique_ptr<LargeStreams::Stream> large_;
};

// A unary call that is answered later, from any thread. Finish it once, in one way or another.
class PendingCall : public std::enable_shared_from_this<PendingCall> {
 public:
  PendingCall(grpc::CallbackServerContext& context, const Method& method)
      : call_(context, method), reactor_(context.DefaultReactor()) {}

  Call& call() { return call_; }
  grpc::ServerUnaryReactor* reactor() const { return reactor_; }

  void Finish(const absl::Status& status) {
    if (!call_.MustRecord(status)) return reactor_->Finish(call_.Finish(status));
    call_.Record([self = shared_from_this()](const absl::Status& recorded) {
      self->reactor_->Finish(self->call_.Finish(recorded));
    });
  }

  // Finishes with what the handler gives in the pool, as Method::HandleIn. REQUIRES: admitted.
  template <typename Handler>
  void RunIn(BoundedPool& pool, Handler handler) {
    auto self = shared_from_this();
    const absl::Status submitted = pool.Submit([self, handler = std::move(handler)]() mutable {
      absl::Status status = self->call_.CheckWaiting();
      if (status.ok()) status = internal::Run(handler, self->call_);
      self->Finish(status);
    });
    if (!submitted.ok()) Finish(submitted);
  }

 private:
  Call call_;
  grpc::ServerUnaryReactor* const reactor_;
};

// A method of a service: who may call it, and how its calls are handled. A handler runs only for
// callers who may, and takes the Call if it wants to know who. Thread-safe.
class Method {
 public:
  // REQUIRES: `service` is the full name of a service that is linked in, and has the method, which
  // says who may call it.
  Method(const CallEnvironment& environment, absl::string_view service, absl::string_view method);

  // Runs a handler, which returns an absl::Status, at once. REQUIRES: it takes microseconds and
  // never blocks.
  template <typename Handler>
  grpc::ServerUnaryReactor* Handle(grpc::CallbackServerContext& context,
                                   const google::protobuf::Message& request,
                                   Handler handler) const {
    if (access_.records_access()) {
      return HandleLater(context, request, [&handler](const auto& pending) {
        pending->Finish(internal::Run(handler, pending->call()));
      });
    }
    Call call(context, *this);
    auto* reactor = context.DefaultReactor();
    absl::Status status = call.Admit(request);
    if (status.ok()) status = internal::Run(handler, call);
    reactor->Finish(call.Finish(status));
    return reactor;
  }

  // Runs a handler in the pool, unless nobody waits for it any more when its turn comes. Full:
  // OVERLOADED. Request and response live until it is finished. A handler that takes long takes the
  // Call, and asks CheckWaiting now and then.
  template <typename Handler>
  grpc::ServerUnaryReactor* HandleIn(BoundedPool& pool, grpc::CallbackServerContext& context,
                                     const google::protobuf::Message& request,
                                     Handler handler) const {
    return HandleLater(context, request,
                       [&](const auto& pending) { pending->RunIn(pool, std::move(handler)); });
  }

  // Starts what ends later: `start` gets the PendingCall, which somebody has to finish. Request and
  // response live until then.
  template <typename Start>
  grpc::ServerUnaryReactor* HandleLater(grpc::CallbackServerContext& context,
                                        const google::protobuf::Message& request,
                                        Start start) const {
    const auto pending = std::make_shared<PendingCall>(context, *this);
    // It may be finished, and gone, when `start` returns.
    auto* reactor = pending->reactor();
    const absl::Status admitted = pending->call().Admit(request);
    if (admitted.ok()) {
      start(pending);
    } else {
      pending->Finish(admitted);
    }
    return reactor;
  }

 private:
  friend class Call;
  const CallEnvironment environment_;
  const std::string path_;
  const MethodMetrics metrics_;
  const identity::AccessRule access_;
};

inline identity::Scope::Value Call::method_scope() const { return method_.access_.scope(); }

inline bool Call::Covers(const std::string& value) const {
  scope_open_ = false;
  return method_.access_.CheckScopeOf(*caller_, value, method_.environment_.access.Today()).ok();
}

}  // namespace zhiping::rpc
