#include "common/criteria/batch.h"

#include "common/criteria/score.h"
#include "tests/edition_folder.h"
#include "tests/oracle/random_criteria.h"
#include "tests/unit/criteria/small_criteria.h"
#include "tests/unit/status_matchers.h"

namespace zhiping::criteria {
namespace {

using scoring::v1::ScoreBatchResponse;

std::string Packed(const std::vector<uint8_t>& answers) {
  return std::string(answers.begin(), answers.end());
}

// A tally in the form of one row.
void Append(const Criteria& criteria, const Tally& tally, ScoreBatchResponse& columns) {
  columns.add_points(tally.points);
  columns.add_applicable_max_points(tally.applicable_max_points);
  columns.add_built(tally.built);
  columns.add_applicable(tally.applicable);
  columns.add_missing(tally.missing);
  columns.add_typical_covered(tally.typical_covered);
  for (int s = 0; s < criteria.segment_count(); ++s) {
    columns.add_segment_points(tally.segment_points[s]);
  }
  for (const TierNodes& tier : criteria.tiers()) {
    const uint8_t status = tier.conditions < 0 ? 4 : criteria.StatusOf(tally, tier.conditions);
    // RuleStatus: MET 1, NOT_MET 2, UNDETERMINED 3.
    columns.mutable_tier_statuses()->push_back(status == 4 ? 3 : static_cast<char>(status));
  }
}

void CompareWithScore(const Criteria& criteria, oracle::Random& random) {
  ScoreBatchResponse columns;
  ScoreBatchResponse expected;
  Tally tally = criteria.NewTally();
  for (int message = 0; message < 3; ++message) {
    const int rows = random.Below(20);
    std::string packed;
    std::vector<std::vector<int32_t>> values(criteria.fact_count());
    std::vector<bool> given(criteria.fact_count());
    for (size_t f = 0; f < given.size(); ++f) given[f] = !random.OneIn(4);
    for (int row = 0; row < rows; ++row) {
      const auto answers = oracle::RandomAnswers(criteria, random);
      auto facts = oracle::RandomFacts(criteria, random);
      packed += Packed(answers);
      for (size_t f = 0; f < given.size(); ++f) {
        if (!given[f]) facts[f] = kFactMissing;
        if (given[f]) values[f].push_back(facts[f] == kFactMissing ? -1 : facts[f]);
      }
      ASSERT_TRUE(Score(criteria, answers, facts, tally));
      Append(criteria, tally, expected);
    }
    std::vector<FactValues> facts;
    for (int f = 0; f < criteria.fact_count(); ++f) {
      if (given[f]) facts.insert(facts.begin(), {f, values[f]});
    }
    ASSERT_OK(ScoreColumns(criteria, packed, facts, columns));
    ASSERT_EQ(columns.SerializeAsString(), expected.SerializeAsString());
  }
}

TEST(BatchTest, EqualsScoreRowByRow) {
  oracle::Random random(5);
  for (int r = 0; r < 200; ++r) {
    const auto criteria = Criteria::Compile(oracle::RandomRelease({}, random), "");
    ASSERT_OK(criteria);
    CompareWithScore(**criteria, random);
  }
  const auto edition = CompileEdition2026();
  ASSERT_OK(edition);
  CompareWithScore(**edition, random);
}

// Scenario a has l0, l1, l2; b has l1, l2; c has l2. Facts: score 0 … 1000, rank 1 … 5.
class BatchErrorTest : public testing::Test {
 protected:
  void SetUp() override {
    criteria_ = *Criteria::Compile(SmallRelease(), "");
    ASSERT_OK(ScoreColumns(*criteria_, Packed({3, 1, 0}), {}, columns_));
  }

  // The violations of a refused call, which must have changed nothing.
  ErrorDetail Refused(const std::vector<uint8_t>& answers, const std::vector<int32_t>& score,
                      const std::vector<int32_t>& rank) {
    const std::string before = columns_.SerializeAsString();
    std::vector<FactValues> facts;
    if (!score.empty()) facts.push_back({0, score});
    if (!rank.empty()) facts.push_back({1, rank});
    const absl::Status status = ScoreColumns(*criteria_, Packed(answers), facts, columns_);
    EXPECT_FALSE(status.ok());
    EXPECT_EQ(columns_.SerializeAsString(), before);
    return DetailOf(status);
  }

  std::shared_ptr<const Criteria> criteria_;
  ScoreBatchResponse columns_;
};

TEST_F(BatchErrorTest, NamesEveryWrongByteAndValue) {
  const ErrorDetail detail = Refused({3, 4, 5, 3, 3, 5, 6, 255, 0}, {0, 1001, -2}, {-1, 0, 5});
  const std::vector<std::pair<std::string, Reason::Value>> expected = {
      {"answers[4]", Reason::LEVEL_NOT_AVAILABLE},
      {"answers[6]", Reason::UNKNOWN_LEVEL},
      {"answers[7]", Reason::UNKNOWN_LEVEL},
      {"facts[0].values[1]", Reason::FACT_OUT_OF_RANGE},
      {"facts[0].values[2]", Reason::FACT_OUT_OF_RANGE},
      {"facts[1].values[1]", Reason::FACT_OUT_OF_RANGE}};
  std::vector<std::pair<std::string, Reason::Value>> found;
  for (const auto& violation : detail.violations()) {
    found.emplace_back(violation.field(), violation.reason());
    EXPECT_NE(violation.message().zh(), "");
    EXPECT_NE(violation.message().en(), "");
  }
  EXPECT_EQ(found, expected);
  EXPECT_EQ(detail.violations(0).message().zh(),
            "第 2 份自评测的场景“场景b”没有级0（官方表中为“/”）。");
  EXPECT_EQ(detail.violations(5).message().zh(),
            "第 2 份自评测的外部指标 rank 为 0，应为 1 至 5，缺失为 -1。");
}

TEST_F(BatchErrorTest, RefusesAWrongByteInTheLastRow) {
  EXPECT_EQ(Refused({3, 1, 0, 3, 1, 9}, {}, {}).reason(), Reason::UNKNOWN_LEVEL);
}

TEST_F(BatchErrorTest, RefusesSizesThatDoNotFit) {
  const ErrorDetail answers = Refused({3, 1, 0, 3}, {}, {});
  EXPECT_EQ(answers.reason(), Reason::INVALID_FIELD);
  EXPECT_EQ(answers.violations(0).field(), "answers");
  const ErrorDetail facts = Refused({3, 1, 0, 3, 1, 0}, {1, 2, 3}, {1});
  ASSERT_EQ(facts.violations_size(), 2);
  EXPECT_EQ(facts.violations(0).field(), "facts[0].values");
  EXPECT_EQ(facts.violations(1).field(), "facts[1].values");
}

TEST_F(BatchErrorTest, DescribesTheFirstAndCountsTheOthers) {
  const ErrorDetail detail = Refused(std::vector<uint8_t>(3000, 99), {}, {});
  EXPECT_EQ(detail.violations_size(), kMaxViolations);
  EXPECT_EQ(ViolationsTotal(detail), 3000);
}

TEST_F(BatchErrorTest, TakesNoAssessmentsAtAll) {
  const std::string before = columns_.SerializeAsString();
  EXPECT_OK(ScoreColumns(*criteria_, "", {}, columns_));
  EXPECT_EQ(columns_.SerializeAsString(), before);
}

}  // namespace
}  // namespace zhiping::criteria
