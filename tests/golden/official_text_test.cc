// The edition of 2026 against its source, character by character and in both directions.
#include <openssl/evp.h>

#include <algorithm>
#include <map>
#include <ostream>
#include <string>
#include <vector>

#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/golden/edition_files.h"
#include "tests/golden/source_table.h"
#include "tests/unit/status_matchers.h"
#include "zhiping/catalogue/v1/edition.pb.h"

namespace zhiping {

void PrintTo(const SourceText& text, std::ostream* out) {
  *out << text.text << " (" << text.line << "-" << text.last_line << ")";
}

namespace {

using catalogue::v1::Cell;
using catalogue::v1::Edition;
using catalogue::v1::OfficialText;
using catalogue::v1::Scenario;

SourceText ToSource(const OfficialText& official) {
  return {official.text(), official.line(), official.last_line()};
}

SourceText ToSource(const Cell& cell) {
  if (cell.has_absent()) return {"/", cell.absent().line(), 0};
  return ToSource(cell.text());
}

template <typename Repeated>
std::vector<SourceText> ToSources(const Repeated& texts) {
  std::vector<SourceText> result;
  for (const auto& text : texts) result.push_back(ToSource(text));
  return result;
}

// What the edition says stands on each line of the source.
class Claims {
 public:
  void Add(int line, absl::string_view text) {
    EXPECT_TRUE(by_line_.emplace(line, text).second) << "line " << line << " is claimed twice";
  }
  // A text over several lines is divided as the source divides it.
  void Add(const OfficialText& official, const std::vector<std::string>& lines) {
    absl::string_view rest = official.text();
    const int last = std::max(official.line(), official.last_line());
    for (int line = official.line(); line < last; ++line) {
      const absl::string_view part = VisibleText(lines.at(line - 1));
      EXPECT_EQ(rest.substr(0, part.size()), part) << "line " << line;
      Add(line, part);
      rest.remove_prefix(std::min(part.size(), rest.size()));
    }
    Add(last, rest);
  }
  // Typical scenarios of one cell stand on one line, between 、.
  void AddTypical(const OfficialText& official) {
    std::string& text = by_line_[official.line()];
    absl::StrAppend(&text, text.empty() ? "" : "、", official.text());
  }
  const std::map<int, std::string>& by_line() const { return by_line_; }

 private:
  std::map<int, std::string> by_line_;
};

class OfficialTextTest : public testing::Test {
 protected:
  void SetUp() override {
    ASSERT_OK(ParseEditionFile("edition.txtpb", edition_));
    const absl::StatusOr<std::string> source = ReadEditionFile(edition_.source().file());
    ASSERT_OK(source);
    source_ = *source;
    absl::StatusOr<SourceTable> table = ReadSourceTable(source_);
    ASSERT_OK(table);
    table_ = *std::move(table);
    for (const auto& segment : edition_.segments()) segments_[segment.id()] = segment.name();
    for (const auto& typical : edition_.typical_scenarios()) {
      EXPECT_TRUE(typical_.emplace(typical.id(), typical.name()).second) << typical.id();
    }
  }

  std::vector<SourceText> TypicalOf(const Scenario& scenario) const {
    std::vector<SourceText> result;
    for (const std::string& id : scenario.typical_scenarios()) {
      result.push_back(ToSource(typical_.at(id)));
    }
    return result;
  }

  Edition edition_;
  std::string source_;
  SourceTable table_;
  std::map<std::string, OfficialText> segments_;
  std::map<std::string, OfficialText> typical_;
};

TEST_F(OfficialTextTest, SourceHasTheDigestThatTheEditionNames) {
  unsigned char digest[EVP_MAX_MD_SIZE];
  unsigned int size = 0;
  ASSERT_EQ(EVP_Digest(source_.data(), source_.size(), digest, &size, EVP_sha256(), nullptr), 1);
  EXPECT_EQ(absl::BytesToHexString({reinterpret_cast<const char*>(digest), size}),
            edition_.source().sha256());
}

TEST_F(OfficialTextTest, TextsAroundTheTableAreTheSource) {
  EXPECT_EQ(ToSource(edition_.title()), table_.title);
  EXPECT_EQ(ToSource(edition_.year_text()), table_.year);
  EXPECT_EQ(ToSource(edition_.purpose()), table_.purpose);
  EXPECT_EQ(ToSource(edition_.table_title()), table_.table_title);
  EXPECT_EQ(ToSources(edition_.headings()), table_.headings);
  std::vector<SourceText> levels;
  for (const auto& level : edition_.levels()) levels.push_back(ToSource(level.name()));
  EXPECT_EQ(levels, table_.levels);
}

TEST_F(OfficialTextTest, EveryRowOfTheTableIsTheScenarioInItsPlace) {
  ASSERT_EQ(static_cast<size_t>(edition_.scenarios_size()), table_.rows.size());
  for (int i = 0; i < edition_.scenarios_size(); ++i) {
    const Scenario& scenario = edition_.scenarios(i);
    const SourceRow& row = table_.rows[i];
    SCOPED_TRACE(scenario.id());
    ASSERT_EQ(scenario.has_number(), row.number.has_value());
    EXPECT_EQ(scenario.number_line(), row.number ? row.number->line : 0);
    if (row.number) {
      EXPECT_EQ(absl::StrCat(scenario.number()), row.number->text);
    }
    ASSERT_TRUE(segments_.contains(scenario.segment())) << scenario.segment();
    EXPECT_EQ(ToSource(segments_.at(scenario.segment())), row.segment);
    EXPECT_EQ(ToSource(scenario.name()), row.name);
    EXPECT_EQ(ToSources(scenario.cells()), row.cells);
    for (int level = 0; level < scenario.cells_size(); ++level) {
      EXPECT_EQ(scenario.cells(level).level(), edition_.levels(level).id());
    }
    EXPECT_EQ(TypicalOf(scenario), row.typical);
  }
}

// Does not use the reader of the table: every line on its own.
TEST_F(OfficialTextTest, EveryLineOfTheSourceIsATextOfTheEditionAndViceVersa) {
  const std::vector<std::string> lines = SplitLines(source_);
  Claims claims;
  for (const OfficialText* text :
       {&edition_.title(), &edition_.year_text(), &edition_.purpose(), &edition_.table_title()}) {
    claims.Add(*text, lines);
  }
  for (const OfficialText& heading : edition_.headings()) claims.Add(heading, lines);
  for (const auto& level : edition_.levels()) claims.Add(level.name(), lines);
  for (const auto& segment : edition_.segments()) claims.Add(segment.name(), lines);
  for (const auto& typical : edition_.typical_scenarios()) claims.AddTypical(typical.name());
  for (const Scenario& scenario : edition_.scenarios()) {
    if (scenario.has_number()) claims.Add(scenario.number_line(), absl::StrCat(scenario.number()));
    claims.Add(scenario.name(), lines);
    for (const Cell& cell : scenario.cells()) {
      if (cell.has_absent()) {
        claims.Add(cell.absent().line(), "/");
      } else {
        claims.Add(cell.text(), lines);
      }
    }
  }
  std::map<int, std::string> printed;
  for (size_t i = 0; i < lines.size(); ++i) {
    const absl::string_view text = VisibleText(lines[i]);
    if (!text.empty()) printed.emplace(static_cast<int>(i) + 1, text);
  }
  EXPECT_EQ(claims.by_line(), printed);
}

TEST_F(OfficialTextTest, EachTypicalScenarioBelongsToOneScenario) {
  std::map<std::string, int> uses;
  for (const Scenario& scenario : edition_.scenarios()) {
    for (const std::string& id : scenario.typical_scenarios()) ++uses[id];
  }
  EXPECT_EQ(uses.size(), 40u);
  EXPECT_EQ(typical_.size(), 40u);
  for (const auto& [id, count] : uses) EXPECT_EQ(count, 1) << id;
}

// Scenarios, entry, basic and advanced cells, and typical scenarios, counted by hand.
TEST_F(OfficialTextTest, CountsAreTheKnownOnes) {
  using Counts = std::vector<int>;
  std::map<std::string, Counts> counts;
  Counts total(5);
  int absent = 0;
  for (const Scenario& scenario : edition_.scenarios()) {
    Counts& of_segment = counts[segments_.at(scenario.segment()).text()];
    of_segment.resize(5);
    for (const Cell& cell : scenario.cells()) absent += cell.has_absent();
    for (Counts* sum : {&of_segment, &total}) {
      ++(*sum)[0];
      for (int level = 0; level < 3; ++level) (*sum)[1 + level] += scenario.cells(level).has_text();
      (*sum)[4] += scenario.typical_scenarios_size();
    }
  }
  EXPECT_EQ(counts, (std::map<std::string, Counts>{{"工厂建设", {3, 0, 3, 3, 3}},
                                                   {"产品研发", {1, 1, 1, 1, 2}},
                                                   {"工艺设计", {1, 0, 0, 1, 2}},
                                                   {"生产管理", {10, 7, 8, 10, 12}},
                                                   {"生产作业", {8, 5, 8, 8, 10}},
                                                   {"运营管理", {4, 0, 2, 4, 4}},
                                                   {"产品服务", {3, 2, 3, 3, 3}},
                                                   {"供应链管理", {3, 0, 1, 3, 4}}}));
  EXPECT_EQ(total, (Counts{33, 15, 26, 33, 40}));
  EXPECT_EQ(absent, 25);
  EXPECT_EQ(edition_.segments_size(), 8);
}

}  // namespace
}  // namespace zhiping
