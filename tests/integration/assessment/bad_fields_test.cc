// Fields that are no codes, files, answers or names of anything: refused with their reason in both
// languages, and nothing is changed. Over gRPC on both databases.
#include <functional>

#include "tests/integration/assessment/bad_input.h"

namespace zhiping::assessment {
namespace {

using testing::AnyOf;

class BadFieldsTest : public BadInputTest {};

TEST_P(BadFieldsTest, CodesOfEnterprisesAreNeverGuessed) {
  const std::string before = Everything();
  const struct {
    const char* uscc;
    Reason::Value reason;
  } kCodes[] = {
      {"", Reason::FIELD_REQUIRED},
      {"9111000060003734I7", Reason::INVALID_USCC},
      {"911100006O00373417", Reason::INVALID_USCC},
      {"9111000060003734Z7", Reason::INVALID_USCC},
      {"91110000600037S417", Reason::INVALID_USCC},
      {"911100006000V73417", Reason::INVALID_USCC},
      {"911100006000i73417", Reason::INVALID_USCC},
      {"911100006000３73417Ｏ", Reason::INVALID_USCC},
      {"91110000600037341", Reason::INVALID_USCC},
      {"91110000600037341L0", Reason::INVALID_USCC},
      {"91110000600037341M", Reason::INVALID_USCC},
      {"9111000060003734\u202E1L", Reason::INVALID_USCC},
      {"9111000060003734\x07L", Reason::INVALID_USCC},
      {"911100006-0037341L", Reason::INVALID_USCC},
  };
  for (const auto& [uscc, reason] : kCodes) {
    EXPECT_THAT(Register(NewEnterprise(uscc)), IsRefused("enterprise.uscc", reason)) << uscc;
  }
  EXPECT_THAT(Register(NewEnterprise(std::string("91110000600037341\0", 18))),
              IsRefused("enterprise.uscc", Reason::INVALID_USCC));
  EXPECT_THAT(Register(NewEnterprise(std::string(1'000'000, '9'))),
              IsRefused("enterprise.uscc", Reason::INVALID_USCC));
  EXPECT_EQ(Everything(), before);
  // Lower case and full width are the same code.
  EXPECT_THAT(Register(NewEnterprise(" 91110000600037341l ")),
              IsRefused("", Reason::ENTERPRISE_EXISTS));
  EXPECT_THAT(Register(NewEnterprise("９１１１００００６０００３７３４１Ｌ")),
              IsRefused("", Reason::ENTERPRISE_EXISTS));
  EXPECT_EQ(Everything(), before);
}

TEST_P(BadFieldsTest, FieldsOfAnEnterpriseAreOfThisProvinceAndOfTheirKinds) {
  const std::string before = Everything();
  const struct {
    const char* field;
    Reason::Value reason;
    std::function<void(v1::Enterprise&)> change;
  } kCases[] = {
      {"enterprise.region", Reason::UNKNOWN_REGION, [](auto& e) { e.set_region("310106"); }},
      {"enterprise.region", Reason::UNKNOWN_REGION, [](auto& e) { e.set_region("３２０106"); }},
      {"enterprise.region", Reason::UNKNOWN_REGION, [](auto& e) { e.set_region("3201"); }},
      {"enterprise.region", Reason::FIELD_REQUIRED, [](auto& e) { e.clear_region(); }},
      {"enterprise.reviewUnit", Reason::UNKNOWN_REVIEW_UNIT,
       [](auto& e) { e.set_review_unit("shanghai"); }},
      {"enterprise.industryDivision", Reason::UNKNOWN_INDUSTRY,
       [](auto& e) { e.set_industry_division("01"); }},
      {"enterprise.size.employees", Reason::INVALID_FIELD,
       [](auto& e) { e.mutable_size()->set_employees(-1); }},
      {"enterprise.contact", Reason::INVALID_FIELD,
       [](auto& e) { e.mutable_contact()->set_phone("138****5678"); }},
      {"enterprise.parentUscc", Reason::INVALID_USCC,
       [](auto& e) { e.set_parent_uscc("91320100MA1000O00X"); }},
      {"enterprise.plants[0].plant", Reason::INVALID_FIELD,
       [](auto& e) { e.add_plants()->set_plant("../x"); }},
  };
  for (const auto& [field, reason, change] : kCases) {
    v1::Enterprise enterprise = NewEnterprise(UsccNumber(2));
    change(enterprise);
    EXPECT_THAT(Register(enterprise), IsRefused(field, reason));
    v1::Enterprise present = Registered();
    change(present);
    v1::UpdateEnterpriseRequest update;
    *update.mutable_enterprise() = present;
    for (const char* path : {"region", "review_unit", "industry_division", "size", "contact",
                             "parent_uscc", "plants"}) {
      update.mutable_update_mask()->add_paths(path);
    }
    EXPECT_THAT(Try(kPlatform, &EnterpriseStub::UpdateEnterprise, update), testing::Not(IsOk()));
  }
  EXPECT_EQ(Everything(), before);
}

TEST_P(BadFieldsTest, EvidenceAndAnswersAreWhatTheyShouldBe) {
  const std::string before = Everything();
  for (const std::string& sha256 :
       {std::string(), std::string(63, 'a'), std::string(65, 'a'), std::string(64, 'g'),
        absl::StrCat("sha256:", std::string(64, 'a')), std::string(64, '\0')}) {
    EXPECT_THAT(fixture_.AddEvidence(draft_, sha256),
                IsRefused("evidence.sha256", Reason::INVALID_SHA256));
  }
  const std::string scenario = service_.criteria().edition().scenarios(0).id();
  const struct {
    std::string scenario;
    std::string level;
    std::string etag;
    const char* field;
    Reason::Value reason;
  } kAnswers[] = {
      {"没有的场景", "none", "1", "updates[0].answer.scenario", Reason::UNKNOWN_SCENARIO},
      {std::string(1'000'000, 'x'), "none", "1", "updates[0].answer.scenario",
       Reason::UNKNOWN_SCENARIO},
      {scenario, "\u202E", "1", "updates[0].answer.level", Reason::UNKNOWN_LEVEL},
      {scenario, "none", "", "updates[0].baseEtag", Reason::FIELD_REQUIRED},
      {scenario, "none", "7", "updates[0].answer", Reason::ANSWER_CONFLICT},
  };
  for (const auto& one : kAnswers) {
    v1::UpdateAnswersRequest request;
    *request.mutable_key() = draft_;
    auto& update = *request.add_updates();
    update.mutable_answer()->set_scenario(one.scenario);
    update.mutable_answer()->set_level(one.level);
    update.set_base_etag(one.etag);
    EXPECT_THAT(Try(other_, &AssessmentStub::UpdateAnswers, request),
                one.reason == Reason::ANSWER_CONFLICT
                    ? testing::Matcher<absl::Status>(IsRefused("", one.reason))
                    : testing::Matcher<absl::Status>(IsRefused(one.field, one.reason)));
  }
  v1::SetFactsRequest facts;
  *facts.mutable_key() = draft_;
  auto& fact = *facts.add_facts();
  fact.set_fact("没有的指标");
  fact.set_value("1");
  EXPECT_THAT(Try(other_, &AssessmentStub::SetFacts, facts),
              IsRefused("facts[0].fact", Reason::UNKNOWN_FACT));
  EXPECT_EQ(Everything(), before);
}

TEST_P(BadFieldsTest, NamesOfThingsThatCannotExistAreNotFound) {
  const std::string before = Everything();
  for (const std::string& name : {std::string("甲\0乙", 7), std::string("\u202E"),
                                  std::string(1'000'000, 'x'), std::string("../x")}) {
    v1::GetEnterpriseRequest enterprise;
    enterprise.set_uscc(name);
    v1::GetCampaignRequest campaign;
    campaign.set_campaign(name);
    v1::CreateAssessmentRequest create;
    *create.mutable_key() = fixture_.KeyOf(kUscc, name);
    v1::CreateAssessmentRequest plant;
    *plant.mutable_key() = draft_;
    plant.mutable_key()->set_plant(name);
    v1::CloseAssessmentRequest close;
    *close.mutable_key() = fixture_.KeyOf(name);
    close.set_reason("已注销");
    v1::ReopenAssessmentRequest reopen;
    *reopen.mutable_key() = fixture_.KeyOf(kUscc, name);
    reopen.set_reason("已恢复");
    v1::GetSubmissionRequest submission;
    *submission.mutable_submission() = file_;
    submission.mutable_submission()->set_plant(name);
    v1::AcceptChangeRequest accept;
    accept.set_uscc(name);
    v1::ListSubmissionsRequest list;
    list.set_receipt_no(name);
    const absl::Status statuses[] = {
        Try(kOfficer, &EnterpriseStub::GetEnterprise, enterprise),
        Try(kReviewer, &EnterpriseStub::AcceptChange, accept),
        Try(kOfficer, &CampaignStub::GetCampaign, campaign),
        Try(enterprise_, &AssessmentStub::CreateAssessment, create),
        Try(other_, &AssessmentStub::CreateAssessment, plant),
        Try(kOfficer, &AssessmentStub::CloseAssessment, close),
        Try(kOfficer, &AssessmentStub::ReopenAssessment, reopen),
        Try(kOfficer, &AssessmentStub::GetSubmission, submission),
        Try(kOfficer, &AssessmentStub::ListSubmissions, list),
    };
    for (const absl::Status& status : statuses) {
      EXPECT_FALSE(status.ok());
      EXPECT_THAT(status.code(),
                  AnyOf(absl::StatusCode::kNotFound, absl::StatusCode::kInvalidArgument))
          << status;
      EXPECT_NE(DetailOf(status).reason(), Reason::INTERNAL_ERROR) << status;
    }
  }
  EXPECT_EQ(Everything(), before);
}

ON_BOTH_DATABASES(BadFieldsTest);

}  // namespace
}  // namespace zhiping::assessment
