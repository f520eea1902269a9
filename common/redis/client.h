// A client of Redis as a cache: a call takes at most connect_timeout + command_timeout whatever the
// server or the network does, and what comes back is bytes of unknown origin, to be verified.
//
//   ASSIGN_OR_RETURN(const auto client, Client::Create({.address = "redis:6379"}));
//   const auto value = client->Get(key);             // blocks: call it from a pool
//   if (value.ok() && value->has_value() && Verify(**value)) …
//   client->Set(key, bytes, absl::Hours(24)).IgnoreError();
#pragma once

#include <array>
#include <atomic>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/synchronization/mutex.h"
#include "absl/time/time.h"
#include "common/redis/breaker.h"
#include "common/redis/connection.h"
#include "common/redis/failure.h"
#include "common/redis/resolver.h"

namespace zhiping::redis {

struct Options {
  // HOST:PORT; an IPv6 address stands in brackets.
  std::string address = "127.0.0.1:6379";
  // Of Redis's ACL; empty: `default`.
  std::string user{};
  // A file with the password, read once; empty: no AUTH.
  std::string password_file{};
  // ≥ 0.
  int database = 0;
  // For finding the address, connecting, AUTH and SELECT together. > 0.
  absl::Duration connect_timeout = absl::Milliseconds(200);
  // For sending a command and receiving all of its reply. > 0.
  absl::Duration command_timeout = absl::Milliseconds(100);
  // Connections kept open between calls; a call that finds none opens one. ≥ 0.
  int kept_connections = 4;
  // The longest value stored or accepted; a call may hold about twice as much. 1 … kMaxValueBytes.
  size_t max_value_bytes = 8 << 20;
  // After so many calls in a row that Redis did not answer, it is left alone for breaker_pause;
  // then one call tries whether it is back. ≥ 1.
  int breaker_failures = 5;
  // > 0.
  absl::Duration breaker_pause = absl::Seconds(2);
};

// What a client did since it was made.
struct Counters {
  std::atomic<int64_t> hits{0};
  std::atomic<int64_t> misses{0};
  std::atomic<int64_t> stored{0};
  // By FailureKind.
  std::array<std::atomic<int64_t>, kFailureKinds> failures{};

  int64_t Failed(FailureKind kind) const { return failures[static_cast<size_t>(kind)]; }
};

// Thread-safe. Calls block; errors are those of failure.h.
class Client {
 public:
  // Connects to nothing yet: Redis need not be there. REQUIRES: options in their ranges.
  // Errors: INVALID_FIELD (address, passwordFile); FILE_UNREADABLE.
  static absl::StatusOr<std::unique_ptr<Client>> Create(const Options& options,
                                                        Lookup lookup = SystemLookup);

  // The bytes, or nothing if the key is not there.
  absl::StatusOr<std::optional<std::string>> Get(absl::string_view key);
  // Overwrites what is there. REQUIRES: ttl ≥ 1 ms.
  absl::Status Set(absl::string_view key, absl::string_view value, absl::Duration ttl);
  absl::Status Ping();

  const Counters& counters() const { return counters_; }
  BreakerState breaker_state() const;

 private:
  Client(const Options& options, const std::string& host, int port, std::string password,
         Lookup lookup);

  // Whether a reply is one that the command may have.
  using Fits = bool (*)(const Reply&);

  // Asks the breaker, has the command done, counts what went wrong.
  absl::StatusOr<Reply> Call(const Command& command, Fits fits);
  // An idle connection, or a new one.
  std::optional<FailureKind> Take(std::unique_ptr<Connection>& connection, Reply& reply);
  std::optional<FailureKind> LogIn(Connection& connection, Deadline deadline, Reply& reply);
  void Keep(std::unique_ptr<Connection> connection);
  // Asks the breaker, and tells it.
  bool Allowed();
  void Answered();
  void NotAnswered();
  absl::Status Failure(FailureKind kind, absl::string_view server_error = "");

  const Options options_;
  const std::string password_;
  Resolver resolver_;
  Counters counters_;
  mutable absl::Mutex mutex_;
  Breaker breaker_ ABSL_GUARDED_BY(mutex_);
  // The one used last is at the end.
  std::vector<std::unique_ptr<Connection>> idle_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace zhiping::redis
