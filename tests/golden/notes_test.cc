// The notes of 2026 speak of exactly what the edition has, and their English is English.
#include <string>
#include <vector>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/golden/edition_files.h"
#include "tests/unit/status_matchers.h"
#include "zhiping/catalogue/v1/edition.pb.h"
#include "zhiping/catalogue/v1/notes.pb.h"

namespace zhiping {
namespace {

using catalogue::v1::Edition;
using catalogue::v1::Notes;
using Ids = std::vector<std::string>;

template <typename Repeated>
Ids IdsOf(const Repeated& items) {
  Ids ids;
  for (const auto& item : items) ids.push_back(item.id());
  return ids;
}

// Chinese characters and full-width punctuation are encoded with these leading bytes: U+3000 to
// U+9FFF (0xE3 to 0xE9) and U+FF00 to U+FFEF (0xEF).
MATCHER(IsEnglish, "is a text without Chinese characters") {
  if (arg.empty()) return false;
  for (const char character : arg) {
    const auto byte = static_cast<unsigned char>(character);
    if ((byte >= 0xE3 && byte <= 0xE9) || byte == 0xEF) return false;
  }
  return true;
}

class NotesTest : public testing::Test {
 protected:
  void SetUp() override {
    ASSERT_OK(ParseEditionFile("edition.txtpb", edition_));
    ASSERT_OK(ParseEditionFile("notes.txtpb", notes_));
  }

  Edition edition_;
  Notes notes_;
};

TEST_F(NotesTest, NameEveryIdOfTheEditionOnceAndInItsOrder) {
  EXPECT_EQ(notes_.edition(), edition_.id());
  EXPECT_EQ(IdsOf(notes_.levels()), IdsOf(edition_.levels()));
  EXPECT_EQ(IdsOf(notes_.segments()), IdsOf(edition_.segments()));
  EXPECT_EQ(IdsOf(notes_.typical_scenarios()), IdsOf(edition_.typical_scenarios()));
  Ids scenarios;
  for (const auto& note : notes_.scenarios()) scenarios.push_back(note.scenario());
  EXPECT_EQ(scenarios, IdsOf(edition_.scenarios()));
}

TEST_F(NotesTest, TranslateExactlyTheCellsThatExist) {
  ASSERT_EQ(notes_.scenarios_size(), edition_.scenarios_size());
  int translated = 0;
  for (int i = 0; i < edition_.scenarios_size(); ++i) {
    Ids existing;
    for (const auto& cell : edition_.scenarios(i).cells()) {
      if (cell.has_text()) existing.push_back(cell.level());
    }
    Ids noted;
    for (const auto& note : notes_.scenarios(i).levels()) noted.push_back(note.level());
    EXPECT_EQ(noted, existing) << notes_.scenarios(i).scenario();
    translated += notes_.scenarios(i).levels_size();
  }
  EXPECT_EQ(translated, 74);
}

TEST_F(NotesTest, EnglishHasNoChineseCharacters) {
  for (const std::string& text :
       {notes_.title_en(), notes_.year_text_en(), notes_.purpose_en(), notes_.table_title_en()}) {
    EXPECT_THAT(text, IsEnglish());
  }
  for (const auto* terms : {&notes_.levels(), &notes_.segments(), &notes_.typical_scenarios()}) {
    for (const auto& term : *terms) EXPECT_THAT(term.name_en(), IsEnglish()) << term.id();
  }
  for (const auto& scenario : notes_.scenarios()) {
    EXPECT_THAT(scenario.name_en(), IsEnglish()) << scenario.scenario();
    for (const auto& level : scenario.levels()) {
      EXPECT_THAT(level.text_en(), IsEnglish()) << scenario.scenario() << " " << level.level();
    }
  }
  for (const auto& entry : notes_.glossary()) {
    EXPECT_THAT(entry.term().en(), IsEnglish());
    EXPECT_THAT(entry.meaning().en(), IsEnglish());
    EXPECT_FALSE(entry.term().zh().empty() || entry.meaning().zh().empty());
  }
}

}  // namespace
}  // namespace zhiping
