// P4 on both databases: an assessment keeps its release until a recorded change, and no result
// changes in place, in whatever order releases are put in force and rolled back, campaigns are
// repinned, and assessments are opened, filled in, rebased and submitted. ZHIPING_SEED replays a
// run.
#include <cstdlib>
#include <iostream>
#include <map>
#include <random>

#include "common/criteria/answers.h"
#include "common/criteria/result.h"
#include "common/criteria/score.h"
#include "tests/integration/assessment/assessment_under_test.h"

namespace zhiping::assessment {
namespace {

constexpr int kEnterprises = 6;
constexpr int kActs = 250;
constexpr char kAlways[] = "always";

// What was seen of one assessment.
struct Known {
  // The release that it has to have.
  std::string digest;
  // Every submission's content, standing, receipt number and receipt, as Submit answered.
  std::vector<v1::SubmitResponse> submitted;
};

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
    ASSERT_OK(fixture_.Create(NewCampaign(service_.criteria(), v1::ReviewPolicy::NONE)));
    v1::Campaign always = NewCampaign(service_.criteria(), v1::ReviewPolicy::NONE, kAlways);
    always.clear_closes_at();
    always.clear_release_digest();
    ASSERT_OK(fixture_.Create(always));
    pinned_ = in_force_ = service_.criteria().digest();
  }

  v1::AssessmentKey RandomKey() {
    return fixture_.KeyOf(UsccNumber(Random(kEnterprises)),
                          Random(2) == 0 ? kCampaign2026 : kAlways);
  }
  Known* Find(const v1::AssessmentKey& key) {
    const auto found = known_.find(key.SerializeAsString());
    return found == known_.end() ? nullptr : &found->second;
  }
  const criteria::Criteria& CriteriaOf(const std::string& digest) {
    return digest == service_.second().digest() ? service_.second() : service_.criteria();
  }

  // Publication, or rollback.
  void PutInForce() {
    const int number = Random(2);
    service_.releases().PutInForce(number);
    in_force_ = number == 0 ? service_.criteria().digest() : service_.second().digest();
  }
  // By two people, who record it.
  void Repin() {
    const std::string other = pinned_ == service_.criteria().digest()
                                  ? service_.second().digest()
                                  : service_.criteria().digest();
    v1::RepinCampaignRequest ask;
    ask.set_campaign(kCampaign2026);
    ask.set_release_digest(other);
    ask.set_reason("规则说明有误");
    ask.set_request_id(NewRequestId());
    ASSERT_OK(service_.As(kOfficer, &CampaignStub::RepinCampaign, ask));
    if (Random(3) == 0) return;
    v1::ApproveRepinRequest approve;
    approve.set_campaign(kCampaign2026);
    approve.set_release_digest(other);
    approve.set_request_id(NewRequestId());
    const CallerOf colleague = {"colleague", {"campaign-officer"}};
    ASSERT_OK(service_.As(colleague, &CampaignStub::ApproveRepin, approve));
    pinned_ = other;
    for (auto& [name, known] : known_) {
      v1::AssessmentKey key;
      key.ParseFromString(name);
      if (key.campaign() == kCampaign2026) known.digest = other;
    }
  }
  void Open(const v1::AssessmentKey& key) {
    const auto opened = fixture_.Open(key);
    ASSERT_OK(opened);
    Known& known = known_[key.SerializeAsString()];
    known.digest = key.campaign() == kAlways ? in_force_ : pinned_;
  }
  void Answer(const v1::AssessmentKey& key) {
    const auto draft = fixture_.Get(key);
    ASSERT_OK(draft);
    ASSERT_OK(fixture_.Fill(*draft, Random(2) == 0 ? 0 : 3));
  }
  void Rebase(const v1::AssessmentKey& key, Known& known) {
    v1::RebaseRequest request;
    *request.mutable_key() = key;
    request.set_etag(fixture_.Get(key)->etag());
    request.set_request_id(NewRequestId());
    const auto rebased =
        service_.As(fixture_.EnterpriseOf(key.enterprise()), &AssessmentStub::Rebase, request);
    ASSERT_OK(rebased);
    // A campaign that pins a release is not left by one enterprise.
    if (key.campaign() == kAlways) known.digest = in_force_;
  }
  void Submit(const v1::AssessmentKey& key, Known& known) {
    const auto draft = fixture_.Get(key);
    ASSERT_OK(draft);
    if (draft->missing() + draft->to_confirm() > 0) return;
    const auto submitted = fixture_.Submit(fixture_.Submission(key, draft->etag()));
    ASSERT_OK(submitted);
    EXPECT_EQ(submitted->submission().content().release_digest(), known.digest);
    known.submitted.push_back(*submitted);
  }

  void Act() {
    const int act = Random(12);
    if (act == 0) return PutInForce();
    if (act == 1) return Repin();
    const v1::AssessmentKey key = RandomKey();
    Known* const known = Find(key);
    if (known == nullptr) return Open(key);
    if (act == 2) return Rebase(key, *known);
    if (act < 7) return Answer(key);
    Submit(key, *known);
  }

  // The draft has the release that it has to have, and has said how it came there.
  void JudgeDraft(const v1::AssessmentKey& key, const Known& known) {
    const auto draft = fixture_.Get(key);
    ASSERT_OK(draft);
    if (draft->release_digest() != known.digest) Fault(key, "another release");
    const auto& changes = draft->release_changes();
    for (int i = 0; i < changes.size(); ++i) {
      const bool follows = i == 0 || changes[i].from_digest() == changes[i - 1].to_digest();
      if (!follows) Fault(key, "a change of release that was not recorded");
    }
    if (!changes.empty() && changes.rbegin()->to_digest() != draft->release_digest()) {
      Fault(key, "the last change of release was not recorded");
    }
  }
  // What was submitted is as it was, and is what the engine makes of it under the named release.
  void JudgeSubmission(const v1::AssessmentKey& key, const v1::SubmitResponse& submitted) {
    const v1::Submission& then = submitted.submission();
    const auto record =
        service_.store().FindSubmission(absl::Now() + absl::Seconds(20), then.key());
    ASSERT_OK(record);
    if (!record->has_value()) return Fault(key, "a submission is gone");
    const v1::Submission& now = (*record)->submission();
    if (now.content().SerializeAsString() != then.content().SerializeAsString() ||
        now.receipt_no() != then.receipt_no()) {
      Fault(key, "a submission was changed");
    }
    const criteria::Criteria& criteria = CriteriaOf(now.content().release_digest());
    criteria::FactList facts;
    const auto input = criteria::ReadInput(criteria, now.content().answers(), facts);
    ASSERT_OK(input);
    criteria::Tally tally = criteria.NewTally();
    ASSERT_TRUE(criteria::Score(criteria, input->answers, input->facts, tally));
    const auto result = criteria::MakeResult(criteria, tally, /*texts=*/false);
    if (result.index().SerializeAsString() != now.content().result().index().SerializeAsString()) {
      Fault(key, "a result is not that of its release");
    }
  }
  // How many faults there are.
  int Judge() {
    faults_ = 0;
    for (const auto& [name, known] : known_) {
      v1::AssessmentKey key;
      key.ParseFromString(name);
      JudgeDraft(key, known);
      for (const auto& submitted : known.submitted) JudgeSubmission(key, submitted);
    }
    return faults_;
  }
  void Fault(const v1::AssessmentKey& key, const char* what) {
    ++faults_;
    std::cout << NameOf(key) << ": " << what << "\n";
  }

  AssessmentUnderTest service_{sql::NewSetting(GetParam())};
  Fixture fixture_{service_};
  std::mt19937 random_;
  std::string pinned_, in_force_;
  std::map<std::string, Known> known_;
  int faults_ = 0;
};

TEST_P(KeptReleasesTest, UntilARecordedChangeAndNoResultChangesInPlace) {
  Begin();
  int submitted = 0;
  for (int i = 0; i < kActs && !HasFailure(); ++i) {
    Act();
    if (i % 10 != 9) continue;
    ASSERT_EQ(Judge(), 0) << "after act " << i;
  }
  ASSERT_EQ(Judge(), 0);
  for (const auto& [name, known] : known_) submitted += static_cast<int>(known.submitted.size());
  EXPECT_GT(submitted, kActs / 10);

  // The control: a result that is changed in place, and a draft that moves unrecorded, are noticed.
  for (const auto& [name, known] : known_) {
    if (known.submitted.empty()) continue;
    const auto& key = known.submitted.front().submission().key();
    const absl::Time deadline = absl::Now() + absl::Seconds(20);
    ASSERT_OK(service_.store().Change(deadline, [&](StoreTransaction& transaction) -> absl::Status {
      auto record = transaction.SubmissionsOf(AssessmentOf(key));
      RETURN_IF_ERROR(record.status());
      v1::SubmissionRecord changed = record->front();
      changed.mutable_submission()->mutable_content()->mutable_result()->clear_index();
      RETURN_IF_ERROR(transaction.SaveSubmission(changed));
      auto draft = transaction.FindAssessment(AssessmentOf(key));
      RETURN_IF_ERROR(draft.status());
      v1::AssessmentRecord moved = **draft;
      auto& change = *moved.mutable_assessment()->add_release_changes();
      change.set_from_digest("sha256:x");
      change.set_to_digest("sha256:y");
      return transaction.SaveAssessment(moved);
    }));
    break;
  }
  EXPECT_GE(Judge(), 3);
}

ON_BOTH_DATABASES(KeptReleasesTest);

}  // namespace
}  // namespace zhiping::assessment
