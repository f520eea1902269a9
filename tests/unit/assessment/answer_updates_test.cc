// People answer scenarios, several at a time, and are told what others did meanwhile.
#include "services/assessment/domain/answer_updates.h"

#include "absl/strings/str_cat.h"
#include "common/criteria/answers.h"
#include "tests/unit/assessment/drafts.h"

namespace zhiping::assessment {
namespace {

using testing::ElementsAre;

class AnswerUpdatesTest : public testing::Test {
 protected:
  absl::Status Set(const std::vector<v1::AnswerUpdate>& updates, const std::string& who = "张三") {
    return UpdateAnswers(*criteria_, record_, Updates(updates), who, kNow).status();
  }

  const v1::DraftAnswer& Of(int scenario) const { return record_.assessment().answers(scenario); }

  const CriteriaPointer criteria_ = Small();
  v1::AssessmentRecord record_ = Draft(*criteria_);
};

TEST_F(AnswerUpdatesTest, AnAnswerIsSetUnderAnyNameAndKeptAsIds) {
  const auto set = UpdateAnswers(*criteria_, record_,
                                 Updates({Update("场景c", "级2", "1"), Update("1", "未达级", "1"),
                                          Update("b", "不适用", "1", "无此工序")}),
                                 "张三", kNow);
  ASSERT_OK(set);
  EXPECT_THAT(*set, ElementsAre(2, 0, 1));
  EXPECT_EQ(Said(record_), "a=none b=not_applicable c=l2");
  EXPECT_EQ(Of(1).answer().reason(), "无此工序");
  EXPECT_EQ(Of(2).updated_by(), "张三");
  EXPECT_TRUE(Of(2).has_updated_at());
}

TEST_F(AnswerUpdatesTest, OneCallIsOneVersionAndEtagsOfOtherAnswersStay) {
  ASSERT_OK(Set({Update("a", "l0", "1"), Update("b", "l1", "1")}));
  EXPECT_EQ(record_.version(), 2);
  EXPECT_EQ(Of(0).etag(), "2");
  EXPECT_EQ(Of(1).etag(), "2");
  EXPECT_EQ(Of(2).etag(), "1");
  // Somebody else who read the draft before answers another scenario.
  EXPECT_OK(Set({Update("c", "l2", "1")}, "李四"));
}

TEST_F(AnswerUpdatesTest, TheValueThatIsThereMakesNoVersionWhateverItsEtag) {
  ASSERT_OK(Set({Update("a", "l0", "1", "remark")}));
  const std::string before = record_.SerializeAsString();
  // The answer to the first call was lost, and it is sent again.
  EXPECT_OK(Set({Update("a", "l0", "1", "remark")}, "李四"));
  EXPECT_OK(Set({Update("a", "级0", "2", "remark")}));
  EXPECT_EQ(record_.SerializeAsString(), before);
}

TEST_F(AnswerUpdatesTest, AChangedReasonIsAChange) {
  ASSERT_OK(Set({Update("a", "l0", "1", "remark")}));
  EXPECT_OK(Set({Update("a", "l0", "2", "another")}));
  EXPECT_EQ(record_.version(), 3);
}

TEST_F(AnswerUpdatesTest, AnEmptyLevelClears) {
  ASSERT_OK(Set({Update("a", "l0", "1", "remark")}));
  ASSERT_OK(Set({Update("a", "", "2")}));
  EXPECT_EQ(Said(Of(0)), "-");
  EXPECT_EQ(Of(0).answer().reason(), "");
}

TEST_F(AnswerUpdatesTest, ConflictsListThePresentValueAndWhoSetItWhenAndNothingIsSaved) {
  ASSERT_OK(Set({Update("a", "l1", "1"), Update("b", "l2", "1")}, "李四"));
  auto& proposed = *record_.mutable_assessment()->mutable_answers(2);
  proposed.set_to_confirm(true);
  proposed.set_proposed_level("l2");
  const std::string before = record_.SerializeAsString();
  const absl::Status status =
      Set({Update("a", "l0", "1"), Update("b", "l1", "2"), Update("c", "l2", "0")});
  EXPECT_EQ(status.code(), absl::StatusCode::kAborted);
  EXPECT_THAT(status, HasReason(Reason::ANSWER_CONFLICT));
  EXPECT_EQ(MetadataOf(status, "conflicts"), "a,c");
  EXPECT_THAT(ViolationsOf(status), ElementsAre("updates[0].baseEtag ANSWER_CONFLICT",
                                                "updates[2].baseEtag ANSWER_CONFLICT"));
  const ErrorDetail detail = DetailOf(status);
  EXPECT_EQ(detail.violations(0).message().zh(),
            "场景“场景a”已被修改，现为：级1，2026-09-21T22:13:20+08:00 由 李四 填写。");
  EXPECT_EQ(detail.violations(0).message().en(),
            "Scenario a has changed; it is now: l1, by 李四 at 2026-09-21T22:13:20+08:00.");
  EXPECT_EQ(detail.violations(1).message().zh(),
            "场景“场景c”已被修改，现为：待确认（建议：级2）。");
  EXPECT_EQ(record_.SerializeAsString(), before);
}

TEST_F(AnswerUpdatesTest, AnsweringWhatIsToBeConfirmedSettlesItWithTheProposalOrAnother) {
  for (const char* level : {"l2", "none", ""}) {
    auto& answer = *record_.mutable_assessment()->mutable_answers(2);
    answer.set_to_confirm(true);
    answer.set_proposed_level("l2");
    answer.mutable_carried_from()->set_release_digest("sha256:r0");
    const int64_t version = record_.version();
    ASSERT_OK(Set({Update("c", level, answer.etag())}));
    EXPECT_EQ(Of(2).answer().level(), level);
    EXPECT_FALSE(Of(2).to_confirm() || Of(2).has_carried_from());
    EXPECT_EQ(Of(2).proposed_level(), "");
    EXPECT_EQ(record_.version(), version + 1);
  }
}

TEST_F(AnswerUpdatesTest, EverythingThatIsWrongIsSaidAtOnceAndNothingIsSaved) {
  const std::string before = record_.SerializeAsString();
  const absl::Status status =
      Set({Update("a", "l0", "1"), Update("x", "l0", "1"), Update("", "l0", "1"),
           Update("c", "l0", "1"), Update("b", "先行级", "1"), Update("b", "l9", "1"),
           Update("1", "不适用", "1", " 　"), Update("c", "", "")});
  EXPECT_THAT(ViolationsOf(status), ElementsAre("updates[1].answer.scenario UNKNOWN_SCENARIO",
                                                "updates[2].answer.scenario FIELD_REQUIRED",
                                                "updates[3].answer.level LEVEL_NOT_AVAILABLE",
                                                "updates[4].answer.level LEVEL_IS_TIER",
                                                "updates[5].answer.scenario DUPLICATE_SCENARIO",
                                                "updates[5].answer.level UNKNOWN_LEVEL",
                                                "updates[6].answer.scenario DUPLICATE_SCENARIO",
                                                "updates[6].answer.reason REASON_REQUIRED",
                                                "updates[7].baseEtag FIELD_REQUIRED",
                                                "updates[7].answer.scenario DUPLICATE_SCENARIO"));
  // People get names.
  EXPECT_EQ(DetailOf(status).violations(7).message().zh(), "场景“场景a”填“不适用”时须写明理由。");
  EXPECT_EQ(DetailOf(status).violations(6).message().zh(),
            "场景“场景a”在 updates[0] 已经填写，每个场景只能填一次。");
  EXPECT_EQ(record_.SerializeAsString(), before);
  EXPECT_EQ(ViolationsOf(Set({})), std::vector<std::string>{"updates FIELD_REQUIRED"});
}

TEST_F(AnswerUpdatesTest, ReasonsHaveAtMost500CharactersAndNoControlCharacters) {
  std::string reason;
  for (int i = 0; i < 500; ++i) reason += "无";
  EXPECT_OK(Set({Update("a", "l0", "1", reason)}));
  struct {
    std::string reason;
    const char* violation;
  } const cases[] = {
      {reason + "无", "TOO_LARGE"},
      {"a\nb", "CHARACTER_NOT_ALLOWED"},
      {std::string("a\0b", 3), "CHARACTER_NOT_ALLOWED"},
      {"\u202Etxt", "CHARACTER_NOT_ALLOWED"},
      {"\x7F", "CHARACTER_NOT_ALLOWED"},
  };
  for (const auto& wrong : cases) {
    EXPECT_THAT(ViolationsOf(Set({Update("b", "l1", "1", wrong.reason)})),
                ElementsAre(absl::StrCat("updates[0].answer.reason ", wrong.violation)));
  }
}

// The same words as scoring's, so that a person reads one sentence for one mistake.
TEST_F(AnswerUpdatesTest, LevelsAreRefusedInTheWordsOfScoring) {
  for (const char* level : {"先行级", "l0", "/", "level"}) {
    criteria::AnswerList answers;
    answers.Add()->set_scenario("b");
    answers.Mutable(0)->set_level(level);
    const auto scored = DetailOf(criteria::ReadInput(*criteria_, answers, {}).status());
    const auto kept = DetailOf(Set({Update("b", level, "1")}));
    EXPECT_EQ(kept.reason(), scored.reason());
    EXPECT_EQ(kept.message().zh(), scored.message().zh());
    EXPECT_EQ(kept.message().en(), scored.message().en());
  }
}

TEST_F(AnswerUpdatesTest, AsManyViolationsAreDescribedAsPeopleReadAndAllAreCounted) {
  std::vector<v1::AnswerUpdate> updates(3000, Update("x", "l0", "1"));
  const absl::Status status = Set(updates);
  EXPECT_EQ(DetailOf(status).violations_size(), kMaxViolations);
  EXPECT_EQ(ViolationsTotal(DetailOf(status)), 3000);
}

}  // namespace
}  // namespace zhiping::assessment
