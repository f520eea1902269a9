// Facts of a draft: who says what, and which value counts.
#include "services/assessment/domain/draft_facts.h"

#include "absl/strings/str_cat.h"
#include "tests/unit/assessment/drafts.h"

namespace zhiping::assessment {
namespace {

using testing::ElementsAre;
using Source = v1::FactSource;

criteria::FactList Facts(const std::vector<std::pair<std::string, std::string>>& values) {
  criteria::FactList facts;
  for (const auto& [name, value] : values) {
    auto& fact = *facts.Add();
    fact.set_fact(name);
    fact.set_value(value);
  }
  return facts;
}

// `score=59.5 D`, with `*` if it counts.
std::vector<std::string> Said(const DraftFacts& facts) {
  std::vector<std::string> said;
  for (const auto& fact : facts) {
    said.push_back(absl::StrCat(fact.value().fact(), "=", fact.value().value(), " ",
                                Source::Value_Name(fact.source()).substr(0, 1),
                                fact.counts() ? "*" : ""));
  }
  return said;
}

class DraftFactsTest : public testing::Test {
 protected:
  absl::Status Set(const std::vector<std::pair<std::string, std::string>>& values,
                   Source::Value source = Source::DECLARED) {
    return SetFacts(*criteria_, record_, Facts(values), source, kNow);
  }
  std::vector<std::string> Present() const { return Said(record_.assessment().facts()); }

  const CriteriaPointer criteria_ = Small();
  v1::AssessmentRecord record_ = Draft(*criteria_);
};

TEST_F(DraftFactsTest, AllValuesAreKeptInRulebookOrderAndTheHighestRankCounts) {
  ASSERT_OK(Set({{"rank", "3"}, {"score", "59.5"}}));
  EXPECT_EQ(record_.version(), 2);
  ASSERT_OK(Set({{"score", "61"}}, Source::IMPORTED));
  EXPECT_THAT(Present(), ElementsAre("score=59.5 D", "score=61 I*", "rank=3 D*"));
  // What the enterprise says later does not count before what the platform imported.
  ASSERT_OK(Set({{"score", "99"}}));
  EXPECT_THAT(Present(), ElementsAre("score=99 D", "score=61 I*", "rank=3 D*"));
  ASSERT_OK(Set({{"score", ""}}, Source::IMPORTED));
  EXPECT_THAT(Present(), ElementsAre("score=99 D*", "rank=3 D*"));
  EXPECT_EQ(record_.version(), 5);
}

TEST_F(DraftFactsTest, TheValueThatIsThereMakesNoVersion) {
  ASSERT_OK(Set({{"score", "60"}}));
  EXPECT_OK(Set({{"score", "60.0"}, {"rank", ""}}));
  EXPECT_EQ(record_.version(), 2);
}

TEST_F(DraftFactsTest, WrongFactsAreRefusedAsScoringDoesAndNoneIsSaved) {
  const absl::Status status = Set({{"rank", "3"}, {"score", "1.25"}, {"x", "1"}, {"rank", "9"}});
  EXPECT_THAT(ViolationsOf(status),
              ElementsAre("facts[1].value FACT_TOO_PRECISE", "facts[2].fact UNKNOWN_FACT",
                          "facts[3].fact DUPLICATE_FACT", "facts[3].value FACT_OUT_OF_RANGE"));
  EXPECT_THAT(ViolationsOf(Set({{"score", "ten"}})),
              ElementsAre("facts[0].value FACT_NOT_A_NUMBER"));
  EXPECT_EQ(record_.version(), 1);
  EXPECT_THAT(ViolationsOf(Set({})), ElementsAre("facts FIELD_REQUIRED"));
}

TEST_F(DraftFactsTest, WhatAnotherRulebookDoesNotAcceptIsKeptAndComesBack) {
  ASSERT_OK(Set({{"rank", "5"}, {"score", "59.5"}}));
  const auto narrow = Small("sha256:r2", [](catalogue::v1::Release& release) {
    release.mutable_rulebook()->mutable_facts()->DeleteSubrange(0, 1);
    release.mutable_rulebook()->mutable_facts(0)->set_max(4);
  });
  CarryFacts(*narrow, record_.assessment().facts(), record_);
  EXPECT_THAT(Present(), ElementsAre());
  EXPECT_THAT(Said(record_.kept_facts()), ElementsAre("score=59.5 D", "rank=5 D"));
  ASSERT_OK(SetFacts(*narrow, record_, Facts({{"rank", "2"}}), Source::DECLARED, kNow));
  DraftFacts all = record_.kept_facts();
  all.MergeFrom(record_.assessment().facts());
  CarryFacts(*criteria_, all, record_);
  EXPECT_THAT(Present(), ElementsAre("score=59.5 D*", "rank=2 D*"));
  EXPECT_THAT(Said(record_.kept_facts()), ElementsAre("rank=5 D"));
}

}  // namespace
}  // namespace zhiping::assessment
