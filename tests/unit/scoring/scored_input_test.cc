#include "services/scoring/domain/scored_input.h"

#include "tests/unit/criteria/small_criteria.h"
#include "tests/unit/status_matchers.h"

namespace zhiping::scoring {
namespace {

using criteria::Criteria;

TEST(ScoredInputTest, SaysEveryAnswerAndFactAsUnderstood) {
  auto release = criteria::SmallRelease();
  auto& label = *release.mutable_rulebook()->mutable_facts(1)->add_labels();
  label.set_value(3);
  *label.mutable_text() = MakeText("三级", "Level 3");
  release.mutable_edition()->mutable_scenarios(2)->clear_number();
  const auto criteria = Criteria::Compile(release, "");
  ASSERT_OK(criteria);
  const criteria::Input input = {{criteria::CodeOfRank(2), criteria::kMissing, criteria::kNone},
                                 {criteria::kFactMissing, 3}};
  const v1::ScoredInput scored = MakeScoredInput(**criteria, input);
  EXPECT_EQ(scored.programme(), "small");
  ASSERT_EQ(scored.answers_size(), 3);
  EXPECT_EQ(scored.answers(0).level(), "l1");
  EXPECT_EQ(scored.answers(0).level_name(), "级1");
  EXPECT_EQ(scored.answers(0).number(), 1);
  EXPECT_EQ(scored.answers(1).level(), "");
  EXPECT_THAT(scored.answers(1).existing_levels(), testing::ElementsAre("l1", "l2"));
  EXPECT_EQ(scored.answers(2).level(), "none");
  EXPECT_EQ(scored.answers(2).level_name(), "");
  EXPECT_FALSE(scored.answers(2).has_number());
  ASSERT_EQ(scored.facts_size(), 2);
  EXPECT_EQ(scored.facts(0).value(), "");
  EXPECT_EQ(scored.facts(0).max(), "100");
  EXPECT_EQ(scored.facts(1).value(), "3");
  EXPECT_EQ(scored.facts(1).label().zh(), "三级");
  EXPECT_EQ(scored.facts(0).labels_size(), 0);
  ASSERT_EQ(scored.facts(1).labels_size(), 1);
  EXPECT_EQ(scored.facts(1).labels(0).value(), "3");
  EXPECT_EQ(scored.facts(1).labels(0).text().en(), "Level 3");
}

}  // namespace
}  // namespace zhiping::scoring
