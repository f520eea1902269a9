#include "common/criteria/answers.h"

#include "absl/strings/str_replace.h"
#include "tests/oracle/random_criteria.h"
#include "tests/unit/criteria/small_criteria.h"
#include "tests/unit/status_matchers.h"

namespace zhiping::criteria {
namespace {

using testing::HasSubstr;

class AnswersTest : public testing::Test {
 protected:
  void SetUp() override {
    const auto compiled = Criteria::Compile(SmallRelease(), "sha256:small");
    ASSERT_OK(compiled);
    criteria_ = *compiled;
  }

  void Answer(const std::string& scenario, const std::string& level,
              const std::string& reason = "") {
    auto& answer = *answers_.Add();
    answer.set_scenario(scenario);
    answer.set_level(level);
    answer.set_reason(reason);
  }
  void Fact(const std::string& name, const std::string& value) {
    auto& fact = *facts_.Add();
    fact.set_fact(name);
    fact.set_value(value);
  }
  absl::StatusOr<Input> Read() const { return ReadInput(*criteria_, answers_, facts_); }

  std::shared_ptr<const Criteria> criteria_;
  AnswerList answers_;
  FactList facts_;
};

TEST_F(AnswersTest, ReadsEveryKindOfAnswerInAnyOrder) {
  Answer("c", "");
  Answer("b", "not_applicable", "没有该产线");
  Answer("a", "l1");
  Fact("score", "59.5");
  const auto input = Read();
  ASSERT_OK(input);
  EXPECT_EQ(input->answers, (std::vector<uint8_t>{CodeOfRank(2), kNotApplicable, kMissing}));
  EXPECT_EQ(input->facts, (std::vector<int32_t>{595, kFactMissing}));
}

TEST_F(AnswersTest, UnderstandsNamesNumbersAndOtherWordsForNone) {
  Answer("场景a", "级1");
  Answer("2", "未应用");
  Answer("c", "不适用", "没有该产线");
  const auto input = Read();
  ASSERT_OK(input);
  EXPECT_EQ(input->answers, (std::vector<uint8_t>{CodeOfRank(2), kNone, kNotApplicable}));
  Answer("1", "l1");
  EXPECT_THAT(Read(), HasReason(Reason::DUPLICATE_SCENARIO));
  EXPECT_THAT(DetailOf(Read().status()).message().en(), HasSubstr("in answers[0] already"));
}

TEST_F(AnswersTest, IdsMayBeInCapitals) {
  Answer("A", "L1");
  Answer("B", "None");
  Answer("C", "NOT_APPLICABLE", "没有该产线");
  const auto input = Read();
  ASSERT_OK(input);
  EXPECT_EQ(input->answers, (std::vector<uint8_t>{CodeOfRank(2), kNone, kNotApplicable}));
}

TEST_F(AnswersTest, AnAnswerWithoutAScenarioSaysSo) {
  Answer("", "l1");
  EXPECT_THAT(Read(), HasReason(Reason::FIELD_REQUIRED));
}

TEST_F(AnswersTest, UnknownScenarioAndLevelNameTheField) {
  Answer("a", "l1");
  Answer("zzz", "l1");
  Answer("b", "best");
  const auto input = Read();
  EXPECT_THAT(input, HasReason(Reason::SEVERAL_VIOLATIONS));
  const ErrorDetail detail = DetailOf(input.status());
  ASSERT_EQ(detail.violations_size(), 2);
  EXPECT_EQ(detail.violations(0).field(), "answers[1].scenario");
  EXPECT_EQ(detail.violations(0).reason(), Reason::UNKNOWN_SCENARIO);
  EXPECT_EQ(detail.violations(1).field(), "answers[2].level");
  EXPECT_EQ(detail.violations(1).reason(), Reason::UNKNOWN_LEVEL);
}

TEST_F(AnswersTest, ALevelThatDoesNotExistListsThoseThatDo) {
  Answer("b", "l0");
  const auto input = Read();
  EXPECT_THAT(input, HasReason(Reason::LEVEL_NOT_AVAILABLE));
  EXPECT_THAT(DetailOf(input.status()).message().en(), HasSubstr("l1, l2"));
  EXPECT_THAT(DetailOf(input.status()).message().zh(), HasSubstr("级1（l1）、级2（l2）"));
}

TEST_F(AnswersTest, ATierIsNotALevel) {
  Answer("a", "先行级");
  const auto input = Read();
  EXPECT_THAT(input, HasReason(Reason::LEVEL_IS_TIER));
  EXPECT_THAT(DetailOf(input.status()).message().zh(),
              HasSubstr("“先行级”是智能工厂层级，不是应用等级"));
}

TEST_F(AnswersTest, AScenarioIsAnsweredOnce) {
  Answer("a", "l1");
  Answer("a", "l1");
  EXPECT_THAT(Read(), HasReason(Reason::DUPLICATE_SCENARIO));
}

TEST_F(AnswersTest, AScenarioIsNamedOnceAlsoWithoutAnAnswer) {
  Answer("a", "");
  Answer("a", "l1");
  EXPECT_THAT(Read(), HasReason(Reason::DUPLICATE_SCENARIO));
}

TEST_F(AnswersTest, NotApplicableNeedsAReason) {
  for (const char* blank : {"", "  ", "\t\r\n", "\u3000", "\u00A0\u200B "}) {
    Answer("a", "not_applicable", blank);
    EXPECT_THAT(Read(), HasReason(Reason::REASON_REQUIRED));
    answers_.Clear();
  }
  std::string longest;
  for (int i = 0; i < kMaxReasonCharacters; ++i) longest += "字";
  Answer("a", "not_applicable", longest);
  EXPECT_OK(Read());
  answers_[0].mutable_reason()->append("字");
  EXPECT_THAT(Read(), HasReason(Reason::TOO_LARGE));
}

TEST_F(AnswersTest, ARemarkIsNoLongerThanAReasonWhateverTheAnswer) {
  for (const char* level : {"", "none", "l1"}) {
    answers_.Clear();
    Answer("a", level, std::string(kMaxReasonCharacters, 'x'));
    EXPECT_OK(Read());
    answers_[0].mutable_reason()->append("x");
    EXPECT_THAT(Read(), HasReason(Reason::TOO_LARGE)) << level;
  }
}

TEST_F(AnswersTest, FarMoreThanThereCanBeIsNotLookedInto) {
  for (int i = 0; i < 6; ++i) Answer("zzz", "");
  EXPECT_EQ(DetailOf(Read().status()).violations_size(), 6);
  Answer("zzz", "");
  EXPECT_THAT(Read(), HasReason(Reason::TOO_LARGE));
  EXPECT_EQ(DetailOf(Read().status()).violations(0).field(), "answers");
  for (int i = 0; i < 5; ++i) Fact("nope", "");
  EXPECT_EQ(DetailOf(Read().status()).violations_size(), 2);
  answers_.Clear();
  EXPECT_THAT(Read(), HasReason(Reason::TOO_LARGE));
  EXPECT_EQ(DetailOf(Read().status()).violations(0).field(), "facts");
}

// Each scenario's answer and each fact is judged the same alone and beside all others.
TEST_F(AnswersTest, WhatStandsBesideAnAnswerChangesNothing) {
  oracle::Random random(4);
  const std::string longest(kMaxReasonCharacters + 1, 'x');
  const auto one_of = [&](const std::vector<std::string>& words) {
    return words[random.Below(static_cast<int>(words.size()))];
  };
  for (int round = 0; round < 3000; ++round) {
    answers_.Clear();
    facts_.Clear();
    for (const char* scenario : {"a", "b", "c", "zzz"}) {
      Answer(scenario, one_of({"", "none", "not_applicable", "l0", "l1", "l2", "先行级", "best"}),
             one_of({"", " ", "x", longest}));
    }
    for (const char* fact : {"score", "rank", "nope"}) {
      Fact(fact, one_of({"", "1", "1.5", "1.55", "-1", "1001", "x"}));
    }
    const auto together = Read();
    std::vector<std::string> alone;
    const AnswerList answers = answers_;
    const FactList facts = facts_;
    const auto collect = [&](int number) {
      const ErrorDetail detail = DetailOf(Read().status());
      for (const auto& violation : detail.violations()) {
        std::string text = absl::StrCat(violation.field(), violation.message().en());
        alone.push_back(absl::StrReplaceAll(text, {{"[0]", absl::StrCat("[", number, "]")}}));
      }
    };
    facts_.Clear();
    for (int i = 0; i < answers.size(); ++i) {
      answers_.Clear();
      *answers_.Add() = answers[i];
      if (!Read().ok()) collect(i);
    }
    answers_.Clear();
    for (int i = 0; i < facts.size(); ++i) {
      facts_.Clear();
      *facts_.Add() = facts[i];
      if (!Read().ok()) collect(i);
    }
    std::vector<std::string> found;
    const ErrorDetail detail = DetailOf(together.status());
    for (const auto& violation : detail.violations()) {
      found.push_back(absl::StrCat(violation.field(), violation.message().en()));
    }
    ASSERT_EQ(found, alone) << "round " << round;
  }
}

TEST_F(AnswersTest, FactsAreReadExactly) {
  const auto read = [&](const std::string& value) {
    facts_.Clear();
    Fact("score", value);
    return Read();
  };
  EXPECT_EQ(read("60")->facts[0], 600);
  EXPECT_EQ(read("60.0")->facts[0], 600);
  EXPECT_EQ(read("60.50")->facts[0], 605);
  EXPECT_EQ(read("0")->facts[0], 0);
  EXPECT_EQ(read("100")->facts[0], 1000);
  EXPECT_EQ(read("")->facts[0], kFactMissing);
  EXPECT_THAT(read("59.95"), HasReason(Reason::FACT_TOO_PRECISE));
  EXPECT_THAT(read("100.1"), HasReason(Reason::FACT_OUT_OF_RANGE));
  EXPECT_THAT(read("-0.1"), HasReason(Reason::FACT_OUT_OF_RANGE));
  EXPECT_THAT(read("99999999999999999999999999"), HasReason(Reason::FACT_OUT_OF_RANGE));
  for (const char* value : {"x", "1e2", "1.", ".", "1.2.3", "-", " 1", "１"}) {
    EXPECT_THAT(read(value), HasReason(Reason::FACT_NOT_A_NUMBER)) << value;
  }
}

TEST_F(AnswersTest, FactsAreKnownAndGivenOnce) {
  Fact("nope", "1");
  EXPECT_THAT(Read(), HasReason(Reason::UNKNOWN_FACT));
  EXPECT_THAT(DetailOf(Read().status()).message().en(), HasSubstr("score, rank"));
  facts_.Clear();
  Fact("rank", "1");
  Fact("rank", "2");
  EXPECT_THAT(Read(), HasReason(Reason::DUPLICATE_FACT));
}

TEST(FormatDecimalTest, WritesWhatPeopleWrite) {
  EXPECT_EQ(FormatDecimal(595, 1), "59.5");
  EXPECT_EQ(FormatDecimal(600, 1), "60");
  EXPECT_EQ(FormatDecimal(5, 2), "0.05");
  EXPECT_EQ(FormatDecimal(7, 0), "7");
  EXPECT_EQ(FormatDecimal(-15, 1), "-1.5");
}

}  // namespace
}  // namespace zhiping::criteria
