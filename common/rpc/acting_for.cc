#include "common/rpc/acting_for.h"

#include "absl/strings/ascii.h"
#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "common/status/error.h"
#include "common/text/utf8.h"

namespace zhiping::rpc {
namespace {

// Whether every `%` was followed by two hex digits.
bool PercentDecode(absl::string_view encoded, std::string& decoded) {
  while (!encoded.empty()) {
    if (encoded.front() != '%') {
      decoded.push_back(encoded.front());
      encoded.remove_prefix(1);
      continue;
    }
    const absl::string_view digits = encoded.substr(1, 2);
    if (digits.size() != 2 || !absl::ascii_isxdigit(digits[0]) ||
        !absl::ascii_isxdigit(digits[1])) {
      return false;
    }
    decoded += absl::HexStringToBytes(digits);
    encoded.remove_prefix(3);
  }
  return true;
}

bool IsName(absl::string_view text) {
  if (!IsUtf8(text) || HasControls(text)) return false;
  int characters = 0;
  for (; !text.empty(); text.remove_prefix(FirstCharacter(text).size)) ++characters;
  return characters <= kMaxActingFor;
}

absl::Status WrongField(Reason::Value reason, absl::string_view zh, absl::string_view en) {
  Violations violations;
  violations.Add(kActingFor, reason, zh, en);
  return violations.ToStatus();
}

}  // namespace

absl::StatusOr<std::string> ReadActingFor(const grpc::ServerContextBase& context) {
  const auto& metadata = context.client_metadata();
  const auto field = metadata.find(kActingFor);
  std::string decoded;
  const bool encoded_well =
      field == metadata.end() ||
      PercentDecode(absl::string_view(field->second.data(), field->second.size()), decoded);
  if (!encoded_well || !IsName(decoded)) {
    return WrongField(
        Reason::INVALID_FIELD,
        "元数据 zhiping-acting-for 应为经办人姓名，最多 100 字，以百分号编码的 UTF-8 "
        "书写，例如 %E5%BC%A0%E4%B8%89。",
        "The metadata zhiping-acting-for should be the name of the natural person, at "
        "most 100 characters of percent-encoded UTF-8, such as %E5%BC%A0%E4%B8%89.");
  }
  std::string name(TrimBlanks(decoded));
  if (name.empty()) {
    return WrongField(Reason::FIELD_REQUIRED,
                      "平台代企业办理时须在元数据 zhiping-acting-for 中写明经办人姓名。",
                      "A platform that acts for an enterprise names the natural person in the "
                      "metadata zhiping-acting-for.");
  }
  return name;
}

std::string WriteActingFor(absl::string_view name) {
  std::string encoded;
  for (const char byte : name) {
    absl::StrAppend(&encoded, "%", absl::BytesToHexString(absl::string_view(&byte, 1)));
  }
  return encoded;
}

}  // namespace zhiping::rpc
