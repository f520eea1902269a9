// The province closes an assessment and reopens it: what becomes of the draft, of its submissions
// and of requests, and who learns of it. Over gRPC on both databases.
#include "tests/integration/assessment/audit_entries.h"

namespace zhiping::assessment {
namespace {

using testing::AllOf;
using testing::Contains;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::Not;

constexpr char kWhy[] = "企业已被列入注销公告";

class ClosingTest : public testing::TestWithParam<sql::Engine> {
 protected:
  AssessmentUnderTest service_{sql::NewSetting(GetParam())};
  Fixture fixture_{service_};
  const CallerOf enterprise_ = fixture_.EnterpriseOf();
  const v1::AssessmentKey key_ = fixture_.KeyOf();
  std::string etag_;

  // A draft that is filled in.
  void SetUp() override {
    ASSERT_OK(fixture_.Register());
    ASSERT_OK(fixture_.Create(NewCampaign(service_.criteria())));
    const auto draft = fixture_.Open(key_);
    ASSERT_OK(draft);
    const auto filled = fixture_.Fill(*draft);
    ASSERT_OK(filled);
    etag_ = filled->etag();
  }

  v1::CloseAssessmentRequest Closing(const std::string& reason = kWhy) const {
    v1::CloseAssessmentRequest request;
    *request.mutable_key() = key_;
    request.set_reason(reason);
    request.set_request_id(NewRequestId());
    return request;
  }
  auto Close(const v1::CloseAssessmentRequest& request, const CallerOf& caller = kOfficer) {
    return service_.As(caller, &AssessmentStub::CloseAssessment, request);
  }
  auto Reopen(const std::string& reason = "已恢复经营", const CallerOf& caller = kOfficer) {
    v1::ReopenAssessmentRequest request;
    *request.mutable_key() = key_;
    request.set_reason(reason);
    request.set_request_id(NewRequestId());
    return service_.As(caller, &AssessmentStub::ReopenAssessment, request);
  }
  absl::StatusOr<v1::ListAssessmentsResponse> List() {
    v1::ListAssessmentsRequest list;
    list.set_enterprise(kUscc);
    return service_.As(enterprise_, &AssessmentStub::ListAssessments, list);
  }
  template <typename Request>
  Request About(const v1::SubmissionKey& file, const std::string& etag) const {
    Request request;
    *request.mutable_submission() = file;
    request.set_etag(etag);
    request.set_reason("理由");
    request.set_request_id(NewRequestId());
    return request;
  }
};

// The texts of an error, as clients get them.
std::string Told(const absl::Status& status) {
  const auto message = DetailOf(status).message();
  return absl::StrCat(message.zh(), "\n", message.en());
}

TEST_P(ClosingTest, NothingInTheDraftIsChangedUntilItIsReopened) {
  const auto closed = Close(Closing());
  ASSERT_OK(closed);
  const std::string before = fixture_.Get(key_)->SerializeAsString();
  v1::SetFactsRequest facts;
  *facts.mutable_key() = key_;
  facts.add_facts()->set_fact(service_.criteria().rulebook().facts(0).name());
  facts.mutable_facts(0)->set_value("1");
  v1::RebaseRequest rebase;
  *rebase.mutable_key() = key_;
  rebase.set_etag(etag_);
  rebase.set_request_id(NewRequestId());
  v1::RemoveEvidenceRequest remove;
  *remove.mutable_key() = key_;
  remove.set_evidence(1);
  const absl::Status refused[] = {
      fixture_.Fill(*fixture_.Get(key_), 3).status(),
      service_.As(enterprise_, &AssessmentStub::SetFacts, facts).status(),
      service_.As(kPlatform, &AssessmentStub::SetFacts, facts).status(),
      fixture_.AddEvidence(key_, std::string(64, 'a')).status(),
      service_.As(enterprise_, &AssessmentStub::RemoveEvidence, remove).status(),
      service_.As(enterprise_, &AssessmentStub::Rebase, rebase).status(),
      fixture_.Submit(fixture_.Submission(key_, etag_)).status(),
      // Whatever else is wrong with it.
      fixture_.Submit(fixture_.Submission(key_, "0")).status(),
  };
  for (const absl::Status& status : refused) {
    EXPECT_THAT(status, IsRefused("", Reason::ASSESSMENT_CLOSED));
    EXPECT_THAT(Told(status), AllOf(HasSubstr(kWhy), HasSubstr("北京时间"), HasSubstr("申请恢复"),
                                    HasSubstr("ask the province"), Not(HasSubstr("某officer"))));
  }
  EXPECT_EQ(fixture_.Get(key_)->SerializeAsString(), before);
  const auto reopened = Reopen();
  ASSERT_OK(reopened);
  EXPECT_EQ(reopened->state(), v1::Assessment::OPEN);
  EXPECT_FALSE(fixture_.Get(key_)->has_closure());
  // It is the draft that was scored before.
  EXPECT_EQ(fixture_.Get(key_)->etag(), etag_);
  EXPECT_OK(fixture_.Submit(fixture_.Submission(key_, etag_)));
}

TEST_P(ClosingTest, TheEnterpriseSeesWhenAndWhyAndTheOfficerNothingOfTheDraft) {
  const auto closed = Close(Closing());
  ASSERT_OK(closed);
  EXPECT_EQ(closed->key().SerializeAsString(), key_.SerializeAsString());
  EXPECT_EQ(closed->state(), v1::Assessment::CLOSED);
  EXPECT_EQ(closed->closure().reason(), kWhy);
  const auto list = List();
  ASSERT_OK(list);
  for (const v1::Assessment& shown : {*fixture_.Get(key_), list->assessments(0)}) {
    EXPECT_EQ(shown.state(), v1::Assessment::CLOSED);
    EXPECT_EQ(shown.closure().SerializeAsString(), closed->closure().SerializeAsString());
    EXPECT_THAT(shown.SerializeAsString(), Not(HasSubstr("officer")));
  }
  v1::GetAssessmentRequest get;
  *get.mutable_key() = key_;
  EXPECT_THAT(service_.As(kOfficer, &AssessmentStub::GetAssessment, get),
              HasReason(Reason::ROLE_REQUIRED));
  // A long reason is clipped in errors, and they still say what to do.
  ASSERT_OK(Reopen());
  std::string longest;
  for (int i = 0; i < 500; ++i) absl::StrAppend(&longest, "因");
  ASSERT_OK(Close(Closing(longest)));
  const auto refused = fixture_.AddEvidence(key_, std::string(64, 'a'));
  EXPECT_THAT(refused, IsRefused("", Reason::ASSESSMENT_CLOSED));
  EXPECT_THAT(Told(refused.status()), AllOf(HasSubstr("申请恢复"), HasSubstr("to reopen it"),
                                            HasSubstr("因因"), Not(HasSubstr(longest))));
  EXPECT_EQ(fixture_.Get(key_)->closure().reason(), longest);
}

TEST_P(ClosingTest, SubmissionsThatExistGoOn) {
  const auto submitted = fixture_.Submit(fixture_.Submission(key_, etag_));
  ASSERT_OK(submitted);
  const v1::SubmissionKey& file = submitted->submission().key();
  ASSERT_OK(Close(Closing()));
  const CallerOf county = ReviewerOf("nanjing-gulou");
  const CallerOf city = ReviewerOf("nanjing");
  const auto taken = fixture_.Take(county, file);
  ASSERT_OK(taken);
  ASSERT_OK(service_.As(county, &ReviewStub::Approve,
                        About<v1::ApproveRequest>(file, taken->submission().standing().etag())));
  const auto at_city = fixture_.Take(city, file);
  ASSERT_OK(at_city);
  const auto returned = service_.As(
      city, &ReviewStub::ReturnToEnterprise,
      About<v1::ReturnToEnterpriseRequest>(file, at_city->submission().standing().etag()));
  ASSERT_OK(returned);
  // It may be objected to, and not handed in again.
  EXPECT_EQ(fixture_.Get(key_)->state(), v1::Assessment::CLOSED);
  EXPECT_THAT(fixture_.Submit(fixture_.Submission(key_, etag_)),
              HasReason(Reason::ASSESSMENT_CLOSED));
  ASSERT_OK(Reopen());
  ASSERT_OK(fixture_.Submit(fixture_.Submission(key_, etag_)));
  ASSERT_OK(Close(Closing()));
  v1::WithdrawRequest withdraw;
  *withdraw.mutable_submission() = file;
  withdraw.mutable_submission()->set_number(2);
  withdraw.set_reason("填错");
  withdraw.set_request_id(NewRequestId());
  const auto withdrawn = service_.As(enterprise_, &AssessmentStub::Withdraw, withdraw);
  ASSERT_OK(withdrawn);
  EXPECT_EQ(withdrawn->submission().standing().state(), v1::SubmissionState::WITHDRAWN);
  EXPECT_EQ(fixture_.Get(key_)->state(), v1::Assessment::CLOSED);
}

TEST_P(ClosingTest, ASubmitThatWasCarriedOutIsAnsweredAgainAndOneThatWasOnlyReceivedIsRefused) {
  const auto carried_out = fixture_.Submission(key_, etag_);
  const auto first = fixture_.Submit(carried_out);
  ASSERT_OK(first);
  v1::WithdrawRequest withdraw;
  *withdraw.mutable_submission() = first->submission().key();
  withdraw.set_reason("填错");
  withdraw.set_request_id(NewRequestId());
  ASSERT_OK(service_.As(enterprise_, &AssessmentStub::Withdraw, withdraw));
  service_.scoring().CloseNow();
  const auto received = fixture_.Submission(key_, etag_);
  EXPECT_THAT(fixture_.Submit(received), HasReason(Reason::SERVICE_UNREACHABLE));
  ASSERT_OK(Close(Closing()));
  // Also while scoring is away: nobody is told to try again what will be refused.
  EXPECT_THAT(fixture_.Submit(received), HasReason(Reason::ASSESSMENT_CLOSED));
  service_.scoring().OpenAgain();
  EXPECT_THAT(fixture_.Submit(received), HasReason(Reason::ASSESSMENT_CLOSED));
  const auto again = fixture_.Submit(carried_out);
  ASSERT_OK(again);
  EXPECT_EQ(again->SerializeAsString(), first->SerializeAsString());
  ASSERT_OK(Reopen());
  ASSERT_TRUE(processes::Eventually([&] {
    const auto late = fixture_.Submit(received);
    return late.ok() || DetailOf(late.status()).reason() != Reason::SERVICE_UNREACHABLE;
  }));
  EXPECT_OK(fixture_.Submit(received));
}

TEST_P(ClosingTest, EachIsDoneOnceAndOnlyByOfficersOfTheProgramme) {
  CallerOf elsewhere = kOfficer;
  elsewhere.programmes = {"another"};
  EXPECT_THAT(Close(Closing(), elsewhere), IsRefused("", Reason::ASSESSMENT_NOT_FOUND));
  EXPECT_THAT(Close(Closing(), enterprise_), HasReason(Reason::ROLE_REQUIRED));
  EXPECT_THAT(Reopen(), IsRefused("", Reason::WRONG_STATE));
  const auto request = Closing();
  const auto closed = Close(request);
  ASSERT_OK(closed);
  const auto head = service_.Head();
  const auto again = Close(request);
  ASSERT_OK(again);
  EXPECT_EQ(again->SerializeAsString(), closed->SerializeAsString());
  EXPECT_THAT(Close(Closing("另一个原因")), IsRefused("", Reason::ASSESSMENT_CLOSED));
  EXPECT_THAT(Reopen("恢复", elsewhere), IsRefused("", Reason::ASSESSMENT_NOT_FOUND));
  EXPECT_EQ(fixture_.Get(key_)->closure().reason(), kWhy);
  EXPECT_EQ(service_.Head(), head);
  v1::CloseAssessmentRequest absent = Closing();
  absent.mutable_key()->set_plant("nowhere");
  EXPECT_THAT(Close(absent), IsRefused("", Reason::ASSESSMENT_NOT_FOUND));
}

TEST_P(ClosingTest, ItIsAuditedWithItsReasonAndToldToTheEnterpriseWithoutAName) {
  ASSERT_OK(Close(Closing()));
  ASSERT_OK(Reopen("已恢复经营"));
  std::vector<std::string> acts;
  for (const AuditEntry& entry : AuditEntries(service_, AuditEntry::ADMINISTRATIVE)) {
    if (entry.subject().kind() != "assessment") continue;
    acts.push_back(absl::StrCat(MethodOf(entry), " ", entry.caller().subject(), " ",
                                entry.subject().id(), " ", entry.reason()));
  }
  const std::string name = absl::StrCat(kUscc, "/main/", kCampaign2026);
  EXPECT_THAT(acts, ElementsAre(absl::StrCat("CloseAssessment officer ", name, " ", kWhy),
                                absl::StrCat("ReopenAssessment officer ", name, " 已恢复经营")));
  v1::ListAccessesRequest list;
  list.set_enterprise(kUscc);
  const auto accesses = service_.As(enterprise_, &AssessmentStub::ListAccesses, list);
  ASSERT_OK(accesses);
  std::vector<std::string> told;
  for (const v1::FileAccess& access : accesses->accesses()) {
    told.push_back(absl::StrCat(access.method(), " ", access.role(), " ", access.file()));
  }
  EXPECT_THAT(told, testing::UnorderedElementsAre(
                        absl::StrCat("CloseAssessment campaign-officer ", name),
                        absl::StrCat("ReopenAssessment campaign-officer ", name)));
}

TEST_P(ClosingTest, ThePlatformLearnsOfItFromTheLogAndOthersDoNot) {
  v1::ListSubmissionChangesRequest read;
  ASSERT_OK(Close(Closing()));
  ASSERT_OK(Reopen());
  service_.Head();
  const auto page = service_.As(kPlatform, &FeedStub::ListSubmissionChanges, read);
  ASSERT_OK(page);
  std::vector<std::string> said;
  for (const v1::ChangeEntry& entry : page->entries()) {
    if (!entry.event().has_assessment_closure()) continue;
    const v1::AssessmentClosureChanged& changed = entry.event().assessment_closure();
    EXPECT_EQ(changed.key().SerializeAsString(), key_.SerializeAsString());
    EXPECT_EQ(changed.programme(), kProgramme);
    said.push_back(changed.has_closure() ? changed.closure().reason() : "reopened");
  }
  EXPECT_THAT(said, ElementsAre(kWhy, "reopened"));
  const auto others =
      service_.As(CallerOf{"other", {"platform"}}, &FeedStub::ListSubmissionChanges, read);
  ASSERT_OK(others);
  ASSERT_EQ(others->entries_size(), page->entries_size());
  for (const v1::ChangeEntry& entry : others->entries()) {
    EXPECT_FALSE(entry.event().has_assessment_closure());
    EXPECT_THAT(entry.SerializeAsString(), Not(HasSubstr(kWhy)));
  }
  // What is read of it is recorded.
  std::vector<std::string> read_files;
  for (const AuditEntry& entry : AuditEntries(service_, AuditEntry::ACCESS)) {
    if (MethodOf(entry) == "ListSubmissionChanges") read_files.push_back(entry.subject().id());
  }
  EXPECT_THAT(read_files, Contains(absl::StrCat(kUscc, "/main/", kCampaign2026)));
}

// What is closed does not follow its campaign by and by, and does when it is reopened.
TEST_P(ClosingTest, ARepinWaitsForAClosedDraft) {
  ASSERT_OK(Close(Closing()));
  v1::RepinCampaignRequest repin;
  repin.set_campaign(kCampaign2026);
  repin.set_release_digest(service_.second().digest());
  repin.set_reason("规则有误");
  repin.set_request_id(NewRequestId());
  ASSERT_OK(service_.As(kOfficer, &CampaignStub::RepinCampaign, repin));
  v1::ApproveRepinRequest approve;
  approve.set_campaign(kCampaign2026);
  approve.set_release_digest(service_.second().digest());
  approve.set_request_id(NewRequestId());
  ASSERT_OK(service_.As(CallerOf{"colleague", {"campaign-officer"}}, &CampaignStub::ApproveRepin,
                        approve));
  const absl::Time deadline = absl::Now() + absl::Seconds(20);
  const auto waiting = [&] {
    return service_.store().DraftsUnder(deadline, kCampaign2026, service_.criteria().digest(), 9);
  };
  EXPECT_TRUE(waiting()->empty());
  ASSERT_OK(Reopen());
  EXPECT_EQ((*service_.store().FindAssessment(deadline, key_))->assessment().release_digest(),
            service_.criteria().digest());
  EXPECT_EQ(waiting()->size(), 1u);
  EXPECT_EQ(fixture_.Get(key_)->release_digest(), service_.second().digest());
}

ON_BOTH_DATABASES(ClosingTest);

}  // namespace
}  // namespace zhiping::assessment
