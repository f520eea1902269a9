// The language in which the command line speaks.
#pragma once

#include <functional>
#include <optional>
#include <string>

#include "absl/strings/string_view.h"
#include "zhiping/common/v1/text.pb.h"

namespace zhiping::ctl {

enum class Language { kChinese, kEnglish };

// `zh` or `en`.
std::optional<Language> ParseLanguage(absl::string_view name);

// Value of an environment variable; null if it is not set.
using Environment = std::function<const char*(const char*)>;

// By the first of LC_ALL, LC_MESSAGES and LANG that is not empty; Chinese unless it is English.
Language LanguageOfLocale(const Environment& environment);

inline absl::string_view Pick(Language language, absl::string_view zh, absl::string_view en) {
  return language == Language::kChinese ? zh : en;
}

inline absl::string_view Pick(Language language, const common::v1::LocalText& text) {
  return Pick(language, text.zh(), text.en());
}

}  // namespace zhiping::ctl
