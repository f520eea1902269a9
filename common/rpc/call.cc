#include "common/rpc/call.h"

#include <grpc/grpc.h>

#include <algorithm>
#include <chrono>
#include <memory>
#include <utility>

#include "absl/random/random.h"
#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "common/rpc/acting_for.h"
#include "common/rpc/status.h"
#include "common/status/error.h"
#include "common/status/status_macros.h"
#include "common/time/clock.h"

namespace zhiping::rpc {
namespace {

// Of gRPC: a caller repeats its call after so many milliseconds; never, if they are negative.
constexpr char kRetryPushback[] = "grpc-retry-pushback-ms";
// A call that waited so long for what is away would wait again, until its deadline passed without
// an answer that says what is away.
constexpr absl::Duration kWaitedEnough = absl::Seconds(1);

bool IsHexDigit(char character) { return absl::ascii_isxdigit(character); }

// The trace id of W3C `traceparent`, or a new one.
std::string TraceOf(const grpc::CallbackServerContext& context) {
  const auto& metadata = context.client_metadata();
  const auto parent = metadata.find("traceparent");
  if (parent != metadata.end()) {
    const absl::string_view value(parent->second.data(), parent->second.size());
    const absl::string_view id = value.size() >= 35 ? value.substr(3, 32) : "";
    if (!id.empty() && std::all_of(id.begin(), id.end(), IsHexDigit)) {
      return std::string(id);
    }
  }
  absl::InsecureBitGen random;
  return absl::StrFormat("%016x%016x", absl::Uniform<uint64_t>(random),
                         absl::Uniform<uint64_t>(random));
}

Severity SeverityOf(absl::StatusCode code) {
  switch (code) {
    case absl::StatusCode::kOk:
      return Severity::kDebug;
    case absl::StatusCode::kInternal:
    case absl::StatusCode::kUnknown:
    case absl::StatusCode::kDataLoss:
      return Severity::kError;
    case absl::StatusCode::kUnavailable:
    case absl::StatusCode::kDeadlineExceeded:
    case absl::StatusCode::kResourceExhausted:
      return Severity::kWarning;
    default:
      return Severity::kInfo;
  }
}

// The build has checked that it is there: see check_access.cc.
identity::AccessRule AccessOf(absl::string_view service, absl::string_view method) {
  const auto* descriptor = google::protobuf::DescriptorPool::generated_pool()->FindMethodByName(
      absl::StrCat(service, ".", method));
  return *identity::AccessRule::Of(*descriptor);
}

// gRPC's own call, which may be cancelled for as long as it is held: its context is gone when the
// call is done.
std::shared_ptr<grpc_call> Hold(grpc::CallbackServerContext& context) {
  grpc_call_ref(context.c_call());
  return {context.c_call(), &grpc_call_unref};
}

}  // namespace

Call::Call(grpc::CallbackServerContext& context, const Method& method)
    : context_(context), method_(method), start_(SystemClock().Steady()) {}

absl::Status Call::AdmitCaller() {
  AccessControl& access = method_.environment_.access;
  const identity::AccessRule& rule = method_.access_;
  // Set as soon as it is known who it is, also of a call that it may not make.
  ASSIGN_OR_RETURN(caller_, access.Identify(context_));
  absl::StatusOr<std::string> acting_for = std::string();
  if (rule.via_platform() && caller_->roles.Has(identity::Role::PLATFORM)) {
    acting_for = ReadActingFor(context_);
    identity::Caller platform = *caller_;
    platform.acting_for = acting_for.value_or("");
    caller_ = std::make_shared<const identity::Caller>(std::move(platform));
  }
  RETURN_IF_ERROR(access.limits().TakeCall(*caller_));
  RETURN_IF_ERROR(identity::CheckSeparation(caller_->roles));
  RETURN_IF_ERROR(rule.CheckRoles(*caller_));
  return acting_for.status();
}

absl::Status Call::Admit(const google::protobuf::Message& request) {
  RETURN_IF_ERROR(AdmitCaller());
  const identity::AccessRule& rule = method_.access_;
  RETURN_IF_ERROR(rule.CheckScope(*caller_, request, Today()));
  scope_open_ = rule.AsksTheStore(*caller_, request);
  if (const auto enterprise = method_.access_.EnterpriseOf(request)) {
    Reads({{*enterprise, "enterprise", *enterprise}});
  }
  return absl::OkStatus();
}

absl::Status Call::AdmitStream(std::function<void(const absl::Status&)> refuse, StreamOf messages) {
  AccessControl& access = method_.environment_.access;
  RETURN_IF_ERROR(AdmitCaller());
  if (method_.access_.records_access()) {
    return absl::InternalError("a stream that reads enterprises' files and is no RecordedStream");
  }
  ASSIGN_OR_RETURN(slot_, access.limits().TakeStream(*caller_));
  LargeStreams* const large_streams = method_.environment_.large_streams;
  if (messages == StreamOf::kLargeMessages && large_streams != nullptr) {
    ASSIGN_OR_RETURN(large_, large_streams->Take());
  }
  Watch(std::move(refuse));
  return absl::OkStatus();
}

absl::Status Call::AdmitRecordedStream(const google::protobuf::Message& request,
                                       std::function<void(const absl::Status&)> refuse) {
  RETURN_IF_ERROR(Admit(request));
  ASSIGN_OR_RETURN(slot_, method_.environment_.access.limits().TakeStream(*caller_));
  Watch(std::move(refuse));
  return absl::OkStatus();
}

void Call::Watch(std::function<void(const absl::Status&)> refuse) {
  AccessControl& access = method_.environment_.access;
  if (access.authenticates()) {
    open_ = access.Watch(AccessControl::CredentialsOf(context_), caller_->expires,
                         [refuse = std::move(refuse), call = Hold(context_),
                          refused = false](const absl::Status& status) mutable {
                           if (!std::exchange(refused, true)) return refuse(status);
                           // It was told a second ago and still waits, for a client that does not
                           // read perhaps.
                           grpc_call_cancel(call.get(), nullptr);
                         });
  }
}

absl::Status Call::CheckScopeOf(const std::string& value) const {
  scope_open_ = false;
  absl::Status checked =
      method_.access_.CheckScopeOf(*caller_, value, method_.environment_.access.Today());
  if (!checked.ok()) refused_ = DetailOf(checked).reason();
  return checked;
}

absl::Status Call::CheckAbsent(const identity::FileCoordinates& would_be) const {
  scope_open_ = false;
  return method_scope() == identity::Scope::FILE
             ? method_.access_.CheckFile(*caller_, would_be, Today())
             : method_.access_.CheckScopeOf(*caller_, "", Today());
}

absl::Status Call::CheckFile(const identity::FileCoordinates& file) const {
  scope_open_ = false;
  absl::Status checked = method_.access_.CheckFile(*caller_, file, Today());
  if (!checked.ok()) refused_ = DetailOf(checked).reason();
  return checked;
}

identity::FilesInReach Call::Files() const {
  scope_open_ = false;
  return method_.access_.FilesOf(*caller_, Today());
}

identity::UnitsToday Call::Today() const { return method_.environment_.access.Today(); }

const std::string& Call::method() const { return method_.path_; }

void Call::Reads(const std::vector<EnterpriseFile>& files) {
  if (!reads_.has_value()) reads_.emplace();
  reads_->insert(reads_->end(), files.begin(), files.end());
}

bool Call::MustRecord(const absl::Status& status) const {
  return status.ok() && method_.access_.records_access();
}

void Call::Record(std::function<void(const absl::Status&)> done) {
  CallAudit* audit = method_.environment_.audit;
  if (audit == nullptr || !reads_.has_value() || scope_open_) {
    return done(absl::InternalError(
        audit == nullptr      ? "a method that reads enterprises' files, in a service without audit"
        : !reads_.has_value() ? "a method that reads enterprises' files did not say which"
                              : "a method with a scope did not ask whether the caller may"));
  }
  std::vector<EnterpriseFile> said = *std::exchange(reads_, std::nullopt);
  std::vector<EnterpriseFile> files;
  for (EnterpriseFile& file : said) {
    const bool own = caller_->roles.Has(identity::Role::ENTERPRISE) && !file.enterprise.empty() &&
                     caller_->uscc == file.enterprise;
    const bool nobodys = file.acted_on && caller_->unauthenticated;
    if (!own && !nobodys) files.push_back(std::move(file));
  }
  if (files.empty()) return done(absl::OkStatus());
  audit->RecordReads(caller_, method_.path_, std::move(files), std::move(done));
}

void Call::AuditDenied(const absl::Status& status) const {
  CallAudit* audit = method_.environment_.audit;
  // Whoever was not identified is counted by the metrics and logged: anybody may call so.
  if (audit == nullptr || caller_ == nullptr || caller_->unauthenticated) return;
  // Also where the answer is OK and leaves out, or refuses, that part of the request.
  if (refused_ != Reason::REASON_UNSPECIFIED) {
    audit->Denied(*caller_, method_.path_, refused_);
  } else if (absl::IsPermissionDenied(status)) {
    audit->Denied(*caller_, method_.path_, DetailOf(status).reason());
  }
}

absl::Status Call::CheckWaiting() const {
  // By the clock that gRPC reads: see NewContext.
  if (context_.deadline() <= std::chrono::system_clock::now()) {
    return MakeError(absl::StatusCode::kDeadlineExceeded, Reason::DEADLINE_PASSED,
                     "在给出答复之前已过截止时间。",
                     "The deadline passed before there was an answer.");
  }
  if (context_.IsCancelled()) {
    return MakeError(absl::StatusCode::kCancelled, Reason::CANCELLED, "调用已被取消。",
                     "The call was cancelled.");
  }
  return absl::OkStatus();
}

grpc::Status Call::Finish(const absl::Status& given) {
  const absl::Status status =
      given.ok() && scope_open_
          ? absl::InternalError("a method with a scope did not ask whether the caller may")
          : given;
  const absl::Duration duration = SystemClock().Steady() - start_;
  method_.metrics_.Count(static_cast<grpc::StatusCode>(status.code()), duration);
  AuditDenied(status);
  if (absl::IsUnavailable(status) && duration >= kWaitedEnough) {
    context_.AddTrailingMetadata(kRetryPushback, "-1");
  }
  const auto& environment = method_.environment_;
  const bool hidden = !status.ok() && !HasDetail(status);
  if (hidden || IsSlow(duration) || environment.log.Wants(SeverityOf(status.code()))) {
    const std::string trace = TraceOf(context_);
    Write(status, duration, trace);
    if (hidden) {
      return ToGrpcStatus(
          MakeError(status.code(), Reason::INTERNAL_ERROR,
                    absl::StrCat("服务内部错误，请把编号 ", trace, " 告知运维人员。"),
                    absl::StrCat("The service failed; tell its operators the id ", trace, "."),
                    {{"traceId", trace}}));
    }
  }
  return ToGrpcStatus(status);
}

bool Call::IsSlow(absl::Duration duration) const {
  return !method_.metrics_.streams() && duration >= method_.environment_.slow_call;
}

void Call::Write(const absl::Status& status, absl::Duration duration,
                 const std::string& trace) const {
  const double milliseconds = absl::ToDoubleMilliseconds(duration);
  const std::string code = status.ok() ? "OK" : absl::StatusCodeToString(status.code());
  const auto& log = method_.environment_.log;
  if (status.ok()) {
    log.Write(IsSlow(duration) ? Severity::kWarning : Severity::kDebug, "call",
              {{"trace", trace},
               {"method", method_.path_},
               {"status", code},
               {"milliseconds", milliseconds}});
    return;
  }
  // The sentence of an ErrorDetail may quote what the caller sent: only the reason is logged.
  const bool detailed = HasDetail(status);
  log.Write(detailed ? SeverityOf(status.code()) : Severity::kError, "call_failed",
            {{"trace", trace},
             {"method", method_.path_},
             {"status", code},
             {"reason", Reason::Value_Name(DetailOf(status).reason())},
             {"text", detailed ? LogText(status) : std::string(status.message())},
             {"milliseconds", milliseconds}});
}

Method::Method(const CallEnvironment& environment, absl::string_view service,
               absl::string_view method)
    : environment_(environment),
      path_(absl::StrCat("/", service, "/", method)),
      metrics_(environment.metrics.Of(service, method)),
      access_(AccessOf(service, method)) {}

}  // namespace zhiping::rpc
