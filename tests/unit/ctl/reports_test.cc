// The words of reports and how they fit narrow screens.
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "services/ctl/display_width.h"
#include "services/ctl/edition_report.h"
#include "services/ctl/edition_source.h"
#include "services/ctl/error_report.h"
#include "services/ctl/flag_lists.h"
#include "services/ctl/plan_report.h"
#include "services/ctl/score_report.h"
#include "services/ctl/scoring_source.h"
#include "services/ctl/screen.h"
#include "services/ctl/words.h"
#include "tests/edition_folder.h"
#include "tests/unit/status_matchers.h"

namespace zhiping::ctl {
namespace {

using common::v1::RuleStatus;
using testing::HasSubstr;
using testing::Not;

common::v1::TierResult Tier(RuleStatus::Value status,
                            const std::vector<RuleStatus::Value>& conditions) {
  common::v1::TierResult tier;
  tier.set_status(status);
  for (const auto condition : conditions) tier.add_conditions()->set_status(condition);
  return tier;
}

TEST(WordsTest, TheStatusOfATierIsTheSentenceOfTheDesign) {
  const Screen screen;
  EXPECT_EQ(TierStatus(Tier(RuleStatus::MET, {RuleStatus::MET}), screen),
            "所列条件均已满足（仅供参考）");
  EXPECT_EQ(
      TierStatus(Tier(RuleStatus::NOT_MET, {RuleStatus::NOT_MET, RuleStatus::NOT_MET}), screen),
      "有 2 项条件未满足");
  EXPECT_EQ(TierStatus(Tier(RuleStatus::NOT_MET, {RuleStatus::NOT_MET, RuleStatus::UNDETERMINED}),
                       screen),
            "有 1 项条件未满足，另有 1 项暂不能判断");
  EXPECT_EQ(TierStatus(Tier(RuleStatus::UNDETERMINED, {RuleStatus::UNDETERMINED}), screen),
            "资料不足或口径未定，暂不能判断");
  EXPECT_EQ(TierStatus(Tier(RuleStatus::RULE_STATUS_UNSPECIFIED, {}), screen),
            "评分规则没有列出条件");
}

TEST(ScreenTest, ControlCharactersAreVisible) {
  EXPECT_EQ(Visible("智能\n■", false), "智能\n■");
  EXPECT_EQ(Visible("a\x1b[1mb\x1b[0m", true), "a\x1b[1mb\x1b[0m");
  EXPECT_EQ(Visible("a\x1b[1mb\x1b[0m", false), "a\\u001b[1mb\\u001b[0m");
  EXPECT_EQ(Visible("\x1b[2J\x1b]0;t\a\r\t\x7f", true),
            "\\u001b[2J\\u001b]0;t\\u0007\\u000d\\u0009\\u007f");
  EXPECT_EQ(Visible("\u0085\u202e\u2066\u200f", true), "\\u0085\\u202e\\u2066\\u200f");
  EXPECT_EQ(Visible("\xff", false), "\uFFFD");
}

TEST(FlagListsTest, SeparatorsMayBeFullWidth) {
  const auto facts = ParseFacts("cmmm_level＝3，profit=59.5\nempty=，self：2");
  ASSERT_OK(facts);
  ASSERT_EQ(facts->size(), 4);
  EXPECT_EQ((*facts)[3].value(), "2");
  EXPECT_EQ((*facts)[0].value(), "3");
  EXPECT_EQ((*facts)[1].value(), "59.5");
  EXPECT_EQ((*facts)[2].value(), "");
  scoring::v1::PlanUpgradeRequest request;
  ASSERT_OK(ParseCosts("在线智能检测：进阶级=7, 3:basic = 0", request));
  ASSERT_EQ(request.costs_size(), 2);
  EXPECT_EQ(request.costs(0).scenario(), "在线智能检测");
  EXPECT_EQ(request.costs(0).level(), "进阶级");
  EXPECT_EQ(request.costs(0).cost(), 7);
  EXPECT_EQ(request.costs(1).level(), "basic");
}

TEST(ErrorReportTest, ExitCodesFollowTheReason) {
  const auto code = [](Reason::Value reason) {
    return ExitCodeOf(MakeError(absl::StatusCode::kUnknown, reason, "", ""));
  };
  EXPECT_EQ(code(Reason::UNKNOWN_LEVEL), 1);
  EXPECT_EQ(code(Reason::WRONG_USAGE), 2);
  EXPECT_EQ(code(Reason::SERVICE_UNREACHABLE), 3);
  EXPECT_EQ(code(Reason::DATABASE_FULL), 3);
  EXPECT_EQ(ExitCodeOf(absl::InternalError("x")), 4);
}

class NarrowTest : public testing::TestWithParam<std::tuple<Language, bool>> {
 protected:
  void SetUp() override {
    criteria_ = *criteria::CompileEdition2026();
    source_ = NewOfflineSource(criteria_);
    screen_.language = std::get<0>(GetParam());
    screen_.colours = std::get<1>(GetParam());
    screen_.width = kNarrowest;
  }

  void ExpectFits(const std::string& report) const {
    for (const absl::string_view line : absl::StrSplit(report, '\n')) {
      EXPECT_LE(DisplayWidth(line), kNarrowest) << line;
    }
    EXPECT_EQ(report.find('\x1b') != std::string::npos, screen_.colours);
  }

  std::shared_ptr<const criteria::Criteria> criteria_;
  std::unique_ptr<ScoringSource> source_;
  Screen screen_;
};

TEST_P(NarrowTest, EveryReportFitsEightyColumns) {
  scoring::v1::ScoreRequest request;
  request.set_view(scoring::v1::View::FULL);
  const auto score = source_->Score(request);
  ASSERT_OK(score);
  ExpectFits(ScoreReport(*score, screen_));
  scoring::v1::PlanUpgradeRequest plan_request;
  plan_request.set_view(scoring::v1::View::FULL);
  const auto& tier = *criteria_->rulebook().tiers().rbegin();
  plan_request.set_tier(tier.id());
  const auto plan = source_->PlanUpgrade(plan_request);
  ASSERT_OK(plan);
  ExpectFits(PlanReport({tier.id(), false, false}, *score, *plan, screen_));
  const auto notes = NotesOf(criteria::EditionPath());
  ASSERT_OK(notes);
  ExpectFits(EditionReport(*criteria_, &**notes, screen_));
  ExpectFits(EditionReport(*criteria_, nullptr, screen_));
  // A search that reached its limit must not be told as a proof.
  auto unfinished = *plan;
  unfinished.set_feasible(false);
  unfinished.set_proven(false);
  unfinished.clear_steps();
  const std::string report = PlanReport({tier.id(), false, false}, *score, unfinished, screen_);
  ExpectFits(report);
  EXPECT_NE(report.find("--timeout"), std::string::npos);
  EXPECT_EQ(report.find(std::string(screen_.Say("即使", "Even with"))), std::string::npos);
}

INSTANTIATE_TEST_SUITE_P(Every, NarrowTest,
                         testing::Combine(testing::Values(Language::kChinese, Language::kEnglish),
                                          testing::Bool()));

}  // namespace
}  // namespace zhiping::ctl
