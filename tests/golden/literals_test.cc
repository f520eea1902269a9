// Criteria are data: no id and no Chinese name of the edition or its rulebook stands in C++.
#include <algorithm>
#include <filesystem>
#include <set>

#include "tests/edition_folder.h"
#include "tests/unit/status_matchers.h"

namespace zhiping::criteria {
namespace {

// Everything between double quotes, escapes and all; comments are not looked into.
std::set<std::string> Literals(const std::string& code) {
  std::set<std::string> literals;
  for (size_t i = 0; i < code.size(); ++i) {
    if (code.compare(i, 2, "//") == 0) {
      i = std::min(code.find('\n', i), code.size());
    } else if (code[i] == '\'') {
      i += code[i + 1] == '\\' ? 3 : 2;
    } else if (code[i] == '"') {
      size_t end = i + 1;
      while (end < code.size() && code[end] != '"') end += code[end] == '\\' ? 2 : 1;
      literals.insert(code.substr(i + 1, end - i - 1));
      i = end;
    }
  }
  return literals;
}

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

TEST(LiteralsTest, FindsLiteralsButNotComments) {
  EXPECT_EQ(Literals(R"(f("entry", '"', 'x'); // "basic"
g("a\"b"))"),
            (std::set<std::string>{"entry", R"(a\"b)"}));
}

}  // namespace
}  // namespace zhiping::criteria
