// Answers as a CSV file: what is written, and what of it was changed.
#include "services/ctl/answer_sheet.h"

#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "common/status/error.h"
#include "tests/unit/status_matchers.h"

namespace zhiping::ctl {
namespace {

namespace v1 = assessment::v1;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

// Two segments with a scenario each.
v1::CriteriaTexts Texts() {
  v1::CriteriaTexts texts;
  for (const int number : {1, 2}) {
    auto& scenario = *texts.add_scenarios();
    scenario.set_scenario(absl::StrCat("scenario-", number));
    scenario.set_name(absl::StrCat("场景", number));
    scenario.set_segment(absl::StrCat("segment-", number));
    scenario.set_segment_name(absl::StrCat("环节", number));
    auto& level = *scenario.add_levels();
    level.set_level("basic");
    level.set_name("基础级");
  }
  texts.mutable_scenarios(0)->set_number(1);
  return texts;
}

v1::Assessment Draft(const std::string& level = "basic", const std::string& reason = "") {
  v1::Assessment draft;
  for (const int number : {1, 2}) {
    auto& answer = *draft.add_answers();
    answer.mutable_answer()->set_scenario(absl::StrCat("scenario-", number));
    answer.set_etag("7");
  }
  draft.mutable_answers(0)->mutable_answer()->set_level(level);
  draft.mutable_answers(0)->mutable_answer()->set_reason(reason);
  return draft;
}

const Screen kChinese = {Language::kChinese};

std::string Write(const v1::Assessment& draft, const std::string& segment = "") {
  const auto bytes = WriteAnswerSheet(draft, Texts(), segment, kChinese);
  EXPECT_OK(bytes);
  return bytes.value_or("");
}

// `line scenario=level|reason@etag` for each update.
std::vector<std::string> Updates(absl::string_view bytes, const v1::Assessment& draft = Draft()) {
  const auto changes = ReadAnswerSheet(bytes, draft, Texts());
  EXPECT_OK(changes);
  if (!changes.ok()) return {};
  EXPECT_OK(SheetError(*changes, absl::OkStatus()));
  std::vector<std::string> updates;
  for (int i = 0; i < changes->updates.size(); ++i) {
    const auto& update = changes->updates[i];
    updates.push_back(absl::StrCat(changes->lines[i], " ", update.answer().scenario(), "=",
                                   update.answer().level(), "|", update.answer().reason(), "@",
                                   update.base_etag()));
  }
  return updates;
}

TEST(AnswerSheetTest, WritesARowForEachScenarioWithWhatThereIs) {
  EXPECT_THAT(Write(Draft()),
              HasSubstr("\r\n环节1,1,scenario-1,场景1,基础级、未达级、不适用,基础级,,已填写,v7-"));
  EXPECT_THAT(Write(Draft()),
              HasSubstr("\r\n环节2,,scenario-2,场景2,基础级、未达级、不适用,,,待填写,v7-"));
  EXPECT_THAT(Write(Draft(), "环节2"), testing::Not(HasSubstr("scenario-1")));
  EXPECT_EQ(WriteAnswerSheet(Draft(), Texts(), "环节3", kChinese).status().code(),
            absl::StatusCode::kInvalidArgument);
  v1::Assessment draft = Draft("", "");
  draft.mutable_answers(0)->set_to_confirm(true);
  draft.mutable_answers(0)->set_proposed_level("basic");
  EXPECT_THAT(Write(draft), HasSubstr(",,,待确认（建议：基础级）,v7-"));
}

TEST(AnswerSheetTest, WhatWasNotTouchedIsLeftWhateverTheDraftHasNow) {
  for (const char* const reason : {"", "说明，有\"引号\"\n和换行", "=SUM(A1)", "-1", "' 撇号"}) {
    EXPECT_THAT(Updates(Write(Draft("basic", reason)), Draft("none", "别的")), IsEmpty()) << reason;
  }
}

TEST(AnswerSheetTest, WhatWasTouchedIsBasedOnTheEtagOfTheExport) {
  const std::string bytes = Write(Draft());
  v1::Assessment later = Draft();
  later.mutable_answers(1)->set_etag("9");
  EXPECT_THAT(
      Updates(absl::StrReplaceAll(bytes, {{"不适用,,,待填写", "不适用,基础级,理由,待填写"}}),
              later),
      ElementsAre("3 scenario-2=基础级|理由@7"));
  EXPECT_THAT(Updates(absl::StrReplaceAll(bytes, {{"不适用,基础级,", "不适用,清空,"}}), later),
              ElementsAre("2 scenario-1=|@7"));
  // An empty level leaves an answer.
  EXPECT_THAT(Updates(absl::StrReplaceAll(bytes, {{"不适用,基础级,", "不适用,,"}}), later),
              IsEmpty());
}

TEST(AnswerSheetTest, AFileWrittenByHandNeedsScenarioAndLevelOnly) {
  EXPECT_THAT(Updates("等级,场景名称\n基础级,场景2\n"), ElementsAre("2 scenario-2=基础级|@7"));
  EXPECT_THAT(Updates("scenario,level\nSCENARIO-2,Clear\n"), ElementsAre("2 scenario-2=|@7"));
  EXPECT_THAT(Updates("name\tlevel\n1\tnone\n"), ElementsAre("2 scenario-1=none|@7"));
  // Without a column of reasons they stay.
  EXPECT_THAT(Updates("scenario,level\nscenario-1,none\n", Draft("basic", "原有")),
              ElementsAre("2 scenario-1=none|原有@7"));
}

TEST(AnswerSheetTest, SaysWhatTheServiceRefusesByLineAndColumn) {
  const auto changes =
      ReadAnswerSheet("scenario,level\nscenario-3,x\n\nscenario-2,y\n", Draft(), Texts());
  ASSERT_OK(changes);
  Violations said;
  said.Add("updates[0].answer.level", Reason::UNKNOWN_LEVEL, "没有等级“y”。", "No level y.");
  const ErrorDetail detail = DetailOf(SheetError(*changes, said.ToStatus()));
  ASSERT_EQ(detail.violations_size(), 2);
  EXPECT_EQ(detail.violations(0).field(), "line 2, column scenario");
  EXPECT_EQ(detail.violations(0).reason(), Reason::UNKNOWN_SCENARIO);
  EXPECT_EQ(detail.violations(1).field(), "line 4, column level");
  EXPECT_EQ(detail.violations(1).message().zh(), "第 4 行，应用等级：没有等级“y”。");
  // What is not about the rows is said as it is.
  const absl::Status locked = MakeError(absl::StatusCode::kFailedPrecondition,
                                        Reason::ASSESSMENT_LOCKED, "审核中。", "Under review.");
  EXPECT_EQ(SheetError(*changes, locked), locked);
}

TEST(AnswerSheetTest, CountsWhatTheServiceDidNotDescribe) {
  const auto changes = ReadAnswerSheet("scenario,level\nscenario-2,y\n", Draft(), Texts());
  ASSERT_OK(changes);
  Violations said;
  for (int i = 0; i < kMaxViolations + 5; ++i) {
    said.Add("updates[0].answer.level", Reason::UNKNOWN_LEVEL, "没有这个等级。", "No such level.");
  }
  EXPECT_EQ(ViolationsTotal(DetailOf(SheetError(*changes, said.ToStatus()))), kMaxViolations + 5);
}

}  // namespace
}  // namespace zhiping::ctl
