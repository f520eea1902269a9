// Whose answers are carried over, and by whom: an enterprise that names another one as its
// predecessor gets that one's. Over gRPC on both databases.
#include "absl/strings/str_replace.h"
#include "tests/integration/assessment/audit_entries.h"

namespace zhiping::assessment {
namespace {

using testing::ElementsAre;

// Beside kPlatform, which is enrolled for kUscc.
const CallerOf kOther = {"other-platform", {"platform"}};

class PredecessorsTest : public testing::TestWithParam<sql::Engine> {
 protected:
  PredecessorsTest() {
    v1::Enterprise taken_over = NewEnterprise();
    taken_over.set_review_unit("suzhou-gusu");
    EXPECT_OK(fixture_.Register(taken_over));
    EXPECT_OK(fixture_.Create(NewCampaign(service_.criteria())));
    EXPECT_OK(fixture_.Create(NewCampaign(service_.criteria(), v1::ReviewPolicy::ALL, "next")));
    const auto submitted = fixture_.SubmitNew(fixture_.KeyOf());
    EXPECT_OK(submitted);
    if (submitted.ok()) from_ = submitted->submission().key();
  }

  absl::StatusOr<v1::RegisterEnterpriseResponse> Register(const CallerOf& caller,
                                                          const v1::Enterprise& enterprise) {
    v1::RegisterEnterpriseRequest request;
    *request.mutable_enterprise() = enterprise;
    request.set_request_id(NewRequestId());
    return service_.As(caller, &EnterpriseStub::RegisterEnterprise, request);
  }
  absl::StatusOr<v1::UpdateEnterpriseResponse> SetPredecessor(const CallerOf& caller,
                                                              const std::string& predecessor) {
    v1::GetEnterpriseRequest get;
    get.set_uscc(successor_);
    const auto present = service_.As(caller, &EnterpriseStub::GetEnterprise, get);
    if (!present.ok()) return present.status();
    v1::UpdateEnterpriseRequest request;
    request.mutable_enterprise()->set_uscc(successor_);
    request.mutable_enterprise()->set_etag(present->enterprise().etag());
    request.mutable_enterprise()->set_predecessor(predecessor);
    request.mutable_update_mask()->add_paths("predecessor");
    return service_.As(caller, &EnterpriseStub::UpdateEnterprise, request);
  }
  absl::StatusOr<v1::ImportedRow> Import(const CallerOf& caller, const std::string& predecessor,
                                         bool validate_only = false) {
    v1::ImportEnterprisesRequest request;
    *request.add_enterprises() = NewEnterprise(successor_);
    request.mutable_enterprises(0)->set_predecessor(predecessor);
    request.set_validate_only(validate_only);
    const auto imported = service_.As(caller, &EnterpriseStub::ImportEnterprises, request);
    if (!imported.ok()) return imported.status();
    return imported->rows(0);
  }
  // Of the successor.
  absl::Status RequestPredecessor(const std::string& predecessor) {
    v1::RequestChangeRequest request;
    request.set_uscc(successor_);
    request.mutable_proposed()->set_predecessor(predecessor);
    request.mutable_fields()->add_paths("predecessor");
    request.set_reason("吸收合并");
    request.set_request_id(NewRequestId());
    return service_.As(fixture_.EnterpriseOf(successor_), &EnterpriseStub::RequestChange, request)
        .status();
  }
  absl::StatusOr<v1::AcceptChangeResponse> Accept(const std::string& unit, int number) {
    v1::AcceptChangeRequest request;
    request.set_uscc(successor_);
    request.set_number(number);
    request.set_request_id(NewRequestId());
    return service_.As(ReviewerOf(unit), &EnterpriseStub::AcceptChange, request);
  }
  // The successor's assessment, from the predecessor's submission, or its draft for 0.
  absl::StatusOr<v1::Assessment> CarryOver(const CallerOf& caller, int number) {
    v1::CreateAssessmentRequest request;
    *request.mutable_key() = fixture_.KeyOf(successor_);
    *request.mutable_carry_over() = from_;
    request.mutable_carry_over()->set_number(number);
    request.set_request_id(NewRequestId());
    const auto created = service_.As(caller, &AssessmentStub::CreateAssessment, request);
    if (!created.ok()) return created.status();
    return created->assessment();
  }
  // What an error says, but for the USCC.
  static std::string Said(const absl::Status& status, const std::string& uscc) {
    return absl::StrReplaceAll(absl::StrCat(status.message(), DetailOf(status).DebugString()),
                               {{uscc, "USCC"}});
  }

  AssessmentUnderTest service_{sql::NewSetting(GetParam())};
  Fixture fixture_{service_};
  const std::string successor_ = UsccNumber(1);
  const std::string unregistered_ = UsccNumber(2);
  v1::SubmissionKey from_;
};

TEST_P(PredecessorsTest, APlatformNamesOnlyOneThatItIsEnrolledFor) {
  v1::Enterprise enterprise = NewEnterprise(successor_);
  enterprise.set_predecessor(kUscc);
  const auto registered = Register(kOther, enterprise);
  EXPECT_THAT(registered, IsRefused("enterprise.predecessor", Reason::ENTERPRISE_NOT_FOUND));
  // Which tells nothing of what is there.
  enterprise.set_predecessor(unregistered_);
  EXPECT_EQ(Said(registered.status(), kUscc),
            Said(Register(kOther, enterprise).status(), unregistered_));
  for (const bool validate_only : {true, false}) {
    for (const std::string& predecessor : {std::string(kUscc), unregistered_}) {
      const auto row = Import(kOther, predecessor, validate_only);
      ASSERT_OK(row);
      EXPECT_EQ(row->outcome(), v1::ImportedRow::REFUSED);
      ASSERT_EQ(row->violations_size(), 1);
      EXPECT_EQ(row->violations(0).field(), "predecessor");
      EXPECT_EQ(row->violations(0).reason(), "ENTERPRISE_NOT_FOUND");
    }
  }
  enterprise.clear_predecessor();
  ASSERT_OK(Register(kOther, enterprise));
  const auto updated = SetPredecessor(kOther, kUscc);
  EXPECT_THAT(updated, IsRefused("enterprise.predecessor", Reason::ENTERPRISE_NOT_FOUND));
  EXPECT_EQ(Said(updated.status(), kUscc),
            Said(SetPredecessor(kOther, unregistered_).status(), unregistered_));
  EXPECT_EQ(Import(kOther, kUscc)->outcome(), v1::ImportedRow::REFUSED);
  for (const int number : {0, 1}) {
    EXPECT_THAT(CarryOver(kOther, number), IsRefused("", Reason::NOTHING_TO_CARRY));
    EXPECT_THAT(CarryOver(fixture_.EnterpriseOf(successor_), number),
                IsRefused("", Reason::NOTHING_TO_CARRY));
  }
}

TEST_P(PredecessorsTest, APlatformOfTheSuccessorAloneGetsNothingOfThePredecessor) {
  ASSERT_OK(Register(kOther, NewEnterprise(successor_)));
  ASSERT_OK(SetPredecessor(kOfficer, kUscc));
  // As if it were not there.
  const auto refused = CarryOver(kOther, 1);
  EXPECT_THAT(refused, IsRefused("", Reason::NOTHING_TO_CARRY));
  from_.set_campaign("another");
  const auto absent = CarryOver(kOther, 1);
  EXPECT_EQ(absl::StrReplaceAll(Said(absent.status(), kUscc), {{"another", kCampaign2026}}),
            Said(refused.status(), kUscc));
  from_.set_campaign(kCampaign2026);
  EXPECT_THAT(CarryOver(kOther, 0), IsRefused("", Reason::NOTHING_TO_CARRY));
  // What others have set stays, whatever else the platform changes.
  EXPECT_EQ(Import(kOther, kUscc)->outcome(), v1::ImportedRow::UNCHANGED);
  // The enterprise itself took it over.
  const auto carried = CarryOver(fixture_.EnterpriseOf(successor_), 1);
  ASSERT_OK(carried);
  EXPECT_EQ(carried->answered(), 33);
}

TEST_P(PredecessorsTest, APlatformThatIsEnrolledForBothCarriesOver) {
  ASSERT_OK(Register(kPlatform, NewEnterprise(successor_)));
  ASSERT_OK(SetPredecessor(kPlatform, kUscc));
  const auto carried = CarryOver(kPlatform, 1);
  ASSERT_OK(carried);
  EXPECT_EQ(carried->answered(), 33);
}

TEST_P(PredecessorsTest, ARequestedOneIsAcceptedByAUnitAboveBoth) {
  ASSERT_OK(Register(kOther, NewEnterprise(successor_)));
  // Nobody learns by a request whether it is there.
  ASSERT_OK(RequestPredecessor(unregistered_));
  const auto absent = Accept("nanjing-gulou", 1);
  ASSERT_OK(RequestPredecessor(kUscc));
  for (const char* unit : {"nanjing-gulou", "nanjing"}) {
    const auto refused = Accept(unit, 2);
    EXPECT_THAT(refused, IsRefused("proposed.predecessor", Reason::ENTERPRISE_NOT_FOUND)) << unit;
    EXPECT_EQ(Said(refused.status(), kUscc), Said(absent.status(), unregistered_));
  }
  EXPECT_THAT(CarryOver(fixture_.EnterpriseOf(successor_), 1),
              IsRefused("", Reason::NOTHING_TO_CARRY));
  const auto accepted = Accept("jiangsu", 2);
  ASSERT_OK(accepted);
  EXPECT_EQ(accepted->enterprise().predecessor(), kUscc);
  EXPECT_OK(CarryOver(fixture_.EnterpriseOf(successor_), 1));
}

// Circles among what others have set are not told of.
TEST_P(PredecessorsTest, NothingIsToldOfTheParentsOfOthers) {
  v1::Enterprise below = NewEnterprise(unregistered_);
  below.set_parent_uscc(successor_);
  ASSERT_OK(Register(kPlatform, below));
  v1::Enterprise enterprise = NewEnterprise(successor_);
  enterprise.set_parent_uscc(unregistered_);
  EXPECT_OK(Register(kOther, enterprise));
  // The province sees both.
  ASSERT_OK(Register(kOther, NewEnterprise(UsccNumber(3))));
  v1::ImportEnterprisesRequest import;
  *import.add_enterprises() = NewEnterprise(UsccNumber(3));
  import.mutable_enterprises(0)->set_parent_uscc(successor_);
  ASSERT_EQ(service_.As(kOfficer, &EnterpriseStub::ImportEnterprises, import)->rows(0).outcome(),
            v1::ImportedRow::CHANGED);
  import.mutable_enterprises(0)->set_uscc(successor_);
  import.mutable_enterprises(0)->set_parent_uscc(UsccNumber(3));
  const auto circle = service_.As(kOfficer, &EnterpriseStub::ImportEnterprises, import);
  ASSERT_OK(circle);
  ASSERT_EQ(circle->rows(0).violations_size(), 1);
  EXPECT_EQ(circle->rows(0).violations(0).reason(), "RELATION_CIRCLE");
}

// What somebody filled in is still theirs when somebody else carries it over.
TEST_P(PredecessorsTest, WhoFilledInWhatIsCarriedOverDoesNotDecideAboutIt) {
  const CallerOf director = {"director", {"enterprise"}, kUscc};
  const CallerOf filler = {fixture_.EnterpriseOf().subject, {"reviewer"}, "", "suzhou-gusu"};
  for (const int number : {0, 1}) {
    const std::string campaign = absl::StrCat("after-", number);
    ASSERT_OK(fixture_.Create(NewCampaign(service_.criteria(), v1::ReviewPolicy::ALL, campaign)));
    v1::CreateAssessmentRequest create;
    *create.mutable_key() = fixture_.KeyOf(kUscc, campaign);
    *create.mutable_carry_over() = from_;
    create.mutable_carry_over()->set_number(number);
    create.set_request_id(NewRequestId());
    const auto opened = service_.As(director, &AssessmentStub::CreateAssessment, create);
    ASSERT_OK(opened);
    const v1::Assessment& draft = opened->assessment();
    const auto submitted = service_.As(director, &AssessmentStub::Submit,
                                       fixture_.Submission(draft.key(), draft.etag()));
    ASSERT_OK(submitted);
    EXPECT_THAT(fixture_.Take(filler, submitted->submission().key()),
                IsRefused("", Reason::SAME_PERSON))
        << number;
    EXPECT_OK(fixture_.Take(ReviewerOf("suzhou-gusu"), submitted->submission().key()));
  }
}

// A request that is open is for the unit that receives the enterprise, not for the one of its day.
TEST_P(PredecessorsTest, WhatIsRequestedGoesAlongWithTheEnterprise) {
  const auto request = [&](const v1::Enterprise& proposed, const std::string& field) {
    v1::RequestChangeRequest change;
    change.set_uscc(kUscc);
    *change.mutable_proposed() = proposed;
    change.mutable_fields()->add_paths(field);
    change.set_reason("变更");
    change.set_request_id(NewRequestId());
    return service_.As(fixture_.EnterpriseOf(), &EnterpriseStub::RequestChange, change).status();
  };
  const auto move = [&](const std::string& unit) {
    v1::ImportEnterprisesRequest import;
    import.add_enterprises()->set_uscc(kUscc);
    import.mutable_enterprises(0)->set_review_unit(unit);
    const auto imported = service_.As(kPlatform, &EnterpriseStub::ImportEnterprises, import);
    return imported.ok() ? imported->rows(0).outcome() : v1::ImportedRow::REFUSED;
  };
  // `1 OPEN`, in order.
  const auto listed = [&](const std::string& unit) {
    v1::ListChangeRequestsRequest list;
    list.set_uscc(kUscc);
    const auto changes = service_.As(ReviewerOf(unit), &EnterpriseStub::ListChangeRequests, list);
    EXPECT_OK(changes);
    std::vector<std::string> texts;
    for (const v1::ChangeRequest& change : changes->change_requests()) {
      EXPECT_EQ(change.unit(), unit);
      texts.push_back(
          absl::StrCat(change.number(), " ", v1::ChangeRequest::State_Name(change.state())));
    }
    return texts;
  };
  const auto accept = [&](const std::string& unit, int number) {
    v1::AcceptChangeRequest acceptance;
    acceptance.set_uscc(kUscc);
    acceptance.set_number(number);
    acceptance.set_request_id(NewRequestId());
    return service_.As(ReviewerOf(unit), &EnterpriseStub::AcceptChange, acceptance);
  };
  v1::Enterprise proposed;
  proposed.set_name("更名后的公司");
  ASSERT_OK(request(proposed, "name"));
  EXPECT_THAT(listed("suzhou-gusu"), ElementsAre("1 OPEN"));
  ASSERT_EQ(move("nanjing-gulou"), v1::ImportedRow::CHANGED);
  EXPECT_THAT(listed("suzhou-gusu"), testing::IsEmpty());
  EXPECT_THAT(listed("nanjing-gulou"), ElementsAre("1 OPEN"));
  v1::DeclineChangeRequest decline;
  decline.set_uscc(kUscc);
  decline.set_number(1);
  decline.set_note("不");
  decline.set_request_id(NewRequestId());
  EXPECT_THAT(service_.As(ReviewerOf("suzhou-gusu"), &EnterpriseStub::DeclineChange, decline),
              IsRefused("", Reason::CHANGE_NOT_FOUND));
  EXPECT_THAT(accept("suzhou-gusu", 1), IsRefused("", Reason::CHANGE_NOT_FOUND));
  ASSERT_OK(accept("nanjing-gulou", 1));
  // What was decided stays with whoever decided it.
  ASSERT_EQ(move("suzhou-gusu"), v1::ImportedRow::CHANGED);
  EXPECT_THAT(listed("nanjing-gulou"), ElementsAre("1 ACCEPTED"));
  // Asked of a unit, it is that one's, wherever the enterprise is meanwhile.
  proposed.set_review_unit("xuzhou-gulou");
  ASSERT_OK(request(proposed, "review_unit"));
  ASSERT_EQ(move("nanjing-xuanwu"), v1::ImportedRow::CHANGED);
  EXPECT_THAT(listed("xuzhou-gulou"), ElementsAre("2 OPEN"));
  EXPECT_THAT(listed("nanjing-xuanwu"), testing::IsEmpty());
}

ON_BOTH_DATABASES(PredecessorsTest);

}  // namespace
}  // namespace zhiping::assessment
