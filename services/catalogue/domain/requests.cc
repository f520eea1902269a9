#include "services/catalogue/domain/requests.h"

#include <algorithm>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "common/text/utf8.h"

namespace zhiping::catalogue {
namespace {

constexpr size_t kMaxNameCharacters = 100;
constexpr size_t kMaxReasonCharacters = 500;
constexpr size_t kMaxIdBytes = 128;

void CheckText(absl::string_view text, size_t most, absl::string_view field,
               Violations& violations) {
  if (CheckLength(text, most, field, violations) && HasControls(text)) {
    violations.Add(field, Reason::INVALID_FIELD,
                   absl::StrCat(field, " 不能含控制字符、改变文字方向的字符和看不见的格式字符。"),
                   absl::StrCat(field,
                                " must not contain control characters, or such as turn the "
                                "direction of text or cannot be seen."));
  }
}

bool HasOnly(absl::string_view text, bool (*allowed)(char)) {
  return std::all_of(text.begin(), text.end(), allowed);
}

bool InId(char character) {
  return absl::ascii_isalnum(character) ||
         absl::StrContains("._-", absl::string_view(&character, 1));
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

}  // namespace zhiping::catalogue
