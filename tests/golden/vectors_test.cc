// The golden vectors of 2026 as a set: complete, unambiguous, and reaching every rule from both
// sides. Whether an engine computes them is shown where engines are tested.
#include <algorithm>
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

// Those that have no parts.
void AppendLeaves(const Condition& condition, std::vector<const Condition*>& leaves) {
  if (PartsOf(condition).conditions().empty()) leaves.push_back(&condition);
  for (const Condition& part : PartsOf(condition).conditions()) AppendLeaves(part, leaves);
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

  std::vector<const Condition*> Leaves() const {
    std::vector<const Condition*> leaves;
    for (const auto& tier : rulebook_.tiers()) {
      for (const Condition& condition : tier.conditions()) AppendLeaves(condition, leaves);
      for (const Condition& advice : tier.advice()) AppendLeaves(advice, leaves);
    }
    return leaves;
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

// A threshold that is wrong by one changes what some vector expects.
TEST_F(VectorsTest, EveryThresholdIsSeenFromBothSides) {
  std::map<std::string, std::vector<catalogue::v1::ExpectedCondition>> seen;
  for (const auto& vector : vectors_.vectors()) {
    for (const auto& tier : vector.expected().tiers()) {
      for (const auto& condition : tier.conditions()) {
        if (condition.status() != RuleStatus::UNDETERMINED) {
          seen[condition.condition()].push_back(condition);
        }
      }
    }
  }
  int thresholds = 0;
  for (const Condition* leaf : Leaves()) {
    ++thresholds;
    const auto any = [&](RuleStatus::Value status, const auto& holds) {
      return std::any_of(seen[leaf->id()].begin(), seen[leaf->id()].end(),
                         [&](const auto& of) { return of.status() == status && holds(of); });
    };
    const auto& ratio = leaf->ratio_at_least();
    if (leaf->has_at_least()) {
      const int threshold = leaf->at_least().threshold();
      EXPECT_TRUE(any(RuleStatus::MET, [&](const auto& of) { return of.value() == threshold; }))
          << leaf->id();
      EXPECT_TRUE(any(RuleStatus::NOT_MET, [&](const auto& of) {
        return of.value() == threshold - 1;
      })) << leaf->id();
    } else if (ratio.denominator().has_fact()) {
      EXPECT_TRUE(any(RuleStatus::MET, [&](const auto& of) {
        return of.value() * ratio.d() < (ratio.n() + 1) * of.denominator();
      })) << leaf->id();
      EXPECT_TRUE(any(RuleStatus::NOT_MET, [&](const auto& of) {
        return of.value() * ratio.d() >= (ratio.n() - 1) * of.denominator();
      })) << leaf->id();
    } else {
      // The denominator is the same in all of them: the least numerator, and one less.
      const auto just = [&](int less) {
        return [&ratio, less](const auto& of) {
          const int least = (ratio.n() * of.denominator() + ratio.d() - 1) / ratio.d();
          return of.value() == least - less;
        };
      };
      EXPECT_TRUE(any(RuleStatus::MET, just(0))) << leaf->id();
      EXPECT_TRUE(any(RuleStatus::NOT_MET, just(1))) << leaf->id();
    }
  }
  EXPECT_GE(thresholds, 30);
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
