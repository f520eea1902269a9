#include "common/rpc/access_control.h"

#include <grpc/grpc_security_constants.h>

#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/strip.h"
#include "common/rpc/loopback.h"
#include "common/rpc/tls.h"
#include "common/status/error.h"
#include "common/status/status_macros.h"
#include "prometheus/gauge.h"

namespace zhiping::rpc {
namespace {

// How soon after its expiry a stream is refused, and refused again if it is still there.
constexpr absl::Duration kTick = absl::Seconds(1);

CallerPtr LoopbackCaller() {
  identity::Caller caller;
  caller.unauthenticated = true;
  return std::make_shared<const identity::Caller>(std::move(caller));
}

// The token of `Bearer …` (RFC 6750), whose scheme is written in any case; empty: none.
absl::string_view BearerToken(const grpc::ServerContextBase& context) {
  const auto& metadata = context.client_metadata();
  const auto field = metadata.find("authorization");
  if (field == metadata.end()) return "";
  absl::string_view value(field->second.data(), field->second.size());
  constexpr absl::string_view kScheme = "bearer ";
  if (!absl::StartsWithIgnoreCase(value, kScheme)) return "";
  return value.substr(kScheme.size());
}

// The service that the verified certificate of the client names in its SAN; empty: none.
std::string ServiceOf(const grpc::ServerContextBase& context) {
  const auto peer = context.auth_context();
  if (peer == nullptr || !peer->IsPeerAuthenticated()) return "";
  for (const grpc::string_ref& id : peer->FindPropertyValues(GRPC_PEER_SPIFFE_ID_PROPERTY_NAME)) {
    absl::string_view name(id.data(), id.size());
    if (absl::ConsumePrefix(&name, kServiceIdPrefix)) return std::string(name);
  }
  return "";
}

CallerPtr ServiceCaller(const std::string& service) {
  identity::Caller caller;
  caller.service = service;
  return std::make_shared<const identity::Caller>(std::move(caller));
}

// How the keys of issuers were read.
class KeysMetrics {
 public:
  explicit KeysMetrics(Metrics& metrics)
      : readable_(prometheus::BuildGauge()
                      .Name("zhiping_issuer_keys_readable")
                      .Help("Whether the keys of an issuer of tokens could be read when they were "
                            "read last: 0: the last good ones stay, so a key that was revoked "
                            "since still counts")
                      .Register(*metrics.registry())),
        read_at_(prometheus::BuildGauge()
                     .Name("zhiping_issuer_keys_read_timestamp_seconds")
                     .Help("When the keys of an issuer of tokens were read last, in seconds since "
                           "1970: it grows by refresh_seconds as long as they are read")
                     .Register(*metrics.registry())) {}

  void Take(const std::string& issuer, bool readable, absl::Time now) {
    readable_.Add({{"issuer", issuer}}).Set(readable ? 1 : 0);
    if (readable)
      read_at_.Add({{"issuer", issuer}}).Set(absl::ToDoubleSeconds(now - absl::UnixEpoch()));
  }

 private:
  prometheus::Family<prometheus::Gauge>& readable_;
  prometheus::Family<prometheus::Gauge>& read_at_;
};

}  // namespace

AccessControl::AccessControl(const AccessOptions& options, absl::TimeZone zone, const Clock& clock,
                             reference::Reference reference)
    : clock_(clock),
      zone_(zone),
      reference_(std::move(reference)),
      loopback_caller_(LoopbackCaller()),
      limits_(options.limits, clock) {}

absl::StatusOr<std::unique_ptr<AccessControl>> AccessControl::Open(const AccessOptions& options,
                                                                   const Clock& clock,
                                                                   const Log& log,
                                                                   Metrics* metrics) {
  ASSIGN_OR_RETURN(reference::Reference reference, reference::Reference::Open(options.reference));
  absl::TimeZone zone = absl::FixedTimeZone(8 * 60 * 60);
  // Beijing time needs no list of zones.
  if (options.time_zone != AccessOptions().time_zone &&
      !absl::LoadTimeZone(options.time_zone, &zone)) {
    return MakeError(absl::StatusCode::kInvalidArgument, Reason::INVALID_FIELD,
                     "--time-zone 应为本机认识的时区名，例如 Asia/Shanghai 或 UTC。",
                     "--time-zone should be a zone that this machine knows, such as Asia/Shanghai "
                     "or UTC.",
                     {{"field", "--time-zone"}});
  }
  std::unique_ptr<AccessControl> access(
      new AccessControl(options, zone, clock, std::move(reference)));
  if (options.identity_file.empty()) return access;
  const auto keys = metrics == nullptr ? nullptr : std::make_shared<KeysMetrics>(*metrics);
  const auto observe = [&log, &clock, keys](const std::string& issuer,
                                            const identity::KeysReading& reading) {
    const bool read = reading.status.ok();
    if (keys != nullptr) keys->Take(issuer, read, clock.Now());
    if (!reading.is_news) return;
    log.Write(read ? Severity::kInfo : Severity::kWarning,
              read ? "issuer_keys_read" : "issuer_keys_not_read",
              {{"issuer", issuer}, {"text", std::string(reading.status.message())}});
  };
  ASSIGN_OR_RETURN(access->tokens_, identity::TokenVerifier::Open(
                                        {.identity_file = options.identity_file}, clock, observe));
  access->verifying_ =
      std::make_unique<Periodic>(kTick, [self = access.get()] { self->VerifyStreams(); });
  return access;
}

Credentials AccessControl::CredentialsOf(const grpc::CallbackServerContext& context) {
  return {context.peer(), std::string(BearerToken(context)), ServiceOf(context)};
}

absl::StatusOr<CallerPtr> AccessControl::Identify(
    const grpc::CallbackServerContext& context) const {
  // Without a copy of the token, on the way of every call.
  const absl::string_view token = BearerToken(context);
  if (tokens_ != nullptr && !token.empty()) return tokens_->Verify(token);
  return Identify(CredentialsOf(context));
}

absl::StatusOr<CallerPtr> AccessControl::Identify(const Credentials& credentials) const {
  if (tokens_ == nullptr) {
    if (IsLoopbackPeer(credentials.peer)) return loopback_caller_;
    return MakeError(
        absl::StatusCode::kPermissionDenied, Reason::LOOPBACK_ONLY,
        "本服务未启用身份认证，只接受本机调用。",
        "Without authentication this service answers only callers on the same machine.");
  }
  if (!credentials.token.empty()) return tokens_->Verify(credentials.token);
  if (!credentials.service.empty()) return ServiceCaller(credentials.service);
  return MakeError(absl::StatusCode::kUnauthenticated, Reason::TOKEN_REQUIRED,
                   "需要身份令牌：请在元数据中附上 authorization: Bearer <令牌>。",
                   "A token is needed: send the metadata `authorization: Bearer <token>`.");
}

identity::UnitsToday AccessControl::Today() const {
  return {reference_.review_units(), absl::ToCivilDay(clock_.Now(), zone_)};
}

std::unique_ptr<AccessControl::OpenStream> AccessControl::Watch(
    Credentials credentials, absl::Time expires, std::function<void(const absl::Status&)> refuse) {
  auto watched =
      std::make_shared<Watched>(Watched{std::move(credentials), expires, std::move(refuse)});
  absl::MutexLock lock(&mutex_);
  streams_.insert(watched);
  return std::unique_ptr<OpenStream>(new OpenStream(*this, std::move(watched)));
}

AccessControl::OpenStream::~OpenStream() {
  absl::MutexLock lock(&owner_.mutex_);
  owner_.streams_.erase(watched_);
}

void AccessControl::VerifyStreams() {
  const absl::Time now = clock_.Now();
  const int64_t generation = tokens_->generation();
  std::vector<std::shared_ptr<Watched>> due;
  {
    absl::MutexLock lock(&mutex_);
    for (const auto& watched : streams_) {
      if (now < watched->expires && watched->generation == generation) continue;
      watched->generation = generation;
      due.push_back(watched);
    }
  }
  // Without the lock: a stream may end, and be destroyed, within `refuse`.
  for (const auto& watched : due) {
    const absl::StatusOr<CallerPtr> caller = Identify(watched->credentials);
    if (caller.ok()) continue;
    watched->generation = -1;
    watched->refuse(caller.status());
  }
}

}  // namespace zhiping::rpc
