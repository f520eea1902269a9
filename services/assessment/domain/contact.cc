#include "services/assessment/domain/contact.h"

#include <algorithm>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "common/text/utf8.h"

namespace zhiping::assessment {
namespace {

std::vector<absl::string_view> CharactersOf(absl::string_view text) {
  std::vector<absl::string_view> characters;
  while (!text.empty()) {
    characters.push_back(text.substr(0, std::max<size_t>(FirstCharacter(text).size, 1)));
    text.remove_prefix(characters.back().size());
  }
  return characters;
}

absl::string_view FirstOf(absl::string_view text) {
  return text.substr(0, FirstCharacter(text).size);
}

std::string MaskedName(absl::string_view name) {
  return name.empty() ? "" : absl::StrCat(FirstOf(name), "*");
}

// Of a number as long as a mobile one the first three characters and the last four are left, of a
// shorter one the last four, of seven or fewer none.
std::string MaskedPhone(absl::string_view phone) {
  constexpr size_t kMobile = 11;
  constexpr size_t kShort = 7;
  const std::vector<absl::string_view> all = CharactersOf(phone);
  if (all.empty()) return "";
  std::string masked;
  if (all.size() >= kMobile) masked = absl::StrCat(all[0], all[1], all[2]);
  masked += "****";
  if (all.size() <= kShort) return masked;
  for (size_t i = all.size() - 4; i < all.size(); ++i) absl::StrAppend(&masked, all[i]);
  return masked;
}

std::string MaskedEmail(absl::string_view email) {
  if (email.empty()) return "";
  const size_t at = email.rfind('@');
  const absl::string_view domain = at == email.npos ? "" : email.substr(at);
  return absl::StrCat(at == 0 ? "" : FirstOf(email), "***", domain);
}

}  // namespace

v1::Contact Masked(const v1::Contact& contact) {
  v1::Contact masked;
  masked.set_name(MaskedName(contact.name()));
  masked.set_phone(MaskedPhone(contact.phone()));
  masked.set_email(MaskedEmail(contact.email()));
  masked.set_masked(true);
  return masked;
}

}  // namespace zhiping::assessment
