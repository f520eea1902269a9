// Criteria are data: no id and no Chinese name of the edition or its rulebook stands in C++.
#include <algorithm>
#include <cctype>
#include <cstring>
#include <filesystem>
#include <set>

#include "absl/strings/str_cat.h"
#include "tests/edition_folder.h"
#include "tests/unit/status_matchers.h"

namespace zhiping::criteria {
namespace {

void AppendUtf8(uint32_t character, std::string& text) {
  if (character < 0x80) {
    text.push_back(static_cast<char>(character));
    return;
  }
  const int more = character < 0x800 ? 1 : character < 0x10000 ? 2 : 3;
  const int lead = more == 1 ? 0xC0 : more == 2 ? 0xE0 : 0xF0;
  text.push_back(static_cast<char>(lead | character >> (6 * more)));
  for (int k = more - 1; k >= 0; --k) {
    text.push_back(static_cast<char>(0x80 | (character >> (6 * k) & 0x3F)));
  }
}

// Reads C++ as far as needed to know what its string literals say: escapes are resolved, adjacent
// literals joined, raw ones read to their end; comments and characters are not looked into.
class LiteralReader {
 public:
  explicit LiteralReader(const std::string& code) : code_(code) {}

  std::set<std::string> Run() {
    while (at_ < code_.size()) Step();
    EndLiteral();
    return literals_;
  }

 private:
  bool Follows(const char* text) const { return code_.compare(at_, strlen(text), text) == 0; }

  void Step() {
    if (Follows("//")) {
      at_ = std::min(code_.find('\n', at_), code_.size());
    } else if (Follows("/*")) {
      at_ = std::min(code_.find("*/", at_), code_.size() - 2) + 2;
    } else if (Follows("R\"") && !after_word_) {
      ReadRaw();
    } else if (code_[at_] == '"') {
      ReadQuoted();
    } else if (code_[at_] == '\'' && !after_word_) {
      at_ += 1;
      while (at_ < code_.size() && code_[at_] != '\'') at_ += code_[at_] == '\\' ? 2 : 1;
      at_ += 1;
    } else if (std::isspace(static_cast<unsigned char>(code_[at_])) != 0) {
      ++at_;
      after_word_ = false;
      return;
    } else {
      EndLiteral();
      after_word_ = std::isalnum(static_cast<unsigned char>(code_[at_])) != 0 || code_[at_] == '_';
      ++at_;
      return;
    }
    after_word_ = false;
  }

  void ReadRaw() {
    const size_t open = code_.find('(', at_);
    const std::string end = absl::StrCat(")", code_.substr(at_ + 2, open - at_ - 2), "\"");
    const size_t close = std::min(code_.find(end, open), code_.size());
    literal_ += code_.substr(open + 1, close - open - 1);
    in_literal_ = true;
    at_ = std::min(close + end.size(), code_.size());
  }

  void ReadQuoted() {
    in_literal_ = true;
    ++at_;
    while (at_ < code_.size() && code_[at_] != '"') {
      if (code_[at_] == '\\') {
        ReadEscape();
      } else {
        literal_.push_back(code_[at_++]);
      }
    }
    ++at_;
  }

  void ReadEscape() {
    const char kind = at_ + 1 < code_.size() ? code_[at_ + 1] : '\\';
    at_ += 2;
    if (kind == 'u' || kind == 'U' || kind == 'x') {
      const size_t digits = kind == 'u' ? 4 : kind == 'U' ? 8 : 2;
      const auto number = static_cast<uint32_t>(std::stoul(code_.substr(at_, digits), nullptr, 16));
      at_ += digits;
      if (kind == 'x') {
        literal_.push_back(static_cast<char>(number));
      } else {
        AppendUtf8(number, literal_);
      }
    } else {
      literal_.push_back(kind == 'n' ? '\n' : kind == 't' ? '\t' : kind == 'r' ? '\r' : kind);
    }
  }

  void EndLiteral() {
    if (in_literal_) literals_.insert(literal_);
    in_literal_ = false;
    literal_.clear();
  }

  const std::string& code_;
  size_t at_ = 0;
  // The character before belongs to a word or number: R and ' mean nothing here.
  bool after_word_ = false;
  bool in_literal_ = false;
  std::string literal_;
  std::set<std::string> literals_;
};

std::set<std::string> Literals(const std::string& code) { return LiteralReader(code).Run(); }

std::set<std::string> WordsOfTheCriteria() {
  const auto criteria = CompileEdition2026();
  EXPECT_OK(criteria);
  std::set<std::string> words;
  const auto& edition = (*criteria)->edition();
  for (const auto& level : edition.levels()) words.insert({level.id(), level.name().text()});
  for (const auto& segment : edition.segments()) {
    words.insert({segment.id(), segment.name().text()});
  }
  for (const auto& scenario : edition.scenarios()) {
    words.insert({scenario.id(), scenario.name().text()});
  }
  for (const auto& typical : edition.typical_scenarios()) {
    words.insert({typical.id(), typical.name().text()});
  }
  for (const auto& tier : (*criteria)->rulebook().tiers()) {
    words.insert({tier.id(), tier.name().zh()});
  }
  for (const auto& fact : (*criteria)->rulebook().facts()) {
    words.insert({fact.name(), fact.title().zh()});
  }
  return words;
}

TEST(LiteralsTest, NoWordOfTheCriteriaStandsInCode) {
  const std::set<std::string> words = WordsOfTheCriteria();
  ASSERT_GT(words.size(), 100u);
  int files = 0;
  for (const char* folder : {"common", "services"}) {
    const std::filesystem::path root = std::filesystem::path(ZHIPING_SOURCE_DIR) / folder;
    for (const auto& entry : std::filesystem::recursive_directory_iterator(root)) {
      const auto extension = entry.path().extension();
      if (extension != ".cc" && extension != ".h") continue;
      ++files;
      for (const std::string& literal : Literals(*ReadFileIfThere(entry.path().string()))) {
        EXPECT_EQ(words.count(literal), 0u) << entry.path() << ": \"" << literal << "\"";
      }
    }
  }
  EXPECT_GT(files, 20);
}

TEST(LiteralsTest, ReadsWhatLiteralsSay) {
  const std::pair<const char*, std::set<std::string>> cases[] = {
      {R"(f("entry", '"', 'x'); // "basic"
g("a\"b"))",
       {"entry", R"(a"b)"}},
      {R"code(f(R"(entry)", R"x(a)"b)x"))code", {"entry", "a)\"b"}},
      {R"(f("en" "try"
  /* "basic" */ "x"))",
       {"entryx"}},
      {R"(/* don't */ f("entry"))", {"entry"}},
      {R"(x = 1'000; f("entry"))", {"entry"}},
      {R"(c = '\x41'; d = '\''; f("entry"))", {"entry"}},
      {R"(f("\u5165\u95e8\u7ea7", "\x65ntry"))", {"入门级", "entry"}},
  };
  for (const auto& [code, literals] : cases) EXPECT_EQ(Literals(code), literals) << code;
}

}  // namespace
}  // namespace zhiping::criteria
