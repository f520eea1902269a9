// What holds a submission up, and what it consists of.
#include "services/assessment/domain/submission_content.h"

#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "common/time/timestamp.h"
#include "services/assessment/domain/draft_evidence.h"
#include "services/assessment/domain/draft_facts.h"
#include "tests/unit/assessment/drafts.h"

namespace zhiping::assessment {
namespace {

using testing::ElementsAre;

v1::Commitment CampaignCommitment() {
  v1::Commitment commitment;
  commitment.set_version("2026-1");
  *commitment.mutable_text() = MakeText("所填属实。", "What is stated is true.");
  return commitment;
}

v1::SubmitRequest Request() {
  v1::SubmitRequest request;
  request.set_commitment_version("2026-1");
  request.set_commitment_given(true);
  request.set_commitment_given_by(" 张三 ");
  return request;
}

v1::AssessmentRecord Complete(const criteria::Criteria& criteria) {
  auto record = Draft(criteria);
  for (const auto& scenario : criteria.edition().scenarios()) {
    Answer(criteria, record, scenario.id(), criteria::kNoneId);
  }
  return record;
}

absl::Status Check(const criteria::Criteria& criteria, const v1::AssessmentRecord& record,
                   const v1::SubmitRequest& request = Request()) {
  return CheckSubmittable(criteria, record, request, CampaignCommitment());
}

TEST(SubmittableTest, A2026DraftWithAllAnswersIsSubmittableWithoutFactsAndEvidence) {
  EXPECT_OK(Check(Edition2026(), Complete(Edition2026())));
}

TEST(SubmittableTest, WhatIsMissingOrToBeConfirmedIsAllListed) {
  const auto& edition = Edition2026();
  auto record = Complete(edition);
  auto& answers = *record.mutable_assessment()->mutable_answers();
  for (const int i : {0, 32}) answers[i].mutable_answer()->clear_level();
  for (const int i : {1, 31}) {
    answers[i].mutable_answer()->clear_level();
    answers[i].set_to_confirm(true);
    answers[i].set_proposed_level(std::string(criteria::kNoneId));
  }
  const absl::Status status = Check(edition, record, {});
  EXPECT_EQ(status.code(), absl::StatusCode::kFailedPrecondition);
  EXPECT_THAT(status, HasReason(Reason::INCOMPLETE));
  const auto id = [&](int i) { return edition.edition().scenarios(i).id(); };
  EXPECT_EQ(MetadataOf(status, "missing"), absl::StrCat(id(0), ",", id(32)));
  EXPECT_EQ(MetadataOf(status, "toConfirm"), absl::StrCat(id(1), ",", id(31)));
  EXPECT_THAT(ViolationsOf(status),
              ElementsAre("answers[0].level INCOMPLETE", "answers[1].level INCOMPLETE",
                          "answers[31].level INCOMPLETE", "answers[32].level INCOMPLETE"));
  EXPECT_EQ(DetailOf(status).violations(1).message().zh(),
            absl::StrCat("场景“", edition.edition().scenarios(1).name().text(),
                         "”待确认，建议：未达级。"));
  EXPECT_EQ(DetailOf(status).message().zh(),
            "还不能提交：待填写 2 个场景，待确认 2 个场景（Preview 列出全部）。");
}

TEST(SubmittableTest, NothingAnsweredListsAll33Ids) {
  const absl::Status status = Check(Edition2026(), Draft(Edition2026()));
  const std::string missing = MetadataOf(status, "missing");
  const std::vector<std::string> ids = absl::StrSplit(missing, ',');
  EXPECT_EQ(ids.size(), 33u);
  EXPECT_EQ(DetailOf(status).violations_size(), 33);
}

TEST(SubmittableTest, WhatDoesNotApplyNeedsAReason) {
  const auto small = Small();
  auto record = Complete(*small);
  record.mutable_assessment()->mutable_answers(1)->mutable_answer()->set_level(
      criteria::kNotApplicableId);
  const absl::Status status = Check(*small, record);
  EXPECT_THAT(status, HasReason(Reason::INCOMPLETE));
  EXPECT_THAT(ViolationsOf(status), ElementsAre("answers[1].reason REASON_REQUIRED"));
  EXPECT_EQ(MetadataOf(status, "missing"), "b");
}

TEST(SubmittableTest, TheCampaignsCommitmentHasToBeGivenByAPersonWithAName) {
  const auto small = Small();
  const auto record = Complete(*small);
  v1::SubmitRequest request = Request();
  request.set_commitment_given(false);
  EXPECT_THAT(Check(*small, record, request), HasReason(Reason::COMMITMENT_REQUIRED));
  request = Request();
  request.set_commitment_version("2025-1");
  EXPECT_THAT(Check(*small, record, request), HasReason(Reason::COMMITMENT_REQUIRED));
  EXPECT_EQ(MetadataOf(Check(*small, record, request), "commitmentVersion"), "2026-1");
  struct {
    std::string name;
    const char* violation;
  } const names[] = {{"", "FIELD_REQUIRED"},
                     {" 　", "FIELD_REQUIRED"},
                     {std::string(101, 'n'), "TOO_LARGE"},
                     {"张\u202E三", "CHARACTER_NOT_ALLOWED"},
                     {"张\u200B三", "CHARACTER_NOT_ALLOWED"}};
  for (const auto& given : names) {
    request = Request();
    request.set_commitment_given_by(given.name);
    EXPECT_THAT(ViolationsOf(Check(*small, record, request)),
                testing::Contains(absl::StrCat("commitmentGivenBy ", given.violation)).Times(1))
        << given.violation;
  }
}

// a=none, b to be confirmed, c missing; score declared and imported, rank not given; evidence.
class SubmissionContentTest : public testing::Test {
 protected:
  SubmissionContentTest() {
    Answer(*small_, record_, "a", "l2", "依据");
    auto& unsettled = *record_.mutable_assessment()->mutable_answers(1);
    unsettled.set_to_confirm(true);
    unsettled.set_proposed_level("l1");
    criteria::FactList facts;
    facts.Add()->set_fact("score");
    facts.Mutable(0)->set_value("60");
    EXPECT_OK(SetFacts(*small_, record_, facts, v1::FactSource::DECLARED, kNow));
    facts.Mutable(0)->set_value("59.5");
    EXPECT_OK(SetFacts(*small_, record_, facts, v1::FactSource::IMPORTED, kNow));
    v1::Evidence evidence;
    evidence.set_name("证明");
    evidence.set_sha256(std::string(64, '0'));
    evidence.set_size(7);
    evidence.set_effective_on("2026-01-01");
    evidence.set_expires_on("2026-12-31");
    evidence.set_location("store://secret");
    evidence.add_scenarios("a");
    EXPECT_OK(AddEvidence(*small_, record_, evidence, kNow));
  }

  const CriteriaPointer small_ = Small();
  v1::AssessmentRecord record_ = Draft(*small_);
};

TEST_F(SubmissionContentTest, WhatIsToBeConfirmedScoresAsMissingAndTheHighestRankOfAFactCounts) {
  const ScoreInput scored = ScoreInputOf(record_);
  ASSERT_EQ(scored.answers.size(), 1);
  EXPECT_EQ(scored.answers[0].scenario(), "a");
  ASSERT_EQ(scored.facts.size(), 1);
  EXPECT_EQ(scored.facts[0].value(), "59.5");
  const auto input = criteria::ReadInput(*small_, scored.answers, scored.facts);
  ASSERT_OK(input);
  EXPECT_THAT(input->answers,
              ElementsAre(criteria::CodeOfRank(3), criteria::kMissing, criteria::kMissing));
  EXPECT_THAT(MissingFacts(*small_, record_), ElementsAre("rank"));
}

TEST_F(SubmissionContentTest, AllThatIsSignedIsCopiedAndTheLocationIsNot) {
  Answer(*small_, record_, "b", "l1");
  Answer(*small_, record_, "c", "不适用", "无");
  // It is for a scenario of an earlier release alone.
  auto& withdrawn = *record_.mutable_assessment()->add_evidence();
  withdrawn = record_.assessment().evidence(0);
  withdrawn.set_scenarios(0, "gone");
  record_.mutable_assessment()->mutable_evidence(0)->add_scenarios("gone");
  v1::Snapshot snapshot;
  snapshot.set_name("某公司");
  common::v1::ScoreResult result;
  result.set_built(2);
  const auto given = GivenCommitmentOf(Request(), CampaignCommitment(), kNow);
  const auto content = ContentOf(*small_, record_, snapshot, given, result, kNow);
  EXPECT_EQ(content.programme(), "small");
  EXPECT_EQ(content.release_digest(), "sha256:r1");
  EXPECT_EQ(content.release_label(), "2026-1");
  EXPECT_EQ(content.snapshot().name(), "某公司");
  ASSERT_EQ(content.answers_size(), 3);
  EXPECT_EQ(content.answers(0).level(), "l2");
  EXPECT_EQ(content.answers(0).reason(), "依据");
  EXPECT_EQ(content.answers(2).level(), criteria::kNotApplicableId);
  ASSERT_EQ(content.facts_size(), 1);
  EXPECT_EQ(content.facts(0).value().value(), "59.5");
  EXPECT_EQ(content.facts(0).source(), v1::FactSource::IMPORTED);
  ASSERT_EQ(content.evidence_size(), 1);
  EXPECT_EQ(content.evidence(0).sha256(), std::string(64, '0'));
  EXPECT_EQ(content.evidence(0).size(), 7);
  EXPECT_EQ(content.evidence(0).expires_on(), "2026-12-31");
  EXPECT_THAT(content.evidence(0).scenarios(), ElementsAre("a"));
  EXPECT_EQ(content.SerializeAsString().find("secret"), std::string::npos);
  EXPECT_EQ(content.commitment().version(), "2026-1");
  EXPECT_EQ(content.commitment().text(), "所填属实。");
  EXPECT_EQ(content.commitment().given_by(), "张三");
  EXPECT_EQ(FromTimestamp(content.commitment().given_at()), kNow);
  EXPECT_EQ(content.result().built(), 2);
  EXPECT_EQ(FromTimestamp(content.submitted_at()), kNow);
}

}  // namespace
}  // namespace zhiping::assessment
