// What reports are written for: a language, a width, and whether there are colours.
#pragma once

#include <string>

#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "services/ctl/language.h"

namespace zhiping::ctl {

inline constexpr int kNarrowest = 80;
inline constexpr int kWidest = 100;

struct Screen {
  Language language = Language::kChinese;
  // In columns, kNarrowest … kWidest.
  int width = kWidest;
  // Lines of a terminal on which the cursor can be moved; 0: it is none.
  int height = 0;
  bool colours = false;

  absl::string_view Say(absl::string_view zh, absl::string_view en) const {
    return Pick(language, zh, en);
  }
  absl::string_view Say(const common::v1::LocalText& text) const { return Pick(language, text); }

  std::string Bold(absl::string_view text) const { return Styled("1", text); }
  std::string Dim(absl::string_view text) const { return Styled("2", text); }
  // For bars and ladders, which are about shares and levels; the status of a tier has no colour.
  std::string Filled(absl::string_view text) const { return Styled("36", text); }
  std::string Added(absl::string_view text) const { return Styled("32", text); }
  std::string Removed(absl::string_view text) const { return Styled("31", text); }
  // How an instance stands: all is well, not yet, something is wrong.
  std::string Good(absl::string_view text) const { return Styled("32", text); }
  std::string Waiting(absl::string_view text) const { return Styled("33", text); }
  std::string Bad(absl::string_view text) const { return Styled("31", text); }

 private:
  std::string Styled(absl::string_view code, absl::string_view text) const {
    return colours && !text.empty() ? absl::StrCat("\x1b[", code, "m", text, "\x1b[0m")
                                    : std::string(text);
  }
};

// The text with control characters written as \uXXXX, so that no input moves the cursor, colours or
// hides anything: C0 but line breaks, DEL, C1, line and paragraph separators, and what turns the
// direction of writing. Screen's own sequences stay if there are colours. JSON stays the same JSON.
std::string Visible(absl::string_view text, bool colours);

// The text with line breaks and tabs written so, too: for names, cells and whatever else would
// otherwise begin a line that readers take for one of ours.
std::string InOneLine(absl::string_view text);

// Prints the visible text on standard output.
void Print(absl::string_view text, const Screen& screen);

// A heading over a part of a report, with an empty line before it.
std::string SectionTitle(absl::string_view title, const Screen& screen);

// The screen of standard output. Colours only on a terminal, never with NO_COLOR; the terminal's
// width, or the widest if there is none.
Screen ScreenOfStandardOutput(Language language, const Environment& environment);

}  // namespace zhiping::ctl
