// CSV files by the headings of their columns.
#include "services/ctl/csv_table.h"

#include "common/status/error.h"
#include "tests/unit/status_matchers.h"

namespace zhiping::ctl {
namespace {

using testing::HasSubstr;

constexpr CsvColumn kColumns[] = {{"名称", "name", "企业名称"}, {"数量", "count"}};

TEST(CsvTableTest, ColumnsStandInAnyOrderUnderAnyOfTheirHeadings) {
  for (const char* const bytes :
       {"名称,数量\n甲,1\n", "\xEF\xBB\xBF数量,企业名称\r\n1,甲\r\n", "COUNT\tName\n1\t甲\n"}) {
    const auto table = CsvTable::Read(bytes, kColumns);
    ASSERT_OK(table) << bytes;
    EXPECT_EQ(table->row_count(), 1);
    EXPECT_EQ(table->LineOf(0), 2);
    EXPECT_EQ(table->Cell(0, 0), "甲");
    EXPECT_EQ(table->Cell(0, 1), "1");
  }
  const auto short_rows = CsvTable::Read("名称,数量\n\n甲\n", kColumns);
  ASSERT_OK(short_rows);
  EXPECT_EQ(short_rows->LineOf(0), 3);
  EXPECT_EQ(short_rows->Cell(0, 1), "");
  const auto one = CsvTable::Read("名称\n甲\n", kColumns);
  ASSERT_OK(one);
  EXPECT_TRUE(one->Has(0));
  EXPECT_FALSE(one->Has(1));
  EXPECT_EQ(one->Cell(0, 1), "");
}

TEST(CsvTableTest, SaysWhatIsNoSuchFile) {
  const struct {
    const char* bytes;
    Reason::Value reason;
    const char* said;
  } kCases[] = {{"", Reason::MALFORMED, "没有数据"},
                {"名称,数量\n", Reason::MALFORMED, "没有数据"},
                {"名称,法人\n甲,乙\n", Reason::WRONG_COLUMN, "第 2 列的表头“法人”无法识别"},
                {"名称,name\n甲,乙\n", Reason::WRONG_COLUMN, "重复"},
                {"名称\n甲,乙\n", Reason::WRONG_COLUMN, "第 2 行有 2 列"},
                {"名称\n\"甲\n", Reason::MALFORMED, "第 2 行第 1 列"}};
  for (const auto& one : kCases) {
    const auto table = CsvTable::Read(one.bytes, kColumns);
    EXPECT_THAT(table, HasReason(one.reason)) << one.bytes;
    EXPECT_THAT(DetailOf(table.status()).message().zh(), HasSubstr(one.said)) << one.bytes;
  }
}

TEST(CsvTableTest, ReadsWhatIsWrittenAndWritesNoFormula) {
  for (const char* const text :
       {"甲", "a,b", "\"a\"", "a\nb", "=1+1", "+1", "-1", "@x", "'x", "'", "'=1", "''-1"}) {
    const std::string line = CsvLine({text, "1"});
    EXPECT_THAT(line, testing::Not(testing::StartsWith("=")));
    const auto table = CsvTable::Read("名称,数量\n" + line, kColumns);
    ASSERT_OK(table) << text;
    EXPECT_EQ(table->Cell(0, 0), text);
  }
  EXPECT_EQ(CsvLine({"=1+1"}), "'=1+1\r\n");
}

}  // namespace
}  // namespace zhiping::ctl
