// Checks of what people write.
#pragma once

#include <cstddef>
#include <string>

#include "absl/strings/string_view.h"
#include "common/status/error.h"
#include "common/text/limits.h"
#include "zhiping/common/v1/text.pb.h"

namespace zhiping::assessment {

// Names and titles.
inline constexpr size_t kMaxNameCharacters = 200;

// How many lines a text may have: ended by U+000A alone.
enum class Lines { kOne, kMany };

// Violations: TOO_LARGE with more than `most` characters; CHARACTER_NOT_ALLOWED with a control
// character, or one that turns the direction of what follows.
void CheckText(absl::string_view text, size_t most, absl::string_view field, Violations& violations,
               Lines lines = Lines::kOne);
// FIELD_REQUIRED too, if there is nothing but blanks.
void CheckRequiredText(absl::string_view text, size_t most, absl::string_view field,
                       Violations& violations, Lines lines = Lines::kOne);
// The same of the name of an enterprise, a plant or a person: one line, without joiners either
// (U+200B to U+200D), which nobody sees and no such name needs.
void CheckName(absl::string_view name, size_t most, absl::string_view field,
               Violations& violations);
void CheckRequiredName(absl::string_view name, size_t most, absl::string_view field,
                       Violations& violations);
// The same of a text in both languages: Chinese is required, English is not.
void CheckLocalText(const common::v1::LocalText& text, size_t most, absl::string_view field,
                    Violations& violations, Lines lines = Lines::kOne);

// Leaves out the blanks around it.
void Trim(std::string& text);

}  // namespace zhiping::assessment
