// The engine against the slow, obvious interpreter, on random criteria, answers and facts.
#include "common/criteria/score.h"

#include <bit>
#include <cstdlib>

#include "common/criteria/result.h"
#include "google/protobuf/util/message_differencer.h"
#include "tests/oracle/oracle.h"
#include "tests/oracle/random_criteria.h"
#include "tests/unit/criteria/small_criteria.h"
#include "tests/unit/status_matchers.h"

namespace zhiping::criteria {
namespace {

using common::v1::ScoreResult;
using oracle::Random;

// Cases in all; ZHIPING_SCORE_CASES asks for another number.
int CaseCount() {
  const char* text = std::getenv("ZHIPING_SCORE_CASES");
  return text == nullptr ? 1'000'000 : std::atoi(text);
}

uint64_t Seed() {
  const char* text = std::getenv("ZHIPING_SEED");
  return text == nullptr ? 20260101 : std::strtoull(text, nullptr, 10);
}

// The engine's result as the oracle gives it: without what it rests on.
ScoreResult Computed(const Criteria& criteria, const Tally& tally) {
  ScoreResult result = MakeResult(criteria, tally, false);
  result.clear_release_digest();
  result.clear_release_label();
  result.clear_engine_version();
  result.clear_semantics();
  return result;
}

void CompareWithOracle(const oracle::Shape& shape, int releases, int cases_each, uint64_t seed) {
  Random random(seed);
  for (int r = 0; r < releases; ++r) {
    const auto criteria = Criteria::Compile(oracle::RandomRelease(shape, random), "");
    ASSERT_OK(criteria) << "seed " << seed << ", release " << r;
    Tally tally = (*criteria)->NewTally();
    for (int c = 0; c < cases_each; ++c) {
      const auto answers = oracle::RandomAnswers(**criteria, random);
      const auto facts = oracle::RandomFacts(**criteria, random);
      ASSERT_TRUE(Score(**criteria, answers, facts, tally)) << "seed " << seed << ", release " << r;
      const ScoreResult computed = Computed(**criteria, tally);
      const ScoreResult expected = oracle::Score((*criteria)->release(), answers, facts);
      if (computed.SerializeAsString() == expected.SerializeAsString()) continue;
      google::protobuf::util::MessageDifferencer differencer;
      std::string differences;
      differencer.ReportDifferencesToString(&differences);
      differencer.Compare(expected, computed);
      FAIL() << "ZHIPING_SEED=" << seed << ", release " << r << ", case " << c << "\n"
             << differences;
    }
  }
}

TEST(ScoreTest, EqualsTheOracleOnAMillionCases) {
  oracle::Shape shape;
  shape.most_scenarios = 12;
  CompareWithOracle(shape, CaseCount() / 1000, 1000, Seed());
}

TEST(ScoreTest, EqualsTheOracleOnEditionsOfSeveralWords) {
  oracle::Shape shape;
  shape.most_scenarios = 300;
  shape.most_levels = kMaxLevels;
  CompareWithOracle(shape, 60, 20, Seed() + 1);
}

TEST(ScoreTest, EqualsTheOracleOnTheLargestEditions) {
  oracle::Shape shape;
  shape.most_scenarios = kMaxScenarios;
  shape.most_levels = kMaxLevels;
  CompareWithOracle(shape, 2, 2, Seed() + 2);
}

TEST(ScoreTest, RefusesBytesThatAreNoAnswer) {
  Random random(Seed() + 3);
  for (int r = 0; r < 50; ++r) {
    const auto criteria = Criteria::Compile(oracle::RandomRelease({}, random), "");
    ASSERT_OK(criteria);
    Tally tally = (*criteria)->NewTally();
    auto answers = oracle::RandomAnswers(**criteria, random);
    const auto facts = oracle::RandomFacts(**criteria, random);
    const int scenario = random.Below((*criteria)->scenario_count());
    for (int code = 0; code < 256; ++code) {
      const int rank = RankOfCode(static_cast<uint8_t>(code));
      const bool allowed = rank == 0 || (rank <= (*criteria)->level_count() &&
                                         (*criteria)->LevelExists(scenario, rank));
      answers[scenario] = static_cast<uint8_t>(code);
      EXPECT_EQ(Score(**criteria, answers, facts, tally), allowed) << code;
    }
  }
}

// The product of a large weight and the points of a level that the scenario lacks is never needed,
// and need not fit into 32 bits.
TEST(ScoreTest, CountsNoPointsOfALevelThatAScenarioLacks) {
  catalogue::v1::Release release = SmallRelease();
  for (int k : {1, 2})
    release.mutable_edition()->mutable_scenarios(0)->mutable_cells(k)->mutable_absent();
  for (int k : {1, 2}) release.mutable_rulebook()->mutable_level_points(k)->set_points(kMaxNumber);
  auto& weight = *release.mutable_rulebook()->add_weights();
  weight.set_scenario("a");
  weight.set_weight(kMaxNumber);
  const auto criteria = Criteria::Compile(release, "");
  ASSERT_OK(criteria);
  int64_t most = 0;
  for (const Range& range : (*criteria)->segment_points_terms()) {
    for (int32_t t = range.begin; t < range.end; ++t) {
      const Term& term = (*criteria)->terms()[t];
      int64_t scenarios = 0;
      for (int32_t w = 0; w < term.word_count; ++w) {
        scenarios += std::popcount((*criteria)->masks()[term.mask + w]);
      }
      most += scenarios * term.multiplier;
    }
  }
  EXPECT_EQ(most, 3 * kMaxNumber);
  EXPECT_EQ((*criteria)->max_points(), 3 * kMaxNumber);
}

}  // namespace
}  // namespace zhiping::criteria
