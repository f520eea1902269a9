#include "common/reference/reference.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <map>

#include "absl/strings/str_cat.h"
#include "common/files/file.h"
#include "tests/unit/status_matchers.h"

namespace zhiping::reference {
namespace {

using testing::ElementsAre;

const absl::CivilDay kDay(2026, 11, 25);

const Reference& Jiangsu() {
  static const Reference reference = *Reference::Open();
  return reference;
}

std::vector<std::string> Ids(const std::vector<const ReviewUnit*>& units) {
  std::vector<std::string> ids;
  for (const ReviewUnit* unit : units) ids.push_back(unit->id);
  return ids;
}

TEST(ReferenceTest, HasTheRegionsOfJiangsu) {
  std::map<std::string, int> kinds;
  for (const Region& region : Jiangsu().regions().all()) ++kinds[region.kind];
  const std::map<std::string, int> expected = {{"province", 1},  {"city", 13},
                                               {"district", 55}, {"county_city", 21},
                                               {"county", 19},   {"special", 9}};
  EXPECT_EQ(kinds, expected);
  EXPECT_TRUE(Jiangsu().regions().IsWithin("320583", "320500"));
  EXPECT_TRUE(Jiangsu().regions().IsWithin("320583", "320000"));
  EXPECT_FALSE(Jiangsu().regions().IsWithin("320583", "320100"));
  EXPECT_FALSE(Jiangsu().regions().IsWithin("110000", "320000"));
}

TEST(ReferenceTest, HasAUnitForEveryRegion) {
  std::map<std::string, int> units;
  for (const ReviewUnit& unit : Jiangsu().review_units().all()) {
    for (const std::string& code : unit.regions) ++units[code];
  }
  for (const Region& region : Jiangsu().regions().all()) {
    EXPECT_GE(units[region.code], 1) << region.name;
  }
}

TEST(ReferenceTest, UnitsAreATreeOfTheirOwn) {
  const ReviewUnits& units = Jiangsu().review_units();
  EXPECT_THAT(Ids(units.PathOf("nanjing-gulou", kDay)),
              ElementsAre("nanjing-gulou", "nanjing", "jiangsu"));
  // Directly below the province, though the code says Suzhou.
  EXPECT_THAT(Ids(units.PathOf("kunshan", kDay)), ElementsAre("kunshan", "jiangsu"));
  // In parts of two districts.
  EXPECT_THAT(units.Find("nanjing-jiangbei", kDay)->regions, ElementsAre("320111", "320116"));
  EXPECT_TRUE(units.IsWithin("nanjing-gulou", "nanjing", kDay));
  EXPECT_TRUE(units.IsWithin("nanjing", "nanjing", kDay));
  EXPECT_FALSE(units.IsWithin("nanjing", "nanjing-gulou", kDay));
  EXPECT_FALSE(units.IsWithin("xuzhou-gulou", "nanjing", kDay));
  EXPECT_FALSE(units.IsWithin("nowhere", "jiangsu", kDay));
}

TEST(ReferenceTest, NamesMayStandForSeveralUnits) {
  const ReviewUnits& units = Jiangsu().review_units();
  EXPECT_THAT(Ids(units.FindByName("鼓楼区", kDay)), ElementsAre("nanjing-gulou", "xuzhou-gulou"));
  EXPECT_THAT(Ids(units.FindByName("徐州市鼓楼区", kDay)), ElementsAre("xuzhou-gulou"));
  EXPECT_THAT(Ids(units.FindByName("无锡高新区", kDay)), ElementsAre("wuxi-xinwu"));
  EXPECT_THAT(Ids(units.FindByName("苏州高新区", kDay)), ElementsAre("suzhou-huqiu"));
}

TEST(ReferenceTest, HasTheIndustriesAndSizes) {
  EXPECT_EQ(Jiangsu().industries().size(), 31);
  EXPECT_EQ(Jiangsu().industries().front().code, "13");
  EXPECT_EQ(Jiangsu().industries().back().code, "43");
  const struct {
    int64_t employees, revenue;
    std::string size;
  } cases[] = {{1000, 40000, "large"}, {999, 40000, "medium"}, {1000, 39999, "medium"},
               {300, 2000, "medium"},  {299, 2000, "small"},   {5000, 300, "small"},
               {20, 300, "small"},     {19, 300, "micro"},     {20, 299, "micro"},
               {0, 0, "micro"}};
  for (const auto& [employees, revenue, size] : cases) {
    EXPECT_EQ(Jiangsu().SizeOf(employees, revenue).id, size) << employees << ", " << revenue;
  }
}

constexpr char kHeading[] = "id\tname\taliases\tlevel\tparent\tregions\tvalid_from\tvalid_until\n";

absl::StatusOr<ReviewUnits> Parse(const std::string& rows) {
  return ReviewUnits::Parse(absl::StrCat("# comment\n", kHeading, rows), Jiangsu().regions());
}

std::vector<std::string> FieldsOf(const absl::Status& status) {
  std::vector<std::string> fields;
  const ErrorDetail detail = DetailOf(status);
  for (const FieldViolation& violation : detail.violations()) fields.push_back(violation.field());
  if (fields.empty()) fields.push_back(Reason::Value_Name(detail.reason()));
  return fields;
}

TEST(ReviewUnitsTest, AreVersioned) {
  const auto units = Parse(
      "p\t省\t\tprovince\t\t320000\n"
      "a\t甲市\t\tcity\tp\t320100\n"
      "b\t乙市\t\tcity\tp\t320200\n"
      "c\t旧县\t\tcounty\ta\t320102\t\t2026-07-01\n"
      "c\t新区\t旧县\tcounty\tb\t320102\t2026-07-01\t2027-01-01\n");
  ASSERT_OK(units);
  const absl::CivilDay before(2026, 6, 30);
  const absl::CivilDay after(2026, 7, 1);
  EXPECT_EQ(units->Find("c", before)->name, "旧县");
  EXPECT_EQ(units->Find("c", after)->name, "新区");
  EXPECT_EQ(units->Find("c", absl::CivilDay(2027, 1, 1)), nullptr);
  EXPECT_TRUE(units->IsWithin("c", "a", before));
  EXPECT_FALSE(units->IsWithin("c", "a", after));
  EXPECT_TRUE(units->IsWithin("c", "b", after));
  // What has ended stays where it was last, and has nothing itself any more.
  const absl::CivilDay over(2027, 1, 1);
  EXPECT_TRUE(units->IsWithin("c", "b", over));
  EXPECT_TRUE(units->IsWithin("c", "p", over));
  EXPECT_FALSE(units->IsWithin("c", "a", over));
  EXPECT_FALSE(units->IsWithin("c", "c", over));
  EXPECT_THAT(Ids(units->PathOf("c", over)), ElementsAre("c", "b", "p"));
}

TEST(ReviewUnitsTest, BelowAreTheUnitItselfAndAllUnderItOnTheDay) {
  const auto units = Parse(
      "p\t省\t\tprovince\t\t320000\n"
      "b\t乙市\t\tcity\tp\t320200\n"
      "a\t甲市\t\tcity\tp\t320100\n"
      "d\t县\t\tcounty\ta\t320104\n"
      "c\t旧县\t\tcounty\ta\t320102\t\t2026-07-01\n"
      "c\t新区\t旧县\tcounty\tb\t320102\t2026-07-01\t2027-01-01\n");
  ASSERT_OK(units);
  const absl::CivilDay before(2026, 6, 30);
  const absl::CivilDay after(2026, 7, 1);
  const absl::CivilDay over(2027, 1, 1);
  // By id.
  EXPECT_THAT(units->Below("p", before), ElementsAre("a", "b", "c", "d", "p"));
  EXPECT_THAT(units->Below("a", before), ElementsAre("a", "c", "d"));
  EXPECT_THAT(units->Below("b", before), ElementsAre("b"));
  // It has gone to another city, and stays there when it is over.
  EXPECT_THAT(units->Below("a", after), ElementsAre("a", "d"));
  EXPECT_THAT(units->Below("b", after), ElementsAre("b", "c"));
  EXPECT_THAT(units->Below("a", over), ElementsAre("a", "d"));
  EXPECT_THAT(units->Below("b", over), ElementsAre("b", "c"));
  EXPECT_THAT(units->Below("p", over), ElementsAre("a", "b", "c", "d", "p"));
  EXPECT_THAT(units->Below("c", over), testing::IsEmpty());
  for (const char* nothing : {"", "nowhere"}) {
    EXPECT_THAT(units->Below(nothing, before), testing::IsEmpty()) << nothing;
  }
}

// The parent has moved, and ended, after its child; one that is still to come is nowhere.
TEST(ReviewUnitsTest, ThePathGoesByTheLastRowOfEach) {
  const auto units = Parse(
      "p\t省\t\tprovince\t\t320000\n"
      "q\t新省\t\tprovince\t\t\t2026-08-01\t\n"
      "a\t甲市\t\tcity\tp\t320100\t\t2026-08-01\n"
      "a\t甲市\t\tcity\tq\t320100\t2026-08-01\t2026-09-01\n"
      "c\t县\t\tcounty\ta\t320102\t2026-06-01\t2026-07-01\n");
  ASSERT_OK(units);
  const auto path = [&](int month) {
    return Ids(units->PathOf("c", absl::CivilDay(2026, month, 15)));
  };
  EXPECT_THAT(path(5), testing::IsEmpty());
  EXPECT_THAT(path(6), ElementsAre("c", "a", "p"));
  EXPECT_THAT(path(7), ElementsAre("c", "a", "p"));
  EXPECT_THAT(path(8), ElementsAre("c", "a", "q"));
  EXPECT_THAT(path(9), ElementsAre("c", "a", "q"));
  EXPECT_THAT(units->Below("p", absl::CivilDay(2026, 9, 15)), ElementsAre("p"));
  EXPECT_THAT(units->Below("q", absl::CivilDay(2026, 9, 15)), ElementsAre("a", "c", "q"));
}

TEST(ReviewUnitsTest, EveryFaultIsSaidAtOnce) {
  EXPECT_THAT(FieldsOf(Parse("p\t\t\tcountry\t\t329999\tsoon\t\n"
                             "\t甲\t\tcity\tp\t\t2026-01-02\t2026-01-02\n"
                             "x\t甲\t\tcity\tp\n"
                             "x\t乙\t\tcity\tp\n"
                             "a\tb\tc\td\te\tf\tg\th\ti\n")
                           .status()),
              testing::UnorderedElementsAre("line 7", "line 3, name", "line 3, level",
                                            "line 3, regions", "line 3, valid_from", "line 4, id",
                                            "line 4, valid_until", "line 6, id"));
  // The parent ends before the child; it is of the same level; it is not there; a circle.
  EXPECT_THAT(FieldsOf(Parse("p\t省\t\tprovince\t\t\t\t2027-01-01\n"
                             "a\t甲\t\tcity\tp\n"
                             "b\t乙\t\tcity\ta\n"
                             "c\t丙\t\tcounty\tnowhere\n"
                             "d\t丁\t\tcounty\te\n"
                             "e\t戊\t\tcounty\td\n"
                             "f\t己\t\tcity\t\n"
                             "q\t省二\t\tprovince\tp\n")
                           .status()),
              ElementsAre("line 4, parent", "line 5, parent", "line 6, parent", "line 7, parent",
                          "line 8, parent", "line 9, parent", "line 10, parent"));
  EXPECT_THAT(ReviewUnits::Parse("", Jiangsu().regions()), HasReason(Reason::INVALID_FIELD));
  EXPECT_THAT(ReviewUnits::Parse("id name\n", Jiangsu().regions()),
              HasReason(Reason::INVALID_FIELD));
  EXPECT_THAT(ReviewUnits::Parse("\xff\xfe", Jiangsu().regions()),
              HasReason(Reason::INVALID_FIELD));
}

TEST(RegionsTest, EveryFaultIsSaidAtOnce) {
  EXPECT_THAT(FieldsOf(Regions::Parse("code\tname\tkind\tparent\n"
                                      "32010\t甲\tcity\t\n"
                                      "320100\t\ttown\t\n"
                                      "320100\t乙\tcity\t\n")
                           .status()),
              ElementsAre("line 2, code", "line 3, name", "line 3, kind", "line 4, code"));
  EXPECT_THAT(FieldsOf(Regions::Parse("code\tname\tkind\tparent\n"
                                      "320000\t省\tprovince\t310000\n"
                                      "320100\t甲\tcity\t\n"
                                      "320200\t乙\tcity\t320300\n")
                           .status()),
              ElementsAre("line 2, parent", "line 3, parent", "line 4, parent"));
}

TEST(ReferenceTest, FilesTakeThePlaceOfWhatIsBuiltIn) {
  const std::string path = absl::StrCat(testing::TempDir(), "/units.tsv");
  ASSERT_OK(WriteFile(path, absl::StrCat("\xEF\xBB\xBF", kHeading, "p\t另一个省\t\tprovince\r\n"),
                      Overwrite::kReplace));
  const auto reference = Reference::Open({.regions = "", .review_units = path});
  ASSERT_OK(reference);
  EXPECT_EQ(reference->review_units().Find("p", kDay)->name, "另一个省");
  EXPECT_THAT(Reference::Open({.regions = "", .review_units = "/nowhere"}),
              HasReason(Reason::FILE_UNREADABLE));
}

}  // namespace
}  // namespace zhiping::reference
