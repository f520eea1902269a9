#include "common/rpc/status.h"

#include <algorithm>
#include <string>

#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "common/status/error.h"
#include "common/status/value_list.h"
#include "common/text/utf8.h"
#include "google/rpc/error_details.pb.h"
#include "google/rpc/status.pb.h"

namespace zhiping::rpc {
namespace {

using google::rpc::BadRequest;
using google::rpc::ErrorInfo;
using google::rpc::LocalizedMessage;

constexpr char kChinese[] = "zh-CN";
constexpr char kEnglish[] = "en";
// Of grpc-message, which repeats what the details say.
constexpr size_t kMaxMessageBytes = 512;
// Of one sentence in the details.
constexpr size_t kMaxTextBytes = 700;

// How much of an error travels. What is read by programs goes last: violations first, then lists,
// then other values become fewer or shorter.
struct Budget {
  int violations;
  // Of one list of ids, of which a scenario's are about 25 bytes, and of one value.
  size_t list = 2048;
  size_t value = kMaxTextBytes;
};
constexpr size_t kLeastListBytes = 128;
constexpr size_t kLeastValueBytes = 64;

// REQUIRES: text is UTF-8.
std::string Ascii(const std::string& text) {
  std::string ascii;
  for (size_t i = 0; i < text.size();) {
    const auto lead = static_cast<unsigned char>(text[i]);
    const int length = lead < 0x80 ? 1 : lead < 0xE0 ? 2 : lead < 0xF0 ? 3 : 4;
    uint32_t character = length == 1 ? lead : lead & (0x7F >> length);
    for (int k = 1; k < length && i + k < text.size(); ++k) {
      character = character << 6 | (static_cast<unsigned char>(text[i + k]) & 0x3F);
    }
    i += length;
    if (character >= 0x20 && character < 0x7F) {
      ascii.push_back(static_cast<char>(character));
    } else if (character <= 0xFFFF) {
      absl::StrAppendFormat(&ascii, "\\u%04X", character);
    } else {
      absl::StrAppendFormat(&ascii, "\\U%08X", character);
    }
    if (ascii.size() >= kMaxMessageBytes) return absl::StrCat(ascii, "...");
  }
  return ascii;
}

void AddText(const std::string& locale, const std::string& message, google::rpc::Status& status) {
  LocalizedMessage text;
  text.set_locale(locale);
  text.set_message(Clip(message, kMaxTextBytes));
  status.add_details()->PackFrom(text);
}

// What client libraries wait for by themselves.
void AddRetryInfo(const ErrorDetail& detail, google::rpc::Status& status) {
  for (const auto& entry : detail.metadata()) {
    int64_t milliseconds = 0;
    if (entry.key() != kRetryDelayMilliseconds || !absl::SimpleAtoi(entry.value(), &milliseconds)) {
      continue;
    }
    google::rpc::RetryInfo retry;
    retry.mutable_retry_delay()->set_seconds(milliseconds / 1000);
    retry.mutable_retry_delay()->set_nanos(static_cast<int32_t>(milliseconds % 1000) * 1'000'000);
    status.add_details()->PackFrom(retry);
  }
}

void AddMetadata(const ErrorDetail& detail, const Budget& budget, ErrorInfo& info) {
  auto& metadata = *info.mutable_metadata();
  for (const auto& entry : detail.metadata()) {
    const std::string& value = entry.value();
    if (!IsValueList(value)) {
      metadata[entry.key()] = Clip(value, budget.value);
      continue;
    }
    const absl::string_view fits = ClipValueList(value, budget.list);
    metadata[entry.key()] = std::string(fits);
    if (fits.size() == value.size()) continue;
    // Unless it says so already, of more than is here.
    metadata.insert({absl::StrCat(entry.key(), kTotalSuffix), absl::StrCat(ValueListSize(value))});
  }
}

// The status as far as the budget goes; there were `total` violations.
google::rpc::Status Details(int code, const ErrorDetail& detail, const Budget& budget, int total) {
  google::rpc::Status status;
  status.set_code(code);
  status.set_message(Ascii(detail.message().en()));
  ErrorInfo info;
  info.set_reason(Reason::Value_Name(detail.reason()));
  info.set_domain(kErrorDomain);
  AddMetadata(detail, budget, info);
  if (budget.violations < total) {
    (*info.mutable_metadata())[kViolationsTotal] = absl::StrCat(total);
  }
  status.add_details()->PackFrom(info);
  AddText(kChinese, detail.message().zh(), status);
  AddText(kEnglish, detail.message().en(), status);
  AddRetryInfo(detail, status);
  if (budget.violations == 0) return status;
  BadRequest request;
  for (int i = 0; i < budget.violations; ++i) {
    const auto& from = detail.violations(i);
    auto* to = request.add_field_violations();
    to->set_field(Clip(from.field(), kMaxTextBytes));
    to->set_reason(Reason::Value_Name(from.reason()));
    to->set_description(Clip(from.message().en(), kMaxTextBytes));
    to->mutable_localized_message()->set_locale(kChinese);
    to->mutable_localized_message()->set_message(Clip(from.message().zh(), kMaxTextBytes));
  }
  status.add_details()->PackFrom(request);
  return status;
}

// Whether there was anything to lower.
bool Lower(Budget& budget) {
  if (budget.violations > 0) {
    --budget.violations;
  } else if (budget.list > kLeastListBytes) {
    budget.list /= 2;
  } else if (budget.value > kLeastValueBytes) {
    budget.value /= 2;
  } else {
    return false;
  }
  return true;
}

Reason::Value ReasonNamed(const std::string& name) {
  Reason::Value reason = Reason::REASON_UNSPECIFIED;
  return Reason::Value_Parse(name, &reason) ? reason : Reason::INTERNAL_ERROR;
}

// Whether the status carries an ErrorInfo of ours; then `detail` is what it says.
bool ReadDetails(const google::rpc::Status& status, ErrorDetail& detail) {
  bool ours = false;
  for (const auto& any : status.details()) {
    ErrorInfo info;
    LocalizedMessage text;
    BadRequest request;
    if (any.UnpackTo(&info)) {
      ours = info.domain() == kErrorDomain;
      detail.set_reason(ReasonNamed(info.reason()));
      const std::map<std::string, std::string> sorted(info.metadata().begin(),
                                                      info.metadata().end());
      for (const auto& [key, value] : sorted) {
        auto* entry = detail.add_metadata();
        entry->set_key(key);
        entry->set_value(value);
      }
    } else if (any.UnpackTo(&text)) {
      auto& message = *detail.mutable_message();
      (text.locale() == kChinese ? *message.mutable_zh() : *message.mutable_en()) = text.message();
    } else if (any.UnpackTo(&request)) {
      for (const auto& from : request.field_violations()) {
        auto* to = detail.add_violations();
        to->set_field(from.field());
        to->set_reason(ReasonNamed(from.reason()));
        *to->mutable_message() = MakeText(from.localized_message().message(), from.description());
      }
    }
  }
  return ours;
}

// Whether an answer without our details comes from something else than the service that was meant:
// a server without the method, or one that does not speak gRPC. The words are gRPC's own, for an
// answer of HTTP without a status of gRPC, and for bytes that are not HTTP/2.
bool IsFromAnother(const grpc::Status& status) {
  const std::string& said = status.error_message();
  switch (status.error_code()) {
    case grpc::StatusCode::UNIMPLEMENTED:
      return true;
    case grpc::StatusCode::UNAVAILABLE:
      // Proxies say 502 to 504 while the service behind them is away.
      return absl::StrContains(said, "Failed parsing HTTP/2") ||
             absl::StrContains(said, "http1.x server");
    default:
      return said == "Stream removed" || absl::StartsWith(said, "Received http2 header");
  }
}

}  // namespace

grpc::Status ToGrpcStatus(const absl::Status& status) {
  if (status.ok()) return grpc::Status::OK;
  const ErrorDetail detail = DetailOf(status);
  const int code = static_cast<int>(status.code());
  const int total = ViolationsTotal(detail);
  Budget budget = {std::min(detail.violations_size(), kMaxFieldViolations)};
  google::rpc::Status details = Details(code, detail, budget, total);
  while (details.ByteSizeLong() > kMaxStatusBytes && Lower(budget)) {
    details = Details(code, detail, budget, total);
  }
  if (details.ByteSizeLong() > kMaxStatusBytes) {
    ErrorDetail bare = detail;
    bare.clear_metadata();
    details = Details(code, bare, budget, total);
  }
  return {static_cast<grpc::StatusCode>(code), details.message(), details.SerializeAsString()};
}

absl::Status FromGrpcStatus(const grpc::Status& status) {
  if (status.ok()) return absl::OkStatus();
  const auto code = static_cast<absl::StatusCode>(status.error_code());
  google::rpc::Status details;
  ErrorDetail detail;
  if (!status.error_details().empty() && details.ParseFromString(status.error_details()) &&
      ReadDetails(details, detail)) {
    return MakeError(code, detail);
  }
  const ErrorValues values = {{kGrpcMessage, status.error_message()}};
  if (IsFromAnother(status)) {
    return MakeError(code, Reason::NO_SUCH_SERVICE,
                     "这个地址上没有所要的服务：答复的是另一个服务，或者不支持 gRPC。",
                     "There is no such service at this address: another one answers, or one that "
                     "does not speak gRPC.",
                     values);
  }
  switch (code) {
    case absl::StatusCode::kUnavailable:
      return MakeError(code, Reason::SERVICE_UNREACHABLE, "服务无法连接。",
                       "The service cannot be reached.", values);
    case absl::StatusCode::kDeadlineExceeded:
      return MakeError(code, Reason::DEADLINE_PASSED, "在截止时间之前没有得到答复。",
                       "There was no answer before the deadline.", values);
    case absl::StatusCode::kCancelled:
      return MakeError(code, Reason::CANCELLED, "调用已被取消。", "The call was cancelled.",
                       values);
    case absl::StatusCode::kResourceExhausted:
      // In gRPC's own words: a message, or metadata, above a limit, ours or the service's. The rest
      // comes from who is busy, also gRPC's resource quota (ENHANCE_YOUR_CALM of HTTP/2).
      if (absl::StrContains(status.error_message(), " metadata size exceeds limit")) {
        return MakeError(
            absl::StatusCode::kInvalidArgument, Reason::TOO_LARGE,
            "调用的元数据（例如身份令牌）超过大小上限；也可能是同一连接上另一个调用的，"
            "连接因此被关闭。",
            "The metadata of the call, such as the token, is larger than it may be; "
            "or that of another call on the same connection, which was closed for it.",
            values);
      }
      if (absl::StrContains(status.error_message(), " message larger than max")) {
        return MakeError(absl::StatusCode::kInvalidArgument, Reason::TOO_LARGE,
                         "请求或答复超过一条消息的大小上限，请减少内容或分批发送。",
                         "The request or the answer is larger than one message may be: send less, "
                         "or in parts.",
                         values);
      }
      return MakeError(code, Reason::OVERLOADED, "服务繁忙，请稍后重试。",
                       "The service is busy: try again later.",
                       {{kGrpcMessage, status.error_message()}, {kRetryDelayMilliseconds, "1000"}});
    default:
      return MakeError(
          code, Reason::INTERNAL_ERROR,
          absl::StrCat("服务返回了错误，没有说明原因（gRPC 状态 ", status.error_code(), "：",
                       status.error_message(), "）。"),
          absl::StrCat("The service answered with an error and no reason (gRPC status ",
                       status.error_code(), ": ", status.error_message(), ")."),
          values);
  }
}

}  // namespace zhiping::rpc
