// The words of reports and how they fit narrow screens.
#include <functional>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "absl/strings/str_split.h"
#include "common/criteria/diff.h"
#include "services/ctl/display_width.h"
#include "services/ctl/edition_report.h"
#include "services/ctl/error_report.h"
#include "services/ctl/flag_lists.h"
#include "services/ctl/passport_report.h"
#include "services/ctl/plan_report.h"
#include "services/ctl/score_report.h"
#include "services/ctl/scoring_source.h"
#include "services/ctl/screen.h"
#include "services/ctl/words.h"
#include "tests/edition_folder.h"
#include "tests/golden_text.h"
#include "tests/oracle/hard_criteria.h"
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
  EXPECT_EQ(TierStatus(Tier(RuleStatus::UNDETERMINED, {}), screen), "评分规则没有列出条件");
}

TEST(ScreenTest, ControlCharactersAreVisible) {
  EXPECT_EQ(Visible("智能\n■", false), "智能\n■");
  EXPECT_EQ(Visible("a\x1b[1mb\x1b[0m", true), "a\x1b[1mb\x1b[0m");
  EXPECT_EQ(Visible("a\x1b[1mb\x1b[0m", false), "a\\u001b[1mb\\u001b[0m");
  EXPECT_EQ(Visible("\x1b[2J\x1b]0;t\a\r\t\x7f", true),
            "\\u001b[2J\\u001b]0;t\\u0007\\u000d\\u0009\\u007f");
  EXPECT_EQ(Visible("\u0085\u202e\u2066\u200f", true), "\\u0085\\u202e\\u2066\\u200f");
  EXPECT_EQ(Visible("\u2028\u2029", true), "\\u2028\\u2029");
  EXPECT_EQ(Visible("\xff", false), "\uFFFD");
  EXPECT_EQ(InOneLine("王芳\n2\t\r"), "王芳\\u000a2\\u0009\r");
}

TEST(FlagListsTest, SeparatorsMayBeFullWidth) {
  Violations faults;
  const auto facts = ParseFacts("cmmm_level＝3，profit=59.5\nempty=，self：2", faults);
  ASSERT_EQ(facts.size(), 4);
  EXPECT_EQ(facts[3].value(), "2");
  EXPECT_EQ(facts[0].value(), "3");
  EXPECT_EQ(facts[1].value(), "59.5");
  EXPECT_EQ(facts[2].value(), "");
  scoring::v1::PlanUpgradeRequest request;
  ParseCosts("在线智能检测：进阶级=7, 3:basic = 0", request, faults);
  EXPECT_TRUE(faults.empty());
  ASSERT_EQ(request.costs_size(), 2);
  EXPECT_EQ(request.costs(0).scenario(), "在线智能检测");
  EXPECT_EQ(request.costs(0).level(), "进阶级");
  EXPECT_EQ(request.costs(0).cost(), 7);
  EXPECT_EQ(request.costs(1).level(), "basic");
}

TEST(FlagListsTest, TakesTheSpellingsOfAnswersFiles) {
  Violations faults;
  const auto facts =
      ParseFacts("\u3000cmmm_level\u00A0＝３，score = ５９．５\u3000，\u3000", faults);
  ASSERT_EQ(facts.size(), 2);
  EXPECT_EQ(facts[0].fact(), "cmmm_level");
  EXPECT_EQ(facts[0].value(), "3");
  EXPECT_EQ(facts[1].value(), "59.5");
  scoring::v1::PlanUpgradeRequest request;
  ParseCosts("２０：基础级\u3000＝\u3000７", request, faults);
  ParseExclusions("\u3000３，在线智能检测\u3000", request);
  EXPECT_TRUE(faults.empty());
  EXPECT_EQ(request.costs(0).scenario(), "20");
  EXPECT_EQ(request.costs(0).level(), "基础级");
  EXPECT_EQ(request.costs(0).cost(), 7);
  EXPECT_EQ(request.excluded_scenarios(0), "3");
  EXPECT_EQ(request.excluded_scenarios(1), "在线智能检测");
}

TEST(FlagListsTest, FaultsOfFlagsAndOfTheRequestAreJoinedInOrder) {
  Violations faults;
  scoring::v1::PlanUpgradeRequest request;
  ParseCosts("7:basic=3,bogus,24:advanced=x", request, faults);
  ASSERT_EQ(request.costs_size(), 3);
  Violations said;
  said.Add("costs[0].level", Reason::LEVEL_NOT_AVAILABLE, "一", "One");
  said.Add("costs[1].scenario", Reason::UNKNOWN_SCENARIO, "二", "Two");
  for (int i = 0; i < kMaxViolations; ++i) said.Add("tier", Reason::UNKNOWN_TIER, "三", "Three");
  const ErrorDetail joined = DetailOf(JoinFaults(faults, said.ToStatus()));
  EXPECT_EQ(ViolationsTotal(joined), kMaxViolations + 3);
  EXPECT_EQ(joined.violations(0).field(), "tier");
  EXPECT_OK(JoinFaults(Violations(), absl::OkStatus()));
  EXPECT_EQ(DetailOf(JoinFaults(faults, absl::UnavailableError(""))).violations_size(), 2);
  Violations few;
  few.Add("costs[0].level", Reason::LEVEL_NOT_AVAILABLE, "一", "One");
  few.Add("costs[1].scenario", Reason::UNKNOWN_SCENARIO, "二", "Two");
  std::vector<std::string> fields;
  const ErrorDetail all = DetailOf(JoinFaults(faults, few.ToStatus()));
  for (const auto& violation : all.violations()) fields.push_back(violation.field());
  EXPECT_THAT(fields, testing::ElementsAre("costs[0].level", "costs[1]", "costs[2].cost"));
}

// A service cannot know by which flag the command line sets a field.
TEST(FlagListsTest, FieldsOfTheRequestAreSaidAsFlags) {
  const auto said = [](const char* field) {
    Violations violations;
    violations.Add(field, Reason::FIELD_REQUIRED, "请指明。", "Name it.");
    return DetailOf(WithFlags(violations.ToStatus())).message();
  };
  EXPECT_EQ(said("programme").zh(), "--programme：请指明。");
  EXPECT_EQ(said("programme").en(), "--programme: Name it.");
  EXPECT_EQ(said("releaseDigest").zh(), "--release：请指明。");
  EXPECT_EQ(said("costs[1].level").zh(), "--cost 第 2 项：请指明。");
}

// A plan that takes long ends when its time is up, as one of a service does.
TEST(OfflineSourceTest, APlanEndsWhenItsTimeIsUp) {
  oracle::Random random(1);
  const auto criteria = criteria::Criteria::Compile(oracle::HardRelease(1000, 8, random), "");
  ASSERT_OK(criteria);
  const auto source = NewOfflineSource(*criteria, absl::Milliseconds(100));
  scoring::v1::PlanUpgradeRequest request;
  request.set_tier("t");
  request.set_node_budget(10'000'000);
  const auto plan = source->PlanUpgrade(request);
  EXPECT_THAT(plan, HasReason(Reason::DEADLINE_PASSED));
  EXPECT_THAT(DetailOf(plan.status()).message().zh(), testing::HasSubstr("--timeout"));
}

TEST(ErrorReportTest, ExitCodesFollowTheReason) {
  const auto code = [](Reason::Value reason) {
    return ExitCodeOf(MakeError(absl::StatusCode::kUnknown, reason, "", ""));
  };
  EXPECT_EQ(code(Reason::UNKNOWN_LEVEL), 1);
  EXPECT_EQ(code(Reason::WRONG_USAGE), 2);
  EXPECT_EQ(code(Reason::NO_SUCH_SERVICE), 2);
  EXPECT_EQ(code(Reason::SERVICE_UNREACHABLE), 3);
  EXPECT_EQ(code(Reason::DATABASE_FULL), 3);
  EXPECT_EQ(ExitCodeOf(absl::InternalError("x")), 4);
}

class NarrowTest : public testing::TestWithParam<std::tuple<Language, bool>> {
 protected:
  void SetUp() override {
    criteria_ = *criteria::CompileEdition2026();
    source_ = NewOfflineSource(criteria_, absl::Minutes(1));
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
  std::vector<catalogue::v1::Finding> none;
  const English english(*criteria::ParseFolder(criteria::ReadEdition2026(), none).notes);
  ExpectFits(ScoreReport(*score, screen_, english));
  scoring::v1::PlanUpgradeRequest plan_request;
  plan_request.set_view(scoring::v1::View::FULL);
  const auto& tier = *criteria_->rulebook().tiers().rbegin();
  plan_request.set_tier(tier.id());
  const auto plan = source_->PlanUpgrade(plan_request);
  ASSERT_OK(plan);
  ExpectFits(PlanReport({tier.id(), false, false, {}}, *score, *plan, screen_));
  ExpectFits(PlanReport({tier.id(), false, false, {}}, *score, *plan, screen_, english));
  ExpectFits(EditionReport(*criteria_, english, screen_));
  ExpectFits(EditionReport(*criteria_, English(), screen_));
  // A search that reached its limit must not be told as a proof.
  auto tied = *plan;
  tied.set_proven(false);
  const std::string ties =
      PlanReport({tier.id(), false, false, {"18:advanced=1"}}, *score, tied, screen_);
  EXPECT_NE(ties.find("18:advanced=1"), std::string::npos);
  ExpectFits(ties);
  EXPECT_NE(ties.find(std::string(screen_.Say("没有步骤更少", "No path has fewer"))),
            std::string::npos);
  EXPECT_EQ(ties.find(std::string(screen_.Say("次序最先", "comes first"))), std::string::npos);
  auto unfinished = *plan;
  unfinished.set_feasible(false);
  unfinished.set_proven(false);
  unfinished.clear_steps();
  const std::string report = PlanReport({tier.id(), false, false, {}}, *score, unfinished, screen_);
  ExpectFits(report);
  EXPECT_NE(report.find(std::string(screen_.Say("不能断定没有路径", "there may be one"))),
            std::string::npos);
  EXPECT_EQ(report.find(std::string(screen_.Say("即使", "Even with"))), std::string::npos);
}

INSTANTIATE_TEST_SUITE_P(Every, NarrowTest,
                         testing::Combine(testing::Values(Language::kChinese, Language::kEnglish),
                                          testing::Bool()));

// The 2026 edition and a changed copy, compared; held as a file in both languages.
void ExpectPassport(const std::function<void(catalogue::v1::Release&)>& change,
                    const std::string& file) {
  const auto from = criteria::CompileEdition2026();
  ASSERT_OK(from);
  catalogue::v1::Release changed = (*from)->release();
  change(changed);
  const auto to = criteria::Criteria::Compile(changed, "sha256:0123456789abcdef");
  ASSERT_OK(to);
  const auto passport = criteria::Diff(**from, **to);
  for (const auto& [language, ending] :
       {std::pair(Language::kChinese, ".zh.txt"), std::pair(Language::kEnglish, ".en.txt")}) {
    Screen screen;
    screen.language = language;
    const std::string report = PassportReport(passport, **from, **to, screen);
    ExpectGolden(absl::StrReplaceAll(report, {{(*from)->digest(), "sha256:##"},
                                              {(*from)->digest().substr(0, 19), "sha256:#"}}),
                 "ctl/" + file + ending);
  }
}

void Reword(std::string* text, const std::string& from, const std::string& to) {
  ASSERT_THAT(*text, HasSubstr(from));
  *text = absl::StrReplaceAll(*text, {{from, to}});
}

// What nobody may call a correction, and whoever approves it has to see.
TEST(PassportReportTest, ACorrectionShowsEveryTextThatDiffers) {
  ExpectPassport(
      [](catalogue::v1::Release& release) {
        auto& edition = *release.mutable_edition();
        edition.mutable_correction()->set_release_digest(
            (*criteria::CompileEdition2026())->digest());
        edition.mutable_correction()->set_reason("排印错误");
        Reword(edition.mutable_purpose()->mutable_text(), "鼓励企业积极对照", "要求企业必须对照");
        Reword(edition.mutable_levels(2)->mutable_name()->mutable_text(), "进阶级", "领军级");
        Reword(edition.mutable_segments(0)->mutable_name()->mutable_text(), "建设", "改造");
        Reword(edition.mutable_typical_scenarios(2)->mutable_name()->mutable_text(), "工厂",
               "车间");
        Reword(edition.mutable_scenarios(3)->mutable_cells(0)->mutable_text()->mutable_text(),
               "初步", "全面");
        edition.mutable_scenarios(4)->set_number(50);
      },
      "passport_correction");
}

TEST(PassportReportTest, AnOriginThatTheOldEditionLacksIsSaid) {
  ExpectPassport(
      [](catalogue::v1::Release& release) {
        auto& relation = *release.mutable_edition()->mutable_scenarios(0)->add_relations();
        relation.set_kind(catalogue::v1::Relation::SPLIT_FROM);
        relation.add_from("mistyped");
      },
      "passport_unknown_origin");
}

TEST(PassportReportTest, ACorrectionOfAnotherReleaseIsSaid) {
  ExpectPassport(
      [](catalogue::v1::Release& release) {
        release.mutable_edition()->mutable_correction()->set_release_digest("sha256:another");
      },
      "passport_corrects_another");
}

TEST(PassportReportTest, ANewRulebookShowsEveryValueThatDiffers) {
  ExpectPassport(
      [](catalogue::v1::Release& release) {
        auto& rulebook = *release.mutable_rulebook();
        rulebook.mutable_level_points(2)->set_points(4);
        auto& weight = *rulebook.add_weights();
        weight.set_scenario("online-inspection");
        weight.set_weight(2);
        rulebook.set_default_weight(3);
        rulebook.mutable_facts(3)->set_max(50);
        Reword(rulebook.mutable_statement()->mutable_zh(), "仅供", "只供");
        auto& tier = *rulebook.mutable_tiers(1);
        tier.mutable_conditions(0)->mutable_at_least()->set_threshold(655);
        Reword(tier.mutable_conditions(2)->mutable_text()->mutable_zh(), "不低于", "达到");
        tier.mutable_conditions()->DeleteSubrange(4, 1);
        auto& condition = *tier.add_conditions();
        condition.set_id("xianjin-half");
        *condition.mutable_text() = MakeText("至少一半的场景已应用", "Half of the scenarios built");
        *condition.mutable_basis() = MakeText("试算", "A trial");
        *condition.mutable_source() = MakeText("无", "None");
        auto& ratio = *condition.mutable_ratio_at_least();
        ratio.mutable_numerator()->mutable_count()->mutable_set()->mutable_all();
        ratio.mutable_numerator()->mutable_count()->set_at_least("entry");
        ratio.mutable_denominator()->mutable_scenarios()->mutable_all();
        ratio.set_n(1);
        ratio.set_d(2);
      },
      "passport_rules");
}

}  // namespace
}  // namespace zhiping::ctl
