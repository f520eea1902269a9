#include "common/redis/failure.h"

#include <algorithm>
#include <string>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "common/status/error.h"

namespace zhiping::redis {
namespace {

constexpr size_t kMaxCodeBytes = 32;

// The word an error reply begins with; `ERR` if it is none.
absl::string_view CodeOf(absl::string_view line) {
  const absl::string_view word = line.substr(0, line.find(' '));
  const bool fits = !word.empty() && word.size() <= kMaxCodeBytes &&
                    std::all_of(word.begin(), word.end(), absl::ascii_isupper);
  return fits ? word : "ERR";
}

}  // namespace

absl::string_view FailureName(FailureKind kind) {
  switch (kind) {
    case FailureKind::kTimeout:
      return "timeout";
    case FailureKind::kUnreachable:
      return "unreachable";
    case FailureKind::kProtocol:
      return "protocol";
    case FailureKind::kServerError:
      return "server_error";
    case FailureKind::kBreakerOpen:
      return "breaker_open";
    case FailureKind::kTooLarge:
      return "too_large";
  }
  return "";
}

absl::Status ToStatus(FailureKind kind, absl::string_view server_error) {
  using absl::StatusCode;
  ErrorValues values = {{"kind", std::string(FailureName(kind))}};
  switch (kind) {
    case FailureKind::kTimeout:
      return MakeError(StatusCode::kUnavailable, Reason::REDIS_UNAVAILABLE,
                       "Redis 没有在时限内应答。", "Redis did not answer in time.", values);
    case FailureKind::kUnreachable:
      return MakeError(StatusCode::kUnavailable, Reason::REDIS_UNAVAILABLE,
                       "连接不上 Redis，或连接中断。",
                       "Redis cannot be connected to, or the connection broke.", values);
    case FailureKind::kProtocol:
      return MakeError(StatusCode::kUnavailable, Reason::REDIS_MALFORMED, "Redis 的应答不合协议。",
                       "Redis answered against the protocol.", values);
    case FailureKind::kBreakerOpen:
      return MakeError(
          StatusCode::kUnavailable, Reason::REDIS_UNAVAILABLE, "Redis 接连失败，暂不使用。",
          "Redis failed several times in a row and is left alone for a while.", values);
    case FailureKind::kTooLarge:
      return MakeError(StatusCode::kResourceExhausted, Reason::TOO_LARGE,
                       "Redis 缓存的值超过允许的大小。",
                       "A value for or from Redis is longer than allowed.", values);
    case FailureKind::kServerError:
      break;
  }
  const absl::string_view code = CodeOf(server_error);
  values.emplace_back("error", std::string(code));
  return MakeError(StatusCode::kUnavailable, Reason::REDIS_ERROR,
                   absl::StrCat("Redis 答复了错误 ", code, "。"),
                   absl::StrCat("Redis replied with the error ", code, "."), values);
}

}  // namespace zhiping::redis
