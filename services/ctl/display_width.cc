#include "services/ctl/display_width.h"

#include <algorithm>
#include <cstdint>
#include <iterator>
#include <utility>

#include "absl/strings/str_cat.h"

namespace zhiping::ctl {
namespace {

struct Character {
  uint32_t code;
  absl::string_view bytes;
};

// The characters of a UTF-8 text; a byte that begins none counts as one.
std::vector<Character> Characters(absl::string_view text) {
  std::vector<Character> characters;
  for (size_t i = 0; i < text.size();) {
    const auto lead = static_cast<unsigned char>(text[i]);
    size_t length = lead < 0xc0 ? 1 : lead < 0xe0 ? 2 : lead < 0xf0 ? 3 : 4;
    length = std::min(length, text.size() - i);
    uint32_t code = length == 1 ? lead : lead & (0x7fu >> length);
    for (size_t k = 1; k < length; ++k) {
      code = code << 6 | (static_cast<unsigned char>(text[i + k]) & 0x3f);
    }
    characters.push_back({code, text.substr(i, length)});
    i += length;
  }
  return characters;
}

// Unicode's East Asian Width W and F, as blocks.
bool IsWide(uint32_t code) {
  constexpr uint32_t kBlocks[][2] = {
      {0x1100, 0x115f}, {0x2e80, 0x303e},   {0x3041, 0x33ff},   {0x3400, 0x4dbf},  {0x4e00, 0x9fff},
      {0xa000, 0xa4cf}, {0xac00, 0xd7a3},   {0xf900, 0xfaff},   {0xfe30, 0xfe4f},  {0xff00, 0xff60},
      {0xffe0, 0xffe6}, {0x1f300, 0x1f64f}, {0x1f900, 0x1f9ff}, {0x20000, 0x3fffd}};
  return std::any_of(std::begin(kBlocks), std::end(kBlocks), [code](const uint32_t* block) {
    return code >= block[0] && code <= block[1];
  });
}

int WidthOf(uint32_t code) { return IsWide(code) ? 2 : 1; }

bool Contains(absl::string_view set, absl::string_view character) {
  return set.find(character) != absl::string_view::npos;
}

// What must not begin, and what must not end, a line. `[` begins the mark of a footnote, which
// stays with what it is about.
bool IsClosing(const Character& c) {
  return Contains("[，。；：、！？）》」』】”’％,.;:!?)", c.bytes);
}
bool IsOpening(const Character& c) { return Contains("（《「『【“‘(", c.bytes); }

// Whether a line may end between two characters.
bool MayBreak(const Character& before, const Character& after) {
  if (IsClosing(after) || IsOpening(before)) return false;
  if (after.code == ' ') return false;
  return before.code == ' ' || IsWide(before.code) || IsWide(after.code);
}

void AppendLine(std::string line, std::vector<std::string>& lines) {
  line.erase(line.find_last_not_of(' ') + 1);
  lines.push_back(std::move(line));
}

}  // namespace

int DisplayWidth(absl::string_view text) {
  int width = 0;
  bool escaped = false;
  for (const Character& c : Characters(text)) {
    if (c.code == '\x1b') escaped = true;
    if (!escaped) width += WidthOf(c.code);
    if (c.code == 'm') escaped = false;
  }
  return width;
}

std::string PadRight(absl::string_view text, int width) {
  return absl::StrCat(text, std::string(std::max(0, width - DisplayWidth(text)), ' '));
}

std::string PadLeft(absl::string_view text, int width) {
  return absl::StrCat(std::string(std::max(0, width - DisplayWidth(text)), ' '), text);
}

std::vector<std::string> Wrap(absl::string_view text, int width) {
  const std::vector<Character> characters = Characters(text);
  std::vector<std::string> lines;
  std::string line, word;
  int line_width = 0;
  int word_width = 0;
  for (size_t i = 0; i < characters.size(); ++i) {
    absl::StrAppend(&word, characters[i].bytes);
    word_width += WidthOf(characters[i].code);
    const bool last = i + 1 == characters.size();
    if (!last && !MayBreak(characters[i], characters[i + 1])) continue;
    const int visible = word_width - (characters[i].code == ' ' ? 1 : 0);
    if (line_width > 0 && line_width + visible > width) {
      AppendLine(std::exchange(line, ""), lines);
      line_width = 0;
    }
    absl::StrAppend(&line, word);
    line_width += word_width;
    word.clear();
    word_width = 0;
  }
  if (!line.empty() || lines.empty()) AppendLine(line, lines);
  return lines;
}

std::string Hang(absl::string_view first, absl::string_view text, int width) {
  const int indent = DisplayWidth(first);
  std::string out;
  for (const std::string& line : Wrap(text, width - indent)) {
    absl::StrAppend(&out, out.empty() ? std::string(first) : std::string(indent, ' '), line, "\n");
  }
  return out;
}

}  // namespace zhiping::ctl
