// Says who is calling, for every call of a server, and ends streams whose callers may no longer.
//
//   const auto access = AccessControl::Open(options, clock, log);
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/container/flat_hash_set.h"
#include "absl/status/statusor.h"
#include "absl/synchronization/mutex.h"
#include "absl/time/time.h"
#include "common/identity/access_rule.h"
#include "common/identity/caller.h"
#include "common/identity/token_verifier.h"
#include "common/reference/reference.h"
#include "common/rpc/call_audit.h"
#include "common/rpc/caller_limits.h"
#include "common/rpc/log.h"
#include "common/rpc/metrics.h"
#include "common/time/clock.h"
#include "common/time/periodic.h"
#include "grpcpp/server_context.h"

namespace zhiping::rpc {

struct AccessOptions {
  // Whose tokens count (common.v1.Identity). Empty: nobody is asked, and only callers on the same
  // machine are answered.
  std::string identity_file;
  reference::ReferenceFiles reference;
  // Dates of review units are of this zone.
  std::string time_zone = "Asia/Shanghai";
  LimitOptions limits;
};

// What a call brings to show who is calling.
struct Credentials {
  // gRPC's name of the peer.
  std::string peer;
  // The bearer token; empty: none.
  std::string token;
  // The service that the client's certificate names; empty: none.
  std::string service;
};

// Thread-safe.
class AccessControl {
 public:
  // Errors: those of the files. `metrics`: where it stands whether the keys of issuers could be
  // read
  // (`zhiping_issuer_keys_readable{issuer}`); null: nowhere. REQUIRES: all outlive this.
  static absl::StatusOr<std::unique_ptr<AccessControl>> Open(const AccessOptions& options,
                                                             const Clock& clock, const Log& log,
                                                             Metrics* metrics = nullptr);
  AccessControl(const AccessControl&) = delete;
  AccessControl& operator=(const AccessControl&) = delete;

  // Whether anybody is asked who they are.
  bool authenticates() const { return tokens_ != nullptr; }

  // Who is calling: by the token, else by the certificate. Takes microseconds. Errors:
  // TOKEN_REQUIRED, LOOPBACK_ONLY, TOKEN_MALFORMED and others of TokenVerifier::Verify.
  absl::StatusOr<CallerPtr> Identify(const grpc::CallbackServerContext& context) const;
  absl::StatusOr<CallerPtr> Identify(const Credentials& credentials) const;
  static Credentials CredentialsOf(const grpc::CallbackServerContext& context);

  identity::UnitsToday Today() const;
  const reference::Reference& reference() const { return reference_; }
  // The deployment's: what people read, and dates.
  absl::TimeZone zone() const { return zone_; }

  CallerLimits& limits() { return limits_; }

  // A stream that is open: until this is destroyed, its caller is verified again within a second
  // after the token has expired or the keys of an issuer have changed.
  class OpenStream;
  // `refuse` is called from another thread once the caller may no longer call, then every second,
  // perhaps once after the stream is gone. It holds the stream weakly, which holds the OpenStream.
  std::unique_ptr<OpenStream> Watch(Credentials credentials, absl::Time expires,
                                    std::function<void(const absl::Status&)> refuse);

 private:
  struct Watched {
    Credentials credentials;
    absl::Time expires;
    std::function<void(const absl::Status&)> refuse;
    // Of the keys that it was verified by; -1: it is verified at the next tick, since they may have
    // changed since it was admitted, or since it has been refused.
    int64_t generation = -1;
  };

  AccessControl(const AccessOptions& options, absl::TimeZone zone, const Clock& clock,
                reference::Reference reference);
  void VerifyStreams();

  const Clock& clock_;
  const absl::TimeZone zone_;
  const reference::Reference reference_;
  std::unique_ptr<identity::TokenVerifier> tokens_;
  const CallerPtr loopback_caller_;
  CallerLimits limits_;

  absl::Mutex mutex_;
  absl::flat_hash_set<std::shared_ptr<Watched>> streams_ ABSL_GUARDED_BY(mutex_);
  // Ends first.
  std::unique_ptr<Periodic> verifying_;
};

class AccessControl::OpenStream {
 public:
  ~OpenStream();
  OpenStream(const OpenStream&) = delete;
  OpenStream& operator=(const OpenStream&) = delete;

 private:
  friend class AccessControl;
  OpenStream(AccessControl& owner, std::shared_ptr<Watched> watched)
      : owner_(owner), watched_(std::move(watched)) {}

  AccessControl& owner_;
  const std::shared_ptr<Watched> watched_;
};

}  // namespace zhiping::rpc
