#include "services/catalogue/domain/requests.h"

#include <algorithm>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "common/criteria/release.h"
#include "common/text/utf8.h"
#include "common/time/timestamp.h"

namespace zhiping::catalogue {
namespace {

constexpr size_t kMaxNameCharacters = 100;
constexpr size_t kMaxReasonCharacters = 500;
constexpr size_t kMaxIdBytes = 128;
constexpr size_t kMaxProgrammeBytes = 64;

// Of UTF-8.
size_t Characters(absl::string_view text) {
  return std::count_if(text.begin(), text.end(),
                       [](char byte) { return (static_cast<unsigned char>(byte) & 0xC0) != 0x80; });
}

void Require(absl::string_view field, Violations& violations) {
  violations.Add(field, Reason::FIELD_REQUIRED, absl::StrCat(field, " 必须填写。"),
                 absl::StrCat(field, " is required."));
}

void CheckText(absl::string_view text, size_t most, absl::string_view field,
               Violations& violations) {
  if (Characters(text) > most) {
    violations.Add(field, Reason::TOO_LARGE, absl::StrCat(field, " 最多 ", most, " 个字符。"),
                   absl::StrCat(field, " has at most ", most, " characters."));
  } else if (HasControls(text)) {
    violations.Add(field, Reason::INVALID_FIELD, absl::StrCat(field, " 不能含控制字符。"),
                   absl::StrCat(field, " must not contain control characters."));
  }
}

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

bool HasOnly(absl::string_view text, bool (*allowed)(char)) {
  return std::all_of(text.begin(), text.end(), allowed);
}

bool InId(char character) {
  return absl::ascii_isalnum(character) ||
         absl::StrContains("._-", absl::string_view(&character, 1));
}

bool InSlug(char character) {
  return absl::ascii_isdigit(character) || absl::ascii_islower(character) || character == '-';
}

}  // namespace

std::string RecordedActor(const identity::Caller& caller, const v1::Actor& stated) {
  if (caller.unauthenticated) return absl::StrCat("unauthenticated:", stated.name());
  const std::string who = absl::StrCat("<", caller.subject, "@", caller.issuer, ">");
  return caller.name.empty() ? who : absl::StrCat(caller.name, " ", who);
}

void CheckActor(const identity::Caller& caller, const v1::Actor& actor, Violations& violations) {
  if (caller.unauthenticated) {
    if (TrimBlanks(actor.name()).empty()) Require("actor.name", violations);
  } else if (!actor.name().empty()) {
    violations.Add(
        "actor.name", Reason::INVALID_FIELD,
        "actor.name：已登录的调用者不填姓名，记录的是令牌中的身份。",
        "actor.name: callers who are identified state no name; what the token says is recorded.");
  }
  CheckText(actor.name(), kMaxNameCharacters, "actor.name", violations);
  CheckText(actor.reason(), kMaxReasonCharacters, "actor.reason", violations);
}

void CheckReason(const v1::Actor& actor, Violations& violations) {
  if (TrimBlanks(actor.reason()).empty()) Require("actor.reason", violations);
}

void CheckRequestId(absl::string_view request_id, Violations& violations) {
  if (request_id.empty()) {
    Require("requestId", violations);
  } else if (!IsUuid4(request_id)) {
    violations.Add("requestId", Reason::INVALID_FIELD, "requestId 应为小写的 UUID（第 4 版）。",
                   "requestId must be a UUID of version 4 in lower case.");
  }
}

void CheckProgramme(absl::string_view programme, absl::string_view field, Violations& violations) {
  if (programme.empty()) {
    Require(field, violations);
  } else if (programme.size() > kMaxProgrammeBytes || !HasOnly(programme, InSlug)) {
    violations.Add(
        field, Reason::INVALID_FIELD,
        absl::StrCat(field, " 只能含小写字母、数字和 -，最多 ", kMaxProgrammeBytes, " 个。"),
        absl::StrCat(field, " has lower-case letters, digits and -, at most ", kMaxProgrammeBytes,
                     "."));
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

void CheckInstance(const v1::Instance& instance, Violations& violations) {
  const auto check = [&](absl::string_view text, absl::string_view field) {
    if (text.empty()) {
      Require(field, violations);
    } else if (text.size() > kMaxIdBytes || !HasOnly(text, InId)) {
      violations.Add(
          field, Reason::INVALID_FIELD,
          absl::StrCat(field, " 只能含字母、数字和 . _ -，最多 ", kMaxIdBytes, " 个。"),
          absl::StrCat(field, " has letters, digits, . _ and -, at most ", kMaxIdBytes, "."));
    }
  };
  check(instance.id(), "instance.id");
  check(instance.service(), "instance.service");
  CheckText(instance.version(), kMaxIdBytes, "instance.version", violations);
  ReadInstant(instance.has_started_at(), instance.started_at(), "instance.startedAt", violations);
}

std::optional<absl::Time> ReadInstant(bool present, const google::protobuf::Timestamp& instant,
                                      absl::string_view field, Violations& violations) {
  // As google.protobuf.Timestamp says.
  constexpr int64_t kFirst = -62'135'596'800;
  constexpr int64_t kLast = 253'402'300'799;
  if (!present) return std::nullopt;
  if (instant.seconds() < kFirst || instant.seconds() > kLast || instant.nanos() < 0 ||
      instant.nanos() > 999'999'999) {
    violations.Add(field, Reason::INVALID_FIELD,
                   absl::StrCat(field, " 不是 0001 至 9999 年间的时刻。"),
                   absl::StrCat(field, " is no instant of the years 0001 to 9999."));
    return std::nullopt;
  }
  return FromTimestamp(instant);
}

}  // namespace zhiping::catalogue
