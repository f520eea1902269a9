#include "common/criteria/finding_lines.h"

#include "tests/unit/status_matchers.h"

namespace zhiping::criteria {
namespace {

using catalogue::v1::Finding;

int LineOf(const std::string& file, const std::string& field) {
  FolderFiles files;
  files.rulebook =
      "edition: \"small\"\n"
      "tiers {\n"
      "  id: \"a\"\n"
      "}\n"
      "tiers {\n"
      "  conditions {\n"
      "    at_least {\n"
      "      threshold: 3\n"
      "    }\n"
      "  }\n"
      "}\n";
  std::vector<Finding> findings(1);
  findings[0].set_file(file);
  findings[0].set_field(field);
  LocateFindings(files, findings);
  return findings[0].line();
}

TEST(FindingLinesTest, AFieldStandsOnItsLine) {
  EXPECT_EQ(LineOf("rulebook.txtpb", "edition"), 1);
  EXPECT_EQ(LineOf("rulebook.txtpb", "tiers[1].conditions[0].at_least.threshold"), 8);
}

TEST(FindingLinesTest, AnUnsetFieldStandsWhereTheOneAroundItBegins) {
  EXPECT_EQ(LineOf("rulebook.txtpb", "tiers[0].name.zh"), 2);
  EXPECT_EQ(LineOf("rulebook.txtpb", "tiers[1].conditions[0].text"), 6);
}

TEST(FindingLinesTest, WhatIsNotInAFileHasNoLine) {
  EXPECT_EQ(LineOf("rulebook.txtpb", "facts[0]"), 0);
  EXPECT_EQ(LineOf("rulebook.txtpb", "no_such_field"), 0);
  EXPECT_EQ(LineOf("rulebook.txtpb", "tiers[9].id"), 0);
  EXPECT_EQ(LineOf("vectors.txtpb", "vectors[0]"), 0);
}

TEST(FindingLinesTest, ALineThatIsKnownStays) {
  FolderFiles files;
  files.rulebook = "edition: \"small\"\n";
  std::vector<Finding> findings(1);
  findings[0].set_file("rulebook.txtpb");
  findings[0].set_field("edition");
  findings[0].set_line(7);
  LocateFindings(files, findings);
  EXPECT_EQ(findings[0].line(), 7);
}

}  // namespace
}  // namespace zhiping::criteria
