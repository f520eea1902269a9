#include "services/ctl/language.h"

#include "absl/strings/match.h"

namespace zhiping::ctl {

std::optional<Language> ParseLanguage(absl::string_view name) {
  if (name == "zh") return Language::kChinese;
  if (name == "en") return Language::kEnglish;
  return std::nullopt;
}

Language LanguageOfLocale(const Environment& environment) {
  for (const char* variable : {"LC_ALL", "LC_MESSAGES", "LANG"}) {
    const char* const locale = environment(variable);
    if (locale == nullptr || *locale == '\0') continue;
    const bool english = absl::StartsWith(locale, "en_") || absl::string_view(locale) == "en";
    return english ? Language::kEnglish : Language::kChinese;
  }
  return Language::kChinese;
}

}  // namespace zhiping::ctl
