// ReadCaller: from the words of a token to a Caller.
#include <algorithm>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "common/identity/issuer_rules.h"
#include "common/status/error.h"
#include "common/status/status_macros.h"
#include "common/text/uscc.h"
#include "common/text/utf8.h"

namespace zhiping::identity {
namespace {

// Names in audit entries and logs are of bounded size; what says who it is must not be cut.
constexpr size_t kMaxSubjectBytes = 255;
constexpr size_t kMaxValueBytes = 255;
constexpr size_t kMaxValues = 200;

absl::Status Invalid(const ClaimRule& rule, absl::string_view zh, absl::string_view en) {
  return MakeError(absl::StatusCode::kUnauthenticated, Reason::TOKEN_CLAIM_INVALID,
                   absl::StrCat("令牌的声明 ", rule.text, " ", zh, "。"),
                   absl::StrCat("The token's claim ", rule.text, " ", en, "."),
                   {{"claim", rule.text}});
}

// The words that stand at the place: one text, texts divided by blanks (as OAuth 2.0 writes
// scopes) where `list`, or an array of texts. None if nothing stands there.
absl::StatusOr<std::vector<std::string>> WordsAt(const ClaimRule& rule,
                                                 const nlohmann::json& claims, bool list) {
  if (!claims.contains(rule.pointer)) return std::vector<std::string>();
  const nlohmann::json& value = claims.at(rule.pointer);
  std::vector<std::string> words;
  if (value.is_string()) {
    const std::string text = value.get<std::string>();
    if (list) {
      words = absl::StrSplit(text, ' ', absl::SkipEmpty());
    } else if (!text.empty()) {
      words.push_back(text);
    }
  } else if (value.is_array() && list) {
    for (const nlohmann::json& item : value) {
      if (!item.is_string()) return Invalid(rule, "应为文字的数组", "should be an array of texts");
      words.push_back(item.get<std::string>());
    }
  } else if (!value.is_null()) {
    return Invalid(rule, list ? "应为文字或文字的数组" : "应为文字",
                   list ? "should be a text or an array of texts" : "should be a text");
  }
  const auto is_long = [](const std::string& word) { return word.size() > kMaxValueBytes; };
  if (words.size() > kMaxValues || std::any_of(words.begin(), words.end(), is_long)) {
    if (!list) {
      return Invalid(rule, absl::StrCat("过长：至多 ", kMaxValueBytes, " 字节"),
                     absl::StrCat("is too long: at most ", kMaxValueBytes, " bytes"));
    }
    return Invalid(
        rule, absl::StrCat("过长：至多 ", kMaxValues, " 个，每个至多 ", kMaxValueBytes, " 字节"),
        absl::StrCat("is too long: at most ", kMaxValues, " values of at most ", kMaxValueBytes,
                     " bytes"));
  }
  // They stand in tables and logs that people read.
  if (std::any_of(words.begin(), words.end(), HasControls)) {
    return Invalid(rule, "不能含控制字符", "must not contain control characters");
  }
  return words;
}

// The same in our words.
absl::StatusOr<std::vector<std::string>> ValuesAt(const ClaimRule& rule,
                                                  const nlohmann::json& claims, bool list) {
  ASSIGN_OR_RETURN(std::vector<std::string> words, WordsAt(rule, claims, list));
  if (rule.values.empty()) return words;
  std::vector<std::string> values;
  for (const std::string& word : words) {
    const auto meaning = rule.values.find(word);
    if (meaning == rule.values.end()) continue;
    values.insert(values.end(), meaning->second.begin(), meaning->second.end());
  }
  return values;
}

// Empty if nothing stands there.
absl::StatusOr<std::string> TextAt(const ClaimRule& rule, const nlohmann::json& claims) {
  ASSIGN_OR_RETURN(std::vector<std::string> values, ValuesAt(rule, claims, false));
  if (values.empty()) return std::string();
  if (values.size() > 1) return Invalid(rule, "应为一个值", "should be one value");
  return std::move(values.front());
}

// The code as it is kept. What can be none stays as it is, so that people see it.
std::string KeptUscc(const std::string& written) {
  auto uscc = NormaliseUscc(written);
  return uscc.ok() ? *std::move(uscc) : std::string(TrimBlanks(written));
}

}  // namespace

absl::StatusOr<Caller> ReadCaller(const IssuerRules& rules, const nlohmann::json& claims) {
  Caller caller;
  caller.issuer = rules.issuer;
  ASSIGN_OR_RETURN(caller.subject, TextAt(rules.subject, claims));
  if (caller.subject.empty() || caller.subject.size() > kMaxSubjectBytes) {
    return Invalid(rules.subject, absl::StrCat("应有 1 至 ", kMaxSubjectBytes, " 字节"),
                   absl::StrCat("should have 1 to ", kMaxSubjectBytes, " bytes"));
  }
  ASSIGN_OR_RETURN(caller.name, TextAt(rules.name, claims));
  ASSIGN_OR_RETURN(const std::string uscc, TextAt(rules.uscc, claims));
  caller.uscc = KeptUscc(uscc);
  ASSIGN_OR_RETURN(caller.review_unit, TextAt(rules.review_unit, claims));
  ASSIGN_OR_RETURN(caller.programmes, ValuesAt(rules.programmes, claims, true));
  // A template whose variable is not set leaves one without a name, which is no right.
  std::erase_if(caller.programmes, [](const std::string& programme) {
    return absl::StripAsciiWhitespace(programme).empty();
  });
  std::sort(caller.programmes.begin(), caller.programmes.end());
  ASSIGN_OR_RETURN(const std::vector<std::string> roles, ValuesAt(rules.roles, claims, true));
  for (const std::string& word : roles) {
    // Words of others, such as `offline_access`, stand beside ours.
    const Role::Value role = RoleByName(word);
    if (role != Role::ROLE_UNSPECIFIED && rules.may_grant.Has(role)) caller.roles.Add(role);
  }
  return caller;
}

}  // namespace zhiping::identity
