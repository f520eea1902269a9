// P4 on both databases: an assessment keeps its release until a recorded change, and no result
// changes in place, in whatever order releases are put in force and rolled back, campaigns are
// repinned, and assessments are opened, filled in, rebased and submitted. What was done and seen is
// written down, and judged by judge_releases.py. ZHIPING_SEED replays a run.
#include <cstdlib>
#include <iostream>
#include <map>
#include <random>

#include "common/criteria/answers.h"
#include "common/criteria/release.h"
#include "common/criteria/result.h"
#include "common/criteria/score.h"
#include "tests/integration/assessment/assessment_under_test.h"
#include "tests/oracle/history.h"

namespace zhiping::assessment {
namespace {

constexpr int kEnterprises = 8;
// Those that pin a release, and those without an end.
constexpr int kPinned = 3;
constexpr int kAlways = 2;
constexpr int kActs = 2000;
// Between two looks at everything.
constexpr int kActsBetween = 500;

std::string CampaignNumber(int n) { return absl::StrCat(n < kPinned ? "pinned-" : "always-", n); }

std::string ContentOf(const v1::Submission& submission) {
  return criteria::DigestOf(submission.content().SerializeAsString());
}

// Of all that answers and facts score under a release, conditions of every tier included; which
// revision it was in force by, and how fresh that was, is of the moment.
std::string DigestOf(common::v1::ScoreResult result) {
  result.clear_revision();
  result.clear_freshness();
  return criteria::DigestOf(result.SerializeAsString());
}

class KeptReleasesTest : public testing::TestWithParam<sql::Engine> {
 protected:
  KeptReleasesTest() {
    const char* const given = std::getenv("ZHIPING_SEED");
    const uint32_t seed =
        given == nullptr ? std::random_device()() : static_cast<uint32_t>(std::stoul(given));
    std::cout << "ZHIPING_SEED=" << seed << "\n";
    random_.seed(seed);
  }

  int Random(int count) { return std::uniform_int_distribution<int>(0, count - 1)(random_); }

  void Begin() {
    for (int i = 0; i < kEnterprises; ++i) {
      ASSERT_OK(fixture_.Register(NewEnterprise(UsccNumber(i))));
    }
    history_.Add({{"kind", "in_force"}, {"release", service_.criteria().digest()}});
    for (int i = 0; i < kPinned + kAlways; ++i) {
      v1::Campaign campaign =
          NewCampaign(service_.criteria(), v1::ReviewPolicy::NONE, CampaignNumber(i));
      nlohmann::json line = {{"kind", "campaign"}, {"campaign", campaign.campaign()}};
      if (i < kPinned) {
        line["release"] = pinned_[campaign.campaign()] = campaign.release_digest();
      } else {
        campaign.clear_closes_at();
        campaign.clear_release_digest();
      }
      ASSERT_OK(fixture_.Create(campaign));
      history_.Add(line);
    }
  }

  const criteria::Criteria& CriteriaOf(const std::string& digest) {
    return digest == service_.second().digest() ? service_.second() : service_.criteria();
  }

  // Publication, or rollback.
  void PutInForce() {
    const int number = Random(2);
    service_.releases().PutInForce(number);
    const auto& criteria = number == 0 ? service_.criteria() : service_.second();
    history_.Add({{"kind", "in_force"}, {"release", criteria.digest()}});
  }
  // By two people, who record it; now and then the second one does not come.
  void Repin() {
    const std::string campaign = CampaignNumber(Random(kPinned));
    std::string& pinned = pinned_[campaign];
    const std::string other = pinned == service_.criteria().digest() ? service_.second().digest()
                                                                     : service_.criteria().digest();
    v1::RepinCampaignRequest ask;
    ask.set_campaign(campaign);
    ask.set_release_digest(other);
    ask.set_reason("规则说明有误");
    ask.set_request_id(NewRequestId());
    ASSERT_OK(service_.As(kOfficer, &CampaignStub::RepinCampaign, ask));
    if (Random(3) == 0) return;
    v1::ApproveRepinRequest approve;
    approve.set_campaign(campaign);
    approve.set_release_digest(other);
    approve.set_request_id(NewRequestId());
    const CallerOf colleague = {"colleague", {"campaign-officer"}};
    ASSERT_OK(service_.As(colleague, &CampaignStub::ApproveRepin, approve));
    pinned = other;
    history_.Add({{"kind", "repin"}, {"campaign", campaign}, {"release", other}});
  }
  void Open(const v1::AssessmentKey& key) {
    ASSERT_OK(fixture_.Open(key));
    submissions_[NameOf(key)] = {key, {}};
    history_.Add({{"kind", "open"}, {"assessment", NameOf(key)}, {"campaign", key.campaign()}});
  }
  // A campaign that pins a release is not left by one enterprise.
  void Rebase(const v1::AssessmentKey& key) {
    v1::RebaseRequest request;
    *request.mutable_key() = key;
    request.set_etag(fixture_.Get(key)->etag());
    request.set_request_id(NewRequestId());
    ASSERT_OK(
        service_.As(fixture_.EnterpriseOf(key.enterprise()), &AssessmentStub::Rebase, request));
    history_.Add({{"kind", "rebase"}, {"assessment", NameOf(key)}});
  }
  void Submit(const v1::AssessmentKey& key, const v1::Assessment& draft) {
    const auto submitted = fixture_.Submit(fixture_.Submission(key, draft.etag()));
    ASSERT_OK(submitted);
    const v1::Submission& submission = submitted->submission();
    submissions_[NameOf(key)].second.push_back(submission.key());
    history_.Add({{"kind", "submitted"},
                  {"assessment", NameOf(key)},
                  {"number", submission.key().number()},
                  {"release", submission.content().release_digest()},
                  {"receipt", submission.receipt_no()},
                  {"content", ContentOf(submission)}});
  }

  void Act() {
    const int act = Random(12);
    if (act == 0) return PutInForce();
    if (act == 1) return Repin();
    const v1::AssessmentKey key =
        fixture_.KeyOf(UsccNumber(Random(kEnterprises)), CampaignNumber(Random(kPinned + kAlways)));
    if (submissions_.count(NameOf(key)) == 0) {
      Open(key);
    } else if (act == 2) {
      Rebase(key);
    }
    const auto draft = SeeDraft(key);
    ASSERT_OK(draft);
    if (act < 7) {
      ASSERT_OK(fixture_.Fill(*draft, Random(2) == 0 ? 0 : 3));
    } else if (draft->missing() + draft->to_confirm() == 0) {
      Submit(key, *draft);
    }
  }

  absl::StatusOr<v1::Assessment> SeeDraft(const v1::AssessmentKey& key) {
    auto draft = fixture_.Get(key);
    if (!draft.ok()) return draft;
    nlohmann::json changes = nlohmann::json::array();
    for (const v1::ReleaseChange& change : draft->release_changes()) {
      changes.push_back({change.from_digest(), change.to_digest()});
    }
    history_.Add({{"kind", "draft"},
                  {"assessment", NameOf(key)},
                  {"release", draft->release_digest()},
                  {"changes", changes}});
    return draft;
  }
  // With what the engine makes of it under the release that it names.
  void SeeSubmission(const v1::SubmissionKey& key) {
    const auto record = service_.store().FindSubmission(absl::Now() + absl::Seconds(20), key);
    ASSERT_OK(record);
    if (!record->has_value()) return;
    const v1::Submission& now = (*record)->submission();
    const criteria::Criteria& criteria = CriteriaOf(now.content().release_digest());
    criteria::FactList facts;
    const auto input = criteria::ReadInput(criteria, now.content().answers(), facts);
    ASSERT_OK(input);
    criteria::Tally tally = criteria.NewTally();
    ASSERT_TRUE(criteria::Score(criteria, input->answers, input->facts, tally));
    const auto scored = criteria::MakeResult(criteria, tally, /*texts=*/false);
    history_.Add({{"kind", "submission"},
                  {"assessment", NameOf(AssessmentOf(key))},
                  {"number", key.number()},
                  {"release", now.content().release_digest()},
                  {"receipt", now.receipt_no()},
                  {"content", ContentOf(now)},
                  {"result", DigestOf(now.content().result())},
                  {"scored", DigestOf(scored)}});
  }
  void SeeEverything() {
    for (const auto& [name, assessment] : submissions_) {
      ASSERT_OK(SeeDraft(assessment.first));
      for (const v1::SubmissionKey& key : assessment.second) SeeSubmission(key);
    }
    history_.Add({{"kind", "reading"}});
  }
  nlohmann::json Judge() {
    const auto verdict = history_.Judge("judge_releases.py");
    EXPECT_OK(verdict);
    return verdict.value_or(nlohmann::json{{"findings", {{"none", 1}}}});
  }

  // Changes a result in place, and moves its draft without a word.
  void Tamper(const v1::SubmissionKey& key) {
    const absl::Time deadline = absl::Now() + absl::Seconds(20);
    ASSERT_OK(service_.store().Change(deadline, [&](StoreTransaction& transaction) -> absl::Status {
      auto record = transaction.SubmissionsOf(AssessmentOf(key));
      RETURN_IF_ERROR(record.status());
      v1::SubmissionRecord changed = record->front();
      auto& result = *changed.mutable_submission()->mutable_content()->mutable_result();
      auto& condition = *result.mutable_tiers()->rbegin()->mutable_conditions(0);
      condition.set_threshold(condition.threshold() + 1);
      RETURN_IF_ERROR(transaction.SaveSubmission(changed));
      auto draft = transaction.FindAssessment(AssessmentOf(key));
      RETURN_IF_ERROR(draft.status());
      v1::AssessmentRecord moved = **draft;
      auto& change = *moved.mutable_assessment()->add_release_changes();
      change.set_from_digest("sha256:x");
      change.set_to_digest("sha256:y");
      return transaction.SaveAssessment(moved);
    }));
  }

  AssessmentUnderTest service_{sql::NewSetting(GetParam())};
  Fixture fixture_{service_};
  History history_;
  std::mt19937 random_;
  // By campaign.
  std::map<std::string, std::string> pinned_;
  // By the assessment's name.
  std::map<std::string, std::pair<v1::AssessmentKey, std::vector<v1::SubmissionKey>>> submissions_;
};

TEST_P(KeptReleasesTest, UntilARecordedChangeAndNoResultChangesInPlace) {
  Begin();
  for (int i = 0; i < kActs && !HasFailure(); ++i) {
    Act();
    if (i % kActsBetween == kActsBetween - 1) SeeEverything();
  }
  const nlohmann::json verdict = Judge();
  ASSERT_EQ(FindingsOf(verdict), 0) << verdict.dump(1);
  EXPECT_GT(verdict["acts"]["submitted"], kActs / 10);
  EXPECT_GT(verdict["acts"]["repin"], kActs / 100);
  EXPECT_GT(verdict["acts"]["rebase"], kActs / 100);

  // The control: what is changed in place, and what moves unrecorded, is noticed.
  Tamper(submissions_.begin()->second.second.front());
  SeeEverything();
  const nlohmann::json tampered = Judge();
  for (const char* finding : {"changed", "result", "unrecorded"}) {
    EXPECT_EQ(tampered["findings"][finding], 1) << finding;
  }
}

ON_BOTH_DATABASES(KeptReleasesTest);

}  // namespace
}  // namespace zhiping::assessment
