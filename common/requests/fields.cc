#include "common/requests/fields.h"

#include <algorithm>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "common/criteria/release.h"
#include "common/time/timestamp.h"

namespace zhiping {
namespace {

constexpr size_t kMaxSlugBytes = 64;

bool IsLowerHex(char character) {
  return absl::ascii_isdigit(character) || (character >= 'a' && character <= 'f');
}

bool IsUuid4(absl::string_view id) {
  constexpr absl::string_view kForm = "xxxxxxxx-xxxx-4xxx-yxxx-xxxxxxxxxxxx";
  if (id.size() != kForm.size()) return false;
  for (size_t i = 0; i < id.size(); ++i) {
    const bool fits = kForm[i] == 'x'   ? IsLowerHex(id[i])
                      : kForm[i] == 'y' ? absl::StrContains("89ab", id.substr(i, 1))
                                        : id[i] == kForm[i];
    if (!fits) return false;
  }
  return true;
}

bool InSlug(char character) {
  return absl::ascii_isdigit(character) || absl::ascii_islower(character) || character == '-';
}

}  // namespace

size_t Characters(absl::string_view text) {
  return std::count_if(text.begin(), text.end(),
                       [](char byte) { return (static_cast<unsigned char>(byte) & 0xC0) != 0x80; });
}

void Require(absl::string_view field, Violations& violations) {
  violations.Add(field, Reason::FIELD_REQUIRED, absl::StrCat(field, " 必须填写。"),
                 absl::StrCat(field, " is required."));
}

bool CheckLength(absl::string_view text, size_t most, absl::string_view field,
                 Violations& violations) {
  if (Characters(text) <= most) return true;
  violations.Add(field, Reason::TOO_LARGE, absl::StrCat(field, " 最多 ", most, " 个字符。"),
                 absl::StrCat(field, " has at most ", most, " characters."));
  return false;
}

void CheckRequestId(absl::string_view request_id, Violations& violations) {
  if (request_id.empty()) {
    Require("requestId", violations);
  } else if (!IsUuid4(request_id)) {
    violations.Add("requestId", Reason::INVALID_FIELD, "requestId 应为小写的 UUID（第 4 版）。",
                   "requestId must be a UUID of version 4 in lower case.");
  }
}

void CheckSlug(absl::string_view slug, absl::string_view field, Violations& violations) {
  if (slug.empty()) {
    Require(field, violations);
  } else if (slug.size() > kMaxSlugBytes || !std::all_of(slug.begin(), slug.end(), InSlug)) {
    violations.Add(
        field, Reason::INVALID_FIELD,
        absl::StrCat(field, " 只能含小写字母、数字和 -，最多 ", kMaxSlugBytes, " 个。"),
        absl::StrCat(field, " has lower-case letters, digits and -, at most ", kMaxSlugBytes, "."));
  }
}

void CheckDigest(absl::string_view digest, absl::string_view field, Violations& violations) {
  if (digest.empty()) {
    Require(field, violations);
  } else if (!criteria::IsDigest(digest)) {
    violations.Add(field, Reason::INVALID_FIELD,
                   absl::StrCat(field, " 应为 sha256: 加 64 位小写十六进制数。"),
                   absl::StrCat(field, " must be sha256: and 64 lower-case hex digits."));
  }
}

std::optional<absl::Time> ReadInstant(bool present, const google::protobuf::Timestamp& instant,
                                      absl::string_view field, Violations& violations) {
  if (!present) return std::nullopt;
  if (instant.seconds() < kFirstTimestampSeconds || instant.seconds() > kLastTimestampSeconds ||
      instant.nanos() < 0 || instant.nanos() > 999'999'999) {
    violations.Add(field, Reason::INVALID_FIELD,
                   absl::StrCat(field, " 不是 0001 至 9999 年间的时刻。"),
                   absl::StrCat(field, " is no instant of the years 0001 to 9999."));
    return std::nullopt;
  }
  return FromTimestamp(instant);
}

}  // namespace zhiping
