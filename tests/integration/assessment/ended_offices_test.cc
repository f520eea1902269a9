// Offices that end, or come below another one, while files of theirs are under way: over gRPC on
// both databases.
#include "absl/strings/match.h"
#include "absl/strings/str_replace.h"
#include "tests/integration/assessment/assessment_under_test.h"

namespace zhiping::assessment {
namespace {

using testing::ElementsAre;
using testing::UnorderedElementsAre;
using v1::SubmissionState;

constexpr char kUnits[] = ZHIPING_SOURCE_DIR "/common/reference/data/review_units.tsv";

// The built-in units, but that wuxi-jiangyin has ended and wuxi-yixing is of changzhou.
std::string UnitsOfLater() {
  const std::string units = *ReadFile(kUnits, 1 << 20);
  const std::string later = absl::StrReplaceAll(
      units, {{"wuxi\t320281\t\t\n", "wuxi\t320281\t\t2020-01-01\n"},
              {"wuxi-yixing\t宜兴市\t\tcounty\twuxi\t320282\t\t\n",
               "wuxi-yixing\t宜兴市\t\tcounty\twuxi\t320282\t\t2020-01-01\n"
               "wuxi-yixing\t宜兴市\t\tcounty\tchangzhou\t320282\t2020-01-01\t\n"}});
  EXPECT_TRUE(absl::StrContains(later, "\t320281\t\t2020-01-01\n"));
  EXPECT_TRUE(absl::StrContains(later, "\tchangzhou\t320282\t2020-01-01\t"));
  const std::string path = processes::NewFolder() + "/units.tsv";
  EXPECT_OK(WriteFile(path, later, Overwrite::kNever));
  return path;
}

CallerOf Colleague(const std::string& unit, const std::string& name) {
  return {name, {"reviewer", "unit-head"}, "", unit};
}

class EndedOfficesTest : public testing::TestWithParam<sql::Engine> {
 protected:
  EndedOfficesTest() : service_(std::make_unique<AssessmentUnderTest>(database_)) {
    v1::Campaign campaign = NewCampaign(service_->criteria());
    campaign.mutable_due_days()->set_county(5);
    campaign.mutable_due_days()->set_city(7);
    EXPECT_OK(Fixture(*service_).Create(campaign));
  }

  // From now on the units are those of later.
  void StartLater() {
    service_ = nullptr;
    service_ = std::make_unique<AssessmentUnderTest>(
        database_, rpc::TlsFiles(), AssessmentUnderTest::Callers::kHaveTokens,
        reference::ReferenceFiles{.regions = "", .review_units = UnitsOfLater()});
  }
  v1::SubmissionKey SubmitIn(const std::string& unit, int number) {
    Fixture fixture(*service_);
    v1::Enterprise enterprise = NewEnterprise(UsccNumber(number));
    enterprise.set_region("320281");
    enterprise.set_review_unit(unit);
    EXPECT_OK(fixture.Register(enterprise));
    const auto submitted = fixture.SubmitNew(fixture.KeyOf(enterprise.uscc()));
    EXPECT_OK(submitted);
    return submitted.ok() ? submitted->submission().key() : v1::SubmissionKey();
  }
  // The standing after a decision; the file is taken first.
  template <typename Request, typename Response>
  absl::StatusOr<v1::SubmissionStanding> Decide(
      const CallerOf& reviewer, const v1::SubmissionKey& key,
      grpc::Status (ReviewStub::*method)(grpc::ClientContext*, const Request&, Response*),
      Request request = Request()) {
    const auto taken = Fixture(*service_).Take(reviewer, key);
    if (!taken.ok()) return taken.status();
    *request.mutable_submission() = key;
    request.set_etag(taken->submission().standing().etag());
    request.set_reason("理由");
    request.set_request_id(NewRequestId());
    const auto decided = service_->As(reviewer, method, request);
    if (!decided.ok()) return decided.status();
    return decided->submission().standing();
  }
  auto Approve(const CallerOf& reviewer, const v1::SubmissionKey& key) {
    return Decide<v1::ApproveRequest>(reviewer, key, &ReviewStub::Approve);
  }
  template <typename Response>
  std::vector<std::string> Enterprises(const absl::StatusOr<Response>& listed) {
    EXPECT_OK(listed);
    std::vector<std::string> enterprises;
    if (!listed.ok()) return enterprises;
    EXPECT_EQ(listed->total_size(), listed->submissions_size());
    for (const auto& one : listed->submissions()) {
      enterprises.push_back(one.key().enterprise());
      EXPECT_EQ(one.has_due_at(), one.state() == SubmissionState::UNDER_REVIEW);
    }
    return enterprises;
  }
  std::vector<std::string> Queue(const CallerOf& reviewer, const std::string& unit,
                                 bool objections = false) {
    v1::ListQueueRequest request;
    request.set_unit(unit);
    request.set_objections(objections);
    return Enterprises(service_->As(reviewer, &ReviewStub::ListQueue, request));
  }
  absl::Status Get(const CallerOf& caller, const v1::SubmissionKey& key) {
    v1::GetSubmissionRequest request;
    *request.mutable_submission() = key;
    return service_->As(caller, &AssessmentStub::GetSubmission, request).status();
  }

  const std::string database_ = sql::NewSetting(GetParam());
  std::unique_ptr<AssessmentUnderTest> service_;
  const CallerOf city_ = Colleague("wuxi", "city"), city2_ = Colleague("wuxi", "city2");
  const CallerOf province_ = Colleague("jiangsu", "province");
};

TEST_P(EndedOfficesTest, ThoseAboveKeepItsFiles) {
  const v1::SubmissionKey file = SubmitIn("wuxi-jiangyin", 1);
  StartLater();
  for (const CallerOf& above : {city_, province_}) {
    EXPECT_OK(Get(above, file)) << above.subject;
    v1::GetReceiptRequest receipt;
    *receipt.mutable_submission() = file;
    EXPECT_OK(service_->As(above, &AssessmentStub::GetReceipt, receipt));
    v1::GetEnterpriseRequest get;
    get.set_uscc(UsccNumber(1));
    EXPECT_OK(service_->As(above, &EnterpriseStub::GetEnterprise, get));
    EXPECT_THAT(Enterprises(service_->As(above, &AssessmentStub::ListSubmissions,
                                         v1::ListSubmissionsRequest())),
                ElementsAre(UsccNumber(1)));
    v1::ListEnterprisesRequest list;
    for (const char* unit : {"", "wuxi-jiangyin", "wuxi"}) {
      list.set_review_unit(unit);
      const auto listed = service_->As(above, &EnterpriseStub::ListEnterprises, list);
      ASSERT_OK(listed);
      EXPECT_EQ(listed->total_size(), 1) << unit;
    }
  }
  // Its own tokens have ended with it.
  EXPECT_FALSE(Get(ReviewerOf("wuxi-jiangyin"), file).ok());
  EXPECT_FALSE(Fixture(*service_).Take(ReviewerOf("wuxi-jiangyin"), file).ok());
  EXPECT_THAT(Get(ReviewerOf("changzhou"), file), HasReason(Reason::SUBMISSION_NOT_FOUND));
}

TEST_P(EndedOfficesTest, TheCityActsForIt) {
  const v1::SubmissionKey at_county = SubmitIn("wuxi-jiangyin", 1);
  const v1::SubmissionKey at_city = SubmitIn("wuxi-jiangyin", 2);
  ASSERT_OK(Approve(ReviewerOf("wuxi-jiangyin"), at_city));
  StartLater();
  for (const char* unit : {"", "wuxi"}) {
    EXPECT_THAT(Queue(city_, unit), UnorderedElementsAre(UsccNumber(1), UsccNumber(2))) << unit;
  }
  EXPECT_THAT(Queue(city_, "wuxi-jiangyin"), ElementsAre(UsccNumber(1)));
  EXPECT_THAT(Queue(province_, "jiangsu"), testing::IsEmpty());
  EXPECT_THAT(Approve(province_, at_county), IsRefused("", Reason::WRONG_STAGE));

  const auto first = Approve(city_, at_county);
  ASSERT_OK(first);
  EXPECT_EQ(first->stage(), v1::Stage::CITY);
  EXPECT_EQ(first->assurance(), v1::Assurance::COUNTY_REVIEWED);
  EXPECT_EQ(first->decisions(0).stage(), v1::Stage::COUNTY);
  EXPECT_EQ(first->decisions(0).unit_name(), "无锡市");
  EXPECT_TRUE(first->has_due_at());
  EXPECT_THAT(Approve(city_, at_county), IsRefused("", Reason::SAME_PERSON));
  for (const v1::SubmissionKey& file : {at_county, at_city}) {
    const auto second = Approve(city2_, file);
    ASSERT_OK(second);
    EXPECT_EQ(second->stage(), v1::Stage::PROVINCE);
    EXPECT_EQ(second->assurance(), v1::Assurance::CITY_REVIEWED);
  }
}

TEST_P(EndedOfficesTest, ObjectionsAndChangesGoOn) {
  const v1::SubmissionKey file = SubmitIn("wuxi-jiangyin", 1);
  ASSERT_OK(Decide<v1::RejectRequest>(ReviewerOf("wuxi-jiangyin"), file, &ReviewStub::Reject));
  const CallerOf enterprise = Fixture(*service_).EnterpriseOf(UsccNumber(1));
  v1::RequestChangeRequest change;
  change.set_uscc(UsccNumber(1));
  change.mutable_proposed()->set_name("某新机械有限公司");
  change.mutable_fields()->add_paths("name");
  change.set_reason("更名");
  change.set_request_id(NewRequestId());
  ASSERT_OK(service_->As(enterprise, &EnterpriseStub::RequestChange, change));
  StartLater();

  v1::ObjectRequest object;
  *object.mutable_submission() = file;
  object.set_reason("我们有依据");
  object.set_request_id(NewRequestId());
  ASSERT_OK(service_->As(enterprise, &ReviewStub::Object, object));
  EXPECT_THAT(Queue(city_, "wuxi", /*objections=*/true), ElementsAre(UsccNumber(1)));
  v1::DecideObjectionRequest uphold;
  uphold.set_objection(1);
  uphold.set_upheld(true);
  const auto upheld = Decide(city_, file, &ReviewStub::DecideObjection, uphold);
  ASSERT_OK(upheld);
  // It is the turn of the office that has ended again.
  EXPECT_EQ(upheld->stage(), v1::Stage::COUNTY);
  EXPECT_TRUE(upheld->has_due_at());
  EXPECT_THAT(Queue(city_, "wuxi"), ElementsAre(UsccNumber(1)));
  EXPECT_OK(Approve(city2_, file));

  v1::ListChangeRequestsRequest open;
  open.set_open_only(true);
  const auto changes = service_->As(city_, &EnterpriseStub::ListChangeRequests, open);
  ASSERT_OK(changes);
  ASSERT_EQ(changes->change_requests_size(), 1);
  v1::AcceptChangeRequest accept;
  accept.set_uscc(UsccNumber(1));
  accept.set_number(1);
  accept.set_request_id(NewRequestId());
  EXPECT_OK(service_->As(city_, &EnterpriseStub::AcceptChange, accept));
}

TEST_P(EndedOfficesTest, WhoseTurnItIsDecidesAlsoWhenTheOfficeBelowWentToAnotherCity) {
  const v1::SubmissionKey file = SubmitIn("wuxi-yixing", 1);
  ASSERT_OK(Approve(ReviewerOf("wuxi-yixing"), file));
  StartLater();
  EXPECT_OK(Get(ReviewerOf("changzhou"), file));
  EXPECT_THAT(Queue(city_, ""), ElementsAre(UsccNumber(1)));
  const auto approved = Approve(city_, file);
  ASSERT_OK(approved);
  EXPECT_EQ(approved->stage(), v1::Stage::PROVINCE);
  // From now on it is not theirs any more.
  EXPECT_THAT(Fixture(*service_).Take(city_, file), HasReason(Reason::SUBMISSION_NOT_FOUND));
  EXPECT_OK(Approve(province_, file));
}

ON_BOTH_DATABASES(EndedOfficesTest);

}  // namespace
}  // namespace zhiping::assessment
