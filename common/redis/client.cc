#include "common/redis/client.h"

#include <chrono>
#include <utility>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "common/files/file.h"
#include "common/status/error.h"
#include "common/status/status_macros.h"

namespace zhiping::redis {
namespace {

constexpr size_t kMaxPasswordBytes = 4 << 10;

bool IsValue(const Reply& reply) {
  return reply.type == Reply::Type::kString || reply.type == Reply::Type::kNil;
}
bool IsOk(const Reply& reply) { return reply.type == Reply::Type::kStatus && reply.text == "OK"; }
bool IsPong(const Reply& reply) {
  return reply.type == Reply::Type::kStatus && reply.text == "PONG";
}

absl::Status WrongAddress(const std::string& address) {
  return MakeError(
      absl::StatusCode::kInvalidArgument, Reason::INVALID_FIELD,
      absl::StrCat("Redis 的地址应为 主机:端口（端口 1 到 65535），而不是 ", address, "。"),
      absl::StrCat("The address of Redis must be HOST:PORT (port 1 to 65535), not ", address, "."),
      {{"field", "address"}});
}

// Splits HOST:PORT or [IPV6]:PORT.
absl::Status Split(const std::string& address, std::string& host, int& port) {
  const size_t colon = address.rfind(':');
  if (colon == std::string::npos) return WrongAddress(address);
  absl::string_view name = absl::string_view(address).substr(0, colon);
  const bool bracketed = absl::ConsumePrefix(&name, "[") && absl::ConsumeSuffix(&name, "]");
  const absl::string_view digits = absl::string_view(address).substr(colon + 1);
  const bool fits = !name.empty() && bracketed == (name.find(':') != absl::string_view::npos) &&
                    digits.find_first_not_of("0123456789") == absl::string_view::npos;
  if (!fits || !absl::SimpleAtoi(digits, &port) || port < 1 || port > 65535) {
    return WrongAddress(address);
  }
  host = std::string(name);
  return absl::OkStatus();
}

absl::Status ReadPassword(const std::string& path, std::string& password) {
  ASSIGN_OR_RETURN(password, ReadFile(path, kMaxPasswordBytes));
  while (!password.empty() && (password.back() == '\n' || password.back() == '\r')) {
    password.pop_back();
  }
  if (!password.empty()) return absl::OkStatus();
  return MakeError(absl::StatusCode::kInvalidArgument, Reason::INVALID_FIELD,
                   absl::StrCat("Redis 的密码文件 ", path, " 是空的。"),
                   absl::StrCat("The file with Redis's password, ", path, ", is empty."),
                   {{"field", "passwordFile"}});
}

}  // namespace

absl::StatusOr<std::unique_ptr<Client>> Client::Create(const Options& options, Lookup lookup) {
  std::string host, password;
  int port = 0;
  RETURN_IF_ERROR(Split(options.address, host, port));
  if (!options.password_file.empty()) {
    RETURN_IF_ERROR(ReadPassword(options.password_file, password));
  }
  return std::unique_ptr<Client>(
      new Client(options, host, port, std::move(password), std::move(lookup)));
}

Client::Client(const Options& options, const std::string& host, int port, std::string password,
               Lookup lookup)
    : options_(options),
      password_(std::move(password)),
      resolver_(host, port, std::move(lookup)),
      breaker_(options.breaker_failures, options.breaker_pause) {}

absl::StatusOr<std::optional<std::string>> Client::Get(absl::string_view key) {
  ASSIGN_OR_RETURN(Reply reply, Call({"GET", key}, IsValue));
  if (reply.type == Reply::Type::kNil) {
    ++counters_.misses;
    return std::nullopt;
  }
  ++counters_.hits;
  return std::move(reply.text);
}

absl::Status Client::Set(absl::string_view key, absl::string_view value, absl::Duration ttl) {
  if (value.size() > options_.max_value_bytes) return Failure(FailureKind::kTooLarge);
  const std::string milliseconds = absl::StrCat(absl::ToInt64Milliseconds(ttl));
  RETURN_IF_ERROR(Call({"SET", key, value, "PX", milliseconds}, IsOk).status());
  ++counters_.stored;
  return absl::OkStatus();
}

absl::Status Client::Ping() { return Call({"PING"}, IsPong).status(); }

BreakerState Client::breaker_state() const {
  absl::MutexLock lock(&mutex_);
  return breaker_.state();
}

absl::StatusOr<Reply> Client::Call(const Command& command, Fits fits) {
  if (!Allowed()) return Failure(FailureKind::kBreakerOpen);
  Reply reply;
  std::unique_ptr<Connection> connection;
  std::optional<FailureKind> failure = Take(connection, reply);
  if (!failure) {
    failure = connection->Exchange(command, options_.max_value_bytes,
                                   Deadline(options_.command_timeout), reply);
    const bool is_error = reply.type == Reply::Type::kError;
    if (!failure && !is_error && !fits(reply)) failure = FailureKind::kProtocol;
    if (failure == FailureKind::kTooLarge || (!failure && is_error)) {
      // Redis did answer. The connection is not kept all the same: the rest of the value is still
      // to come, or, behind a Service, the next one may reach a server that is not READONLY.
      Answered();
      return Failure(failure.value_or(FailureKind::kServerError), reply.text);
    }
  }
  if (failure) {
    NotAnswered();
    return Failure(*failure, reply.text);
  }
  Answered();
  Keep(std::move(connection));
  return reply;
}

std::optional<FailureKind> Client::Take(std::unique_ptr<Connection>& connection, Reply& reply) {
  while (true) {
    {
      absl::MutexLock lock(&mutex_);
      if (idle_.empty()) break;
      connection = std::move(idle_.back());
      idle_.pop_back();
    }
    if (connection->Idle()) return std::nullopt;
  }
  const Deadline deadline(options_.connect_timeout);
  connection = std::make_unique<Connection>();
  if (const auto failure = connection->Open(resolver_.Addresses(deadline), deadline)) {
    return failure;
  }
  return LogIn(*connection, deadline, reply);
}

std::optional<FailureKind> Client::LogIn(Connection& connection, Deadline deadline, Reply& reply) {
  const std::string database = absl::StrCat(options_.database);
  std::vector<Command> commands;
  if (!password_.empty()) {
    commands.push_back(options_.user.empty() ? Command{"AUTH", password_}
                                             : Command{"AUTH", options_.user, password_});
  }
  if (options_.database != 0) commands.push_back({"SELECT", database});
  for (const Command& command : commands) {
    const auto failure = connection.Exchange(command, options_.max_value_bytes, deadline, reply);
    if (failure) return failure;
    if (reply.type == Reply::Type::kError) return FailureKind::kServerError;
    if (!IsOk(reply)) return FailureKind::kProtocol;
  }
  return std::nullopt;
}

void Client::Keep(std::unique_ptr<Connection> connection) {
  absl::MutexLock lock(&mutex_);
  if (idle_.size() < static_cast<size_t>(options_.kept_connections)) {
    idle_.push_back(std::move(connection));
  }
}

bool Client::Allowed() {
  absl::MutexLock lock(&mutex_);
  return breaker_.Allow(std::chrono::steady_clock::now());
}

void Client::Answered() {
  absl::MutexLock lock(&mutex_);
  breaker_.Succeeded();
}

void Client::NotAnswered() {
  absl::MutexLock lock(&mutex_);
  breaker_.Failed(std::chrono::steady_clock::now());
  // The others lead to the same server, or to where it was.
  idle_.clear();
}

absl::Status Client::Failure(FailureKind kind, absl::string_view server_error) {
  ++counters_.failures[static_cast<size_t>(kind)];
  return ToStatus(kind, server_error);
}

}  // namespace zhiping::redis
