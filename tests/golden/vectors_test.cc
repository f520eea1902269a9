// The golden vectors of 2026 as a set: complete, unambiguous, and reaching every rule from both
// sides. Whether an engine computes them is shown where engines are tested.
#include <map>
#include <set>
#include <string>
#include <vector>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/golden/edition_files.h"
#include "tests/unit/status_matchers.h"
#include "zhiping/catalogue/v1/rulebook.pb.h"
#include "zhiping/catalogue/v1/vectors.pb.h"

namespace zhiping {
namespace {

using catalogue::v1::Condition;
using catalogue::v1::Parts;
using catalogue::v1::Rulebook;
using catalogue::v1::Vectors;
using common::v1::RuleStatus;
using testing::IsSupersetOf;

const Parts& PartsOf(const Condition& condition) {
  switch (condition.rule_case()) {
    case Condition::kAllOf:
      return condition.all_of();
    case Condition::kAnyOf:
      return condition.any_of();
    case Condition::kReadings:
      return condition.readings();
    default:
      return Parts::default_instance();
  }
}

// Each before its parts.
void AppendIds(const Condition& condition, std::vector<std::string>& ids) {
  ids.push_back(condition.id());
  for (const Condition& part : PartsOf(condition).conditions()) AppendIds(part, ids);
}

class VectorsTest : public testing::Test {
 protected:
  void SetUp() override {
    ASSERT_OK(ParseEditionFile("rulebook.txtpb", rulebook_));
    ASSERT_OK(ParseEditionFile("vectors.txtpb", vectors_));
    for (const auto& tier : rulebook_.tiers()) {
      std::vector<std::string>& ids = expected_ids_.emplace_back();
      for (const Condition& condition : tier.conditions()) AppendIds(condition, ids);
      for (const Condition& advice : tier.advice()) AppendIds(advice, ids);
    }
  }

  Rulebook rulebook_;
  Vectors vectors_;
  // Ids of all conditions and advice, for each tier.
  std::vector<std::vector<std::string>> expected_ids_;
};

TEST_F(VectorsTest, AreAtLeast48WithIdsOfTheirOwn) {
  std::set<std::string> ids;
  for (const auto& vector : vectors_.vectors()) {
    EXPECT_TRUE(ids.insert(vector.id()).second) << vector.id();
    EXPECT_FALSE(vector.description().empty()) << vector.id();
  }
  EXPECT_GE(ids.size(), 48u);
}

TEST_F(VectorsTest, ConditionIdsAreUniqueInTheRulebook) {
  std::set<std::string> unique;
  for (const auto& ids : expected_ids_) {
    for (const std::string& id : ids) EXPECT_TRUE(unique.insert(id).second) << id;
  }
}

TEST_F(VectorsTest, ExpectEveryConditionOfEveryTierInOrder) {
  for (const auto& vector : vectors_.vectors()) {
    SCOPED_TRACE(vector.id());
    ASSERT_EQ(vector.expected().tiers_size(), rulebook_.tiers_size());
    for (int i = 0; i < rulebook_.tiers_size(); ++i) {
      EXPECT_EQ(vector.expected().tiers(i).tier(), rulebook_.tiers(i).id());
      std::vector<std::string> ids;
      for (const auto& condition : vector.expected().tiers(i).conditions()) {
        ids.push_back(condition.condition());
      }
      EXPECT_EQ(ids, expected_ids_[i]);
    }
  }
}

TEST_F(VectorsTest, EveryConditionIsSeenMetAndNotMet) {
  std::map<std::string, std::set<int>> seen;
  for (const auto& vector : vectors_.vectors()) {
    for (const auto& tier : vector.expected().tiers()) {
      if (!tier.conditions().empty()) seen[tier.tier()].insert(tier.status());
      for (const auto& condition : tier.conditions()) {
        seen[condition.condition()].insert(condition.status());
      }
    }
  }
  for (const auto& [id, statuses] : seen) {
    EXPECT_THAT(statuses, IsSupersetOf<int>({RuleStatus::MET, RuleStatus::NOT_MET})) << id;
  }
}

// Points, levels and segments are counted in three ways; a slip in one of them shows here.
TEST_F(VectorsTest, ExpectedSumsAgree) {
  for (const auto& vector : vectors_.vectors()) {
    SCOPED_TRACE(vector.id());
    const auto& expected = vector.expected();
    int points = 0;
    for (const int segment : expected.segment_points()) points += segment;
    EXPECT_EQ(points, expected.index_numerator());
    EXPECT_EQ(points, expected.index_applicable_numerator());
    int built = 0;
    int weighted = 0;
    for (int level = 0; level < expected.level_counts_size(); ++level) {
      built += expected.level_counts(level);
      weighted += expected.level_counts(level) * rulebook_.level_points(level).points();
    }
    EXPECT_EQ(built, expected.built());
    EXPECT_EQ(weighted, points);
    EXPECT_EQ(expected.segment_points_size(), 8);
  }
}

}  // namespace
}  // namespace zhiping
