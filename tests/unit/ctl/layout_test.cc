// How texts are laid out on a screen.
#include "absl/strings/str_split.h"
#include "services/ctl/display_width.h"
#include "services/ctl/table.h"
#include "tests/unit/status_matchers.h"

namespace zhiping::ctl {
namespace {

using testing::ElementsAre;

TEST(DisplayWidthTest, ChineseTakesTwoColumns) {
  EXPECT_EQ(DisplayWidth(""), 0);
  EXPECT_EQ(DisplayWidth("ab1"), 3);
  EXPECT_EQ(DisplayWidth("智能"), 4);
  EXPECT_EQ(DisplayWidth("，：（）"), 8);
  EXPECT_EQ(DisplayWidth("█░■□…“”"), 7);
  EXPECT_EQ(DisplayWidth("𠀀"), 2);
  EXPECT_EQ(DisplayWidth("\x1b[1m智能\x1b[0m"), 4);
}

TEST(DisplayWidthTest, PaddingCountsColumns) {
  EXPECT_EQ(PadRight("智能", 6), "智能  ");
  EXPECT_EQ(PadLeft("智能", 6), "  智能");
  EXPECT_EQ(PadRight("智能", 3), "智能");
}

TEST(WrapTest, BreaksBetweenWordsAndBetweenChineseCharacters) {
  EXPECT_THAT(Wrap("one two three", 8), ElementsAre("one two", "three"));
  EXPECT_THAT(Wrap("智能工厂层级", 8), ElementsAre("智能工厂", "层级"));
  EXPECT_THAT(Wrap("按GB/T标准", 6), ElementsAre("按GB/T", "标准"));
  EXPECT_THAT(Wrap("extraordinary", 5), ElementsAre("extraordinary"));
  EXPECT_THAT(Wrap("", 5), ElementsAre(""));
}

TEST(WrapTest, NoLineBeginsWithClosingOrEndsWithOpeningPunctuation) {
  EXPECT_THAT(Wrap("智能工厂，层级", 8), ElementsAre("智能工", "厂，层级"));
  EXPECT_THAT(Wrap("智能工（层级）", 8), ElementsAre("智能工", "（层级）"));
  EXPECT_THAT(Wrap("at least 60 [1]", 12), ElementsAre("at least", "60 [1]"));
}

TEST(WrapTest, WhatHangsIsIndented) {
  EXPECT_EQ(Hang("依据：", "智能工厂", 10), "依据：智能\n      工厂\n");
}

TEST(TableTest, ColumnsLineUp) {
  Table table({{"环节"}, {"得分", true}, {""}});
  table.AddRow({"工厂建设", "4/9", "#"});
  table.AddGroup("一组");
  table.AddRow({"产品", "12/3", ""});
  EXPECT_EQ(table.Render(Screen(), 2),
            "  环节      得分\n"
            "  工厂建设   4/9  #\n"
            "  一组\n"
            "  产品      12/3\n");
  EXPECT_EQ(table.Width(2), 19);
}

TEST(TableTest, ANoteStandsBelowItsRowAndStyledCellsLineUp) {
  Screen screen;
  screen.colours = true;
  Table table({{"状态"}, {"实例"}});
  table.AddRow({screen.Bad("已拒绝"), "scoring-1"});
  table.AddNote("签名不可信");
  table.AddRow({screen.Good("失联"), "scoring-2"});
  EXPECT_EQ(table.Render(screen, 0),
            "\x1b[2m状态    实例\x1b[0m\n"
            "\x1b[31m已拒绝\x1b[0m  scoring-1\n"
            "    签名不可信\n"
            "\x1b[32m失联\x1b[0m    scoring-2\n");
}

TEST(TableTest, NoTextBeginsALineOfItsOwn) {
  Table table({{"位置"}, {"操作人"}});
  table.AddGroup("一组\n9  李四");
  table.AddRow({"1\n2", "王芳\n3\t张三"});
  table.AddNote("首次发布\n4  赵六");
  EXPECT_EQ(table.Render(Screen(), 0),
            "位置      操作人\n"
            "一组\\u000a9  李四\n"
            "1\\u000a2  王芳\\u000a3\\u0009张三\n"
            "    首次发布\\u000a4  赵六\n");
  EXPECT_EQ(Fields({{"原因", "首次发布\n  操作人  李四"}}, Screen()),
            "  原因  首次发布\\u000a  操作人  李四\n");
}

TEST(FieldsTest, ValuesStandInOneColumnAndEmptyOnesAreLeftOut) {
  EXPECT_EQ(Fields({{"摘要", "sha256:0"}, {"评测体系", "jiangsu-ai"}, {"原因", ""}}, Screen()),
            "  摘要      sha256:0\n"
            "  评测体系  jiangsu-ai\n");
}

TEST(BarTest, IsFilledByTheShareRoundedDownButNeverEmptyForSomething) {
  const Screen screen;
  EXPECT_EQ(Bar(0, 9, 4, screen), "░░░░");
  EXPECT_EQ(Bar(1, 900, 4, screen), "█░░░");
  EXPECT_EQ(Bar(8, 9, 4, screen), "███░");
  EXPECT_EQ(Bar(9, 9, 4, screen), "████");
  EXPECT_EQ(Bar(0, 0, 4, screen), "");
}

TEST(PercentTest, HasTwoDecimals) {
  EXPECT_EQ(Percent(0), "0.00%");
  EXPECT_EQ(Percent(4405), "44.05%");
  EXPECT_EQ(Percent(13888), "138.88%");
}

}  // namespace
}  // namespace zhiping::ctl
