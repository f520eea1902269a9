#include "common/receipts/receipt_no.h"

#include <cstdint>

#include "absl/strings/ascii.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "common/criteria/release.h"
#include "common/status/error.h"

namespace zhiping::receipts {
namespace {

// Without I, L, O and U.
constexpr absl::string_view kAlphabet = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";
constexpr size_t kCharacters = 10;
constexpr size_t kGroup = 5;

std::string InGroups(absl::string_view characters) {
  return absl::StrCat(characters.substr(0, kGroup), "-", characters.substr(kGroup));
}

char Canonical(char typed) {
  const char upper = absl::ascii_toupper(static_cast<unsigned char>(typed));
  if (upper == 'O') return '0';
  return upper == 'I' || upper == 'L' ? '1' : upper;
}

}  // namespace

std::string ReceiptNo(absl::string_view payload) {
  // The first 13 hex digits are 52 bits, of which the first 50 count.
  const std::string hex = criteria::DigestOf(payload).substr(sizeof("sha256:") - 1, 13);
  uint64_t bits = 0;
  (void)absl::SimpleHexAtoi(hex, &bits);
  bits >>= 2;
  std::string characters(kCharacters, '0');
  for (size_t i = kCharacters; i-- > 0; bits >>= 5) characters[i] = kAlphabet[bits & 31];
  return InGroups(characters);
}

absl::StatusOr<std::string> ParseReceiptNo(absl::string_view typed) {
  std::string characters;
  bool understood = true;
  for (const char c : typed) {
    if (c == '-' || c == ' ') continue;
    characters.push_back(Canonical(c));
    understood = understood && kAlphabet.find(characters.back()) != absl::string_view::npos;
  }
  if (understood && characters.size() == kCharacters) return InGroups(characters);
  return MakeError(
      absl::StatusCode::kInvalidArgument, Reason::MALFORMED,
      absl::StrCat("“", typed, "”不是回执编号：应为 10 位数字和字母，例如 7K3QD-8M2XV。"),
      absl::StrCat("\"", typed,
                   "\" is no receipt number: 10 digits and letters, such as 7K3QD-8M2XV, are "
                   "needed."),
      {{"receiptNo", std::string(typed)}});
}

}  // namespace zhiping::receipts
