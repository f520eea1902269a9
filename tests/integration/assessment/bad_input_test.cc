// What callers may send that is wrong: refused with its reason and field in both languages, and
// nothing is changed. Over gRPC on both databases.
#include <functional>

#include "tests/integration/assessment/assessment_under_test.h"

namespace zhiping::assessment {
namespace {

using testing::AnyOf;

const CallerOf kReviewer = ReviewerOf("nanjing-gulou");

class BadInputTest : public testing::TestWithParam<sql::Engine> {
 protected:
  AssessmentUnderTest service_{sql::NewSetting(GetParam())};
  Fixture fixture_{service_};
  // One has handed in, the other fills in.
  const CallerOf enterprise_ = fixture_.EnterpriseOf();
  const std::string other_uscc_ = UsccNumber(1);
  const CallerOf other_ = fixture_.EnterpriseOf(other_uscc_);
  const v1::AssessmentKey draft_ = fixture_.KeyOf(other_uscc_);
  v1::SubmissionKey file_;
  std::string file_etag_;

  void SetUp() override {
    ASSERT_OK(fixture_.Register());
    ASSERT_OK(fixture_.Register(NewEnterprise(other_uscc_)));
    v1::Campaign campaign = NewCampaign(service_.criteria());
    ASSERT_OK(fixture_.Create(campaign));
    const auto submitted = fixture_.SubmitNew(fixture_.KeyOf());
    ASSERT_OK(submitted);
    file_ = submitted->submission().key();
    file_etag_ = submitted->submission().standing().etag();
    ASSERT_OK(fixture_.Open(draft_));
  }

  template <typename Response, typename Stub, typename Request>
  absl::Status Try(const CallerOf& caller,
                   grpc::Status (Stub::*method)(grpc::ClientContext*, const Request&, Response*),
                   Request request) {
    if constexpr (requires { request.request_id(); }) {
      if (request.request_id().empty()) request.set_request_id(NewRequestId());
    }
    return service_.As(caller, method, request).status();
  }

  // All that a call might have changed.
  std::string Everything() {
    const absl::Time deadline = absl::Now() + absl::Seconds(20);
    std::string all = absl::StrCat(service_.Head().position);
    for (const std::string& uscc : {std::string(kUscc), other_uscc_}) {
      absl::StrAppend(
          &all, (*service_.store().FindEnterprise(deadline, uscc))->SerializeAsString(),
          (*service_.store().FindAssessment(deadline, fixture_.KeyOf(uscc)))->SerializeAsString());
    }
    absl::StrAppend(&all, (*service_.store().FindSubmission(deadline, file_))->SerializeAsString(),
                    (*service_.store().FindCampaign(deadline, kCampaign2026))->SerializeAsString());
    return all;
  }

  v1::Enterprise Registered() {
    v1::GetEnterpriseRequest request;
    request.set_uscc(kUscc);
    return service_.As(kPlatform, &EnterpriseStub::GetEnterprise, request)->enterprise();
  }
  absl::Status Register(const v1::Enterprise& enterprise) {
    return fixture_.Register(enterprise).status();
  }
};

TEST_P(BadInputTest, CodesOfEnterprisesAreNeverGuessed) {
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

TEST_P(BadInputTest, FieldsOfAnEnterpriseAreOfThisProvinceAndOfTheirKinds) {
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

TEST_P(BadInputTest, TextsAreNotTooLongAndHaveNoHiddenCharacters) {
  const std::string scenario = service_.criteria().edition().scenarios(0).id();
  const struct {
    const char* field;
    std::function<absl::Status(const std::string&)> call;
  } kFields[] = {
      {"enterprise.name",
       [&](const std::string& text) {
         v1::Enterprise enterprise = NewEnterprise(UsccNumber(2));
         enterprise.set_name(text);
         return Register(enterprise);
       }},
      {"enterprise.contact.phone",
       [&](const std::string& text) {
         v1::UpdateEnterpriseRequest request;
         *request.mutable_enterprise() = Registered();
         request.mutable_enterprise()->mutable_contact()->set_phone(text);
         request.mutable_update_mask()->add_paths("contact");
         return Try(enterprise_, &EnterpriseStub::UpdateEnterprise, request);
       }},
      {"query",
       [&](const std::string& text) {
         v1::ListEnterprisesRequest request;
         request.set_query(text);
         return Try(kOfficer, &EnterpriseStub::ListEnterprises, request);
       }},
      {"reason",
       [&](const std::string& text) {
         v1::RequestChangeRequest request;
         request.set_uscc(kUscc);
         request.mutable_proposed()->set_name("新名称");
         request.mutable_fields()->add_paths("name");
         request.set_reason(text);
         return Try(enterprise_, &EnterpriseStub::RequestChange, request);
       }},
      {"campaign.title.zh",
       [&](const std::string& text) {
         v1::Campaign campaign = NewCampaign(service_.criteria(), v1::ReviewPolicy::ALL, "x");
         campaign.mutable_title()->set_zh(text);
         return fixture_.Create(campaign).status();
       }},
      {"campaign.commitment.text.zh",
       [&](const std::string& text) {
         v1::Campaign campaign = NewCampaign(service_.criteria(), v1::ReviewPolicy::ALL, "x");
         campaign.mutable_commitment()->mutable_text()->set_zh(text);
         return fixture_.Create(campaign).status();
       }},
      {"reason",
       [&](const std::string& text) {
         v1::RepinCampaignRequest request;
         request.set_campaign(kCampaign2026);
         request.set_release_digest(service_.second().digest());
         request.set_reason(text);
         return Try(kOfficer, &CampaignStub::RepinCampaign, request);
       }},
      {"policy",
       [&](const std::string& text) {
         v1::ClosePeriodRequest request;
         request.set_campaign(kCampaign2026);
         request.set_kind(v1::PeriodClosed::MONTH);
         request.set_month("2020-01");
         request.set_policy(text);
         return Try(kOfficer, &CampaignStub::ClosePeriod, request);
       }},
      {"updates[0].answer.reason",
       [&](const std::string& text) {
         v1::UpdateAnswersRequest request;
         *request.mutable_key() = draft_;
         auto& update = *request.add_updates();
         update.mutable_answer()->set_scenario(scenario);
         update.mutable_answer()->set_level("none");
         update.mutable_answer()->set_reason(text);
         update.set_base_etag("1");
         return Try(other_, &AssessmentStub::UpdateAnswers, request);
       }},
      {"evidence.name",
       [&](const std::string& text) {
         v1::AddEvidenceRequest request;
         *request.mutable_key() = draft_;
         request.mutable_evidence()->set_name(text);
         request.mutable_evidence()->set_sha256(std::string(64, 'a'));
         request.mutable_evidence()->add_scenarios(scenario);
         return Try(other_, &AssessmentStub::AddEvidence, request);
       }},
      {"evidence.location",
       [&](const std::string& text) {
         v1::AddEvidenceRequest request;
         *request.mutable_key() = draft_;
         request.mutable_evidence()->set_name("合同.pdf");
         request.mutable_evidence()->set_location(text);
         request.mutable_evidence()->set_sha256(std::string(64, 'a'));
         request.mutable_evidence()->add_scenarios(scenario);
         return Try(other_, &AssessmentStub::AddEvidence, request);
       }},
      {"reason",
       [&](const std::string& text) {
         v1::WithdrawRequest request;
         *request.mutable_submission() = file_;
         request.set_reason(text);
         return Try(enterprise_, &AssessmentStub::Withdraw, request);
       }},
      {"application",
       [&](const std::string& text) {
         v1::CiteRequest request;
         *request.mutable_submission() = file_;
         request.set_application(text);
         return Try(kPlatform, &AssessmentStub::Cite, request);
       }},
      {"reason",
       [&](const std::string& text) {
         v1::ApproveRequest request;
         *request.mutable_submission() = file_;
         request.set_etag(file_etag_);
         request.set_reason(text);
         return Try(kReviewer, &ReviewStub::Approve, request);
       }},
      {"reason",
       [&](const std::string& text) {
         v1::ReturnToEnterpriseRequest request;
         *request.mutable_submission() = file_;
         request.set_etag(file_etag_);
         request.set_reason(text);
         return Try(kReviewer, &ReviewStub::ReturnToEnterprise, request);
       }},
      {"text",
       [&](const std::string& text) {
         v1::AddCommentRequest request;
         *request.mutable_submission() = file_;
         request.set_text(text);
         return Try(kReviewer, &ReviewStub::AddComment, request);
       }},
      {"findings[0].reason",
       [&](const std::string& text) {
         v1::RecordFindingsRequest request;
         *request.mutable_submission() = file_;
         request.set_etag(file_etag_);
         auto& finding = *request.add_findings();
         finding.set_scenario(scenario);
         finding.set_level("none");
         finding.set_reason(text);
         return Try(kReviewer, &ReviewStub::RecordFindings, request);
       }},
      {"reason",
       [&](const std::string& text) {
         v1::ObjectRequest request;
         *request.mutable_submission() = file_;
         request.set_reason(text);
         return Try(enterprise_, &ReviewStub::Object, request);
       }},
      {"purpose",
       [&](const std::string& text) {
         v1::ExportSubmissionsRequest request;
         *request.add_submissions() = file_;
         request.set_purpose(text);
         return Try(kReviewer, &ReviewStub::ExportSubmissions, request);
       }},
  };
  const struct {
    std::string text;
    Reason::Value reason;
  } kTexts[] = {
      {std::string("甲\0乙", 7), Reason::CHARACTER_NOT_ALLOWED},
      {"甲\x1B[31m乙", Reason::CHARACTER_NOT_ALLOWED},
      {"甲\u202E乙", Reason::CHARACTER_NOT_ALLOWED},
      {"甲\u2066乙", Reason::CHARACTER_NOT_ALLOWED},
      {std::string(3'000'000, 'x'), Reason::TOO_LARGE},
  };
  const auto taken = fixture_.Take(kReviewer, file_);
  ASSERT_OK(taken);
  file_etag_ = taken->submission().standing().etag();
  const auto head = service_.Head();
  for (size_t i = 0; i < std::size(kFields); ++i) {
    for (const auto& [text, reason] : kTexts) {
      EXPECT_THAT(kFields[i].call(text), IsRefused(kFields[i].field, reason))
          << "field " << i << ", text of " << text.size() << " bytes";
    }
    // More than gRPC takes.
    EXPECT_THAT(kFields[i].call(std::string(10 << 20, 'x')), HasReason(Reason::TOO_LARGE)) << i;
  }
  EXPECT_EQ(service_.Head(), head);
}

TEST_P(BadInputTest, EvidenceAndAnswersAreWhatTheyShouldBe) {
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

TEST_P(BadInputTest, WhatIsBasedOnSomethingOldIsRefused) {
  const std::string before = Everything();
  v1::SetFactsRequest facts;
  *facts.mutable_key() = draft_;
  facts.set_base_etag("99");
  facts.add_facts()->set_fact(service_.criteria().rulebook().facts(0).name());
  EXPECT_THAT(Try(other_, &AssessmentStub::SetFacts, facts), IsRefused("", Reason::STALE_ETAG));
  v1::RebaseRequest rebase;
  *rebase.mutable_key() = draft_;
  rebase.set_etag("99");
  EXPECT_THAT(Try(other_, &AssessmentStub::Rebase, rebase), IsRefused("", Reason::STALE_ETAG));
  EXPECT_THAT(fixture_.Submit(fixture_.Submission(draft_, "99")),
              IsRefused("", Reason::STALE_ETAG));
  EXPECT_THAT(fixture_.Submit(fixture_.Submission(draft_, "")),
              IsRefused("etag", Reason::FIELD_REQUIRED));
  v1::WithdrawRequest withdraw;
  *withdraw.mutable_submission() = file_;
  withdraw.set_reason("填错");
  withdraw.set_etag("99");
  EXPECT_THAT(Try(enterprise_, &AssessmentStub::Withdraw, withdraw),
              IsRefused("", Reason::STALE_ETAG));
  EXPECT_EQ(Everything(), before);
}

TEST_P(BadInputTest, ARequestIdIsForOneRequest) {
  const struct {
    const char* name;
    // The first succeeds, the second asks for something else.
    std::function<absl::Status(const std::string& id, bool second)> call;
  } kMethods[] = {
      {"RegisterEnterprise",
       [&](const std::string& id, bool second) {
         v1::RegisterEnterpriseRequest request;
         *request.mutable_enterprise() = NewEnterprise(UsccNumber(2));
         if (second) request.mutable_enterprise()->set_name("别的名称");
         request.set_request_id(id);
         return service_.As(kPlatform, &EnterpriseStub::RegisterEnterprise, request).status();
       }},
      {"RequestChange",
       [&](const std::string& id, bool second) {
         v1::RequestChangeRequest request;
         request.set_uscc(kUscc);
         request.mutable_proposed()->set_name(second ? "新名称" : "新的名称");
         request.mutable_fields()->add_paths("name");
         request.set_reason("改名");
         request.set_request_id(id);
         return service_.As(enterprise_, &EnterpriseStub::RequestChange, request).status();
       }},
      {"CreateCampaign",
       [&](const std::string& id, bool second) {
         v1::CreateCampaignRequest request;
         *request.mutable_campaign() =
             NewCampaign(service_.criteria(), v1::ReviewPolicy::ALL, "another");
         // The instants are the present.
         *request.mutable_campaign()->mutable_opens_at() =
             ToTimestamp(absl::FromUnixSeconds(second ? 1 : 2));
         *request.mutable_campaign()->mutable_closes_at() =
             ToTimestamp(absl::FromUnixSeconds(4'000'000'000));
         request.set_request_id(id);
         return service_.As(kOfficer, &CampaignStub::CreateCampaign, request).status();
       }},
      {"RepinCampaign",
       [&](const std::string& id, bool second) {
         v1::RepinCampaignRequest request;
         request.set_campaign(kCampaign2026);
         request.set_release_digest(service_.second().digest());
         request.set_reason(second ? "勘误" : "规则有误");
         request.set_request_id(id);
         return service_.As(kOfficer, &CampaignStub::RepinCampaign, request).status();
       }},
      {"ClosePeriod",
       [&](const std::string& id, bool second) {
         v1::ClosePeriodRequest request;
         request.set_campaign(kCampaign2026);
         request.set_kind(v1::PeriodClosed::MONTH);
         request.set_month(second ? "2020-02" : "2020-01");
         request.set_request_id(id);
         return service_.As(kOfficer, &CampaignStub::ClosePeriod, request).status();
       }},
      {"AddEvidence",
       [&](const std::string& id, bool second) {
         v1::AddEvidenceRequest request;
         *request.mutable_key() = draft_;
         request.mutable_evidence()->set_name("合同.pdf");
         request.mutable_evidence()->set_sha256(std::string(64, second ? 'a' : 'b'));
         request.mutable_evidence()->add_scenarios(service_.criteria().edition().scenarios(0).id());
         request.set_request_id(id);
         return service_.As(other_, &AssessmentStub::AddEvidence, request).status();
       }},
      {"AddComment",
       [&](const std::string& id, bool second) {
         v1::AddCommentRequest request;
         *request.mutable_submission() = file_;
         request.set_text(second ? "请补充" : "请说明");
         request.set_request_id(id);
         return service_.As(kReviewer, &ReviewStub::AddComment, request).status();
       }},
      {"Withdraw",
       [&](const std::string& id, bool second) {
         v1::WithdrawRequest request;
         *request.mutable_submission() = file_;
         request.set_reason(second ? "有误" : "填错");
         request.set_request_id(id);
         return service_.As(enterprise_, &AssessmentStub::Withdraw, request).status();
       }},
  };
  for (const auto& [name, call] : kMethods) {
    SCOPED_TRACE(name);
    std::string before = Everything();
    for (const char* const id : {"1", "00000000-0000-1000-8000-000000000000",
                                 "ABCDEF00-0000-4000-8000-000000000000", "\u202E"}) {
      EXPECT_THAT(call(id, false), IsRefused("requestId", Reason::INVALID_FIELD)) << id;
    }
    EXPECT_THAT(call("", false), IsRefused("requestId", Reason::FIELD_REQUIRED));
    EXPECT_EQ(Everything(), before);
    const std::string id = NewRequestId();
    EXPECT_OK(call(id, false));
    before = Everything();
    EXPECT_OK(call(id, false));
    EXPECT_THAT(call(id, true), IsRefused("", Reason::REQUEST_ID_REUSED));
    EXPECT_EQ(Everything(), before);
  }
}

TEST_P(BadInputTest, PageTokensAreOfTheirQueryAndWhole) {
  v1::ListEnterprisesRequest request;
  request.set_page_size(1);
  const auto first = service_.As(kOfficer, &EnterpriseStub::ListEnterprises, request);
  ASSERT_OK(first);
  const std::string token = first->next_page_token();
  ASSERT_FALSE(token.empty());
  const auto with = [&](const std::string& sent, auto change) {
    v1::ListEnterprisesRequest page = request;
    page.set_page_token(sent);
    change(page);
    return Try(kOfficer, &EnterpriseStub::ListEnterprises, page);
  };
  const auto same = [](v1::ListEnterprisesRequest&) {};
  EXPECT_OK(with(token, same));
  for (size_t i = 0; i < token.size(); ++i) {
    std::string tampered = token;
    tampered[i] = tampered[i] == 'A' ? 'B' : 'A';
    if (tampered == token) continue;
    EXPECT_THAT(with(tampered, same), IsRefused("", Reason::INVALID_PAGE_TOKEN)) << i;
  }
  for (const std::string& other :
       {std::string("x"), token + "A", token.substr(1), std::string(1'000'000, 'A')}) {
    EXPECT_THAT(with(other, same), IsRefused("", Reason::INVALID_PAGE_TOKEN));
  }
  EXPECT_THAT(with(token, [](auto& page) { page.set_query("机"); }),
              IsRefused("", Reason::INVALID_PAGE_TOKEN));
  EXPECT_THAT(with(token, [](auto& page) { page.set_skip(1); }),
              IsRefused("skip", Reason::INVALID_FIELD));
  EXPECT_THAT(with("", [](auto& page) { page.set_page_size(1001); }),
              IsRefused("pageSize", Reason::INVALID_FIELD));
  EXPECT_THAT(with("", [](auto& page) { page.set_page_size(-1); }),
              IsRefused("pageSize", Reason::INVALID_FIELD));

  const auto refused = [&](const CallerOf& caller, auto method, auto list) {
    list.set_page_token(token);
    return Try(caller, method, list);
  };
  v1::ListTargetsRequest targets;
  targets.set_campaign(kCampaign2026);
  v1::ListAssessmentsRequest assessments;
  assessments.set_enterprise(kUscc);
  v1::ListAccessesRequest accesses;
  accesses.set_enterprise(kUscc);
  const absl::Status statuses[] = {
      refused(enterprise_, &EnterpriseStub::ListChangeRequests, v1::ListChangeRequestsRequest()),
      refused(kOfficer, &CampaignStub::ListCampaigns, v1::ListCampaignsRequest()),
      refused(kOfficer, &CampaignStub::ListTargets, targets),
      refused(enterprise_, &AssessmentStub::ListAssessments, assessments),
      refused(enterprise_, &AssessmentStub::ListSubmissions, v1::ListSubmissionsRequest()),
      refused(enterprise_, &AssessmentStub::ListAccesses, accesses),
      refused(kReviewer, &ReviewStub::ListQueue, v1::ListQueueRequest()),
  };
  for (const absl::Status& status : statuses) {
    EXPECT_THAT(status, IsRefused("", Reason::INVALID_PAGE_TOKEN));
  }
}

TEST_P(BadInputTest, DecisionsAreOfTheUnitStageAndPersonWhoseTurnItIs) {
  const CallerOf colleague = {"colleague", {"reviewer"}, "", "nanjing-gulou"};
  const auto approve = [&](const CallerOf& caller, const std::string& etag) {
    v1::ApproveRequest request;
    *request.mutable_submission() = file_;
    request.set_etag(etag);
    return Try(caller, &ReviewStub::Approve, request);
  };
  const std::string before = Everything();
  const struct {
    CallerOf caller;
    std::string etag;
    Reason::Value reason;
  } kCases[] = {
      {enterprise_, file_etag_, Reason::ROLE_REQUIRED},
      {kPlatform, file_etag_, Reason::ROLE_REQUIRED},
      {kOfficer, file_etag_, Reason::ROLE_REQUIRED},
      {ReviewerOf("suzhou"), file_etag_, Reason::SUBMISSION_NOT_FOUND},
      {ReviewerOf("nanjing-xuanwu"), file_etag_, Reason::SUBMISSION_NOT_FOUND},
      {ReviewerOf("nanjing"), file_etag_, Reason::WRONG_STAGE},
      {ReviewerOf("jiangsu"), file_etag_, Reason::WRONG_STAGE},
      {kReviewer, file_etag_ + "0", Reason::STALE_ETAG},
      {kReviewer, file_etag_, Reason::NOT_TAKEN},
  };
  for (const auto& [caller, etag, reason] : kCases) {
    EXPECT_THAT(approve(caller, etag), IsRefused("", reason)) << caller.subject;
  }
  v1::RevokeRequest revoke;
  *revoke.mutable_submission() = file_;
  revoke.set_etag(file_etag_);
  revoke.set_reason("有误");
  EXPECT_THAT(Try({"head", {"unit-head"}, "", "jiangsu"}, &ReviewStub::Revoke, revoke),
              IsRefused("", Reason::WRONG_STATE));
  EXPECT_EQ(Everything(), before);

  const auto taken = fixture_.Take(colleague, file_);
  ASSERT_OK(taken);
  EXPECT_THAT(approve(kReviewer, taken->submission().standing().etag()),
              IsRefused("", Reason::TAKEN_BY_ANOTHER));
  ASSERT_OK(approve(colleague, taken->submission().standing().etag()));
  // The same person, at the next unit.
  const CallerOf moved = {"colleague", {"reviewer"}, "", "nanjing"};
  EXPECT_THAT(fixture_.Take(moved, file_), IsRefused("", Reason::SAME_PERSON));
}

TEST_P(BadInputTest, NamesOfThingsThatCannotExistAreNotFound) {
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

ON_BOTH_DATABASES(BadInputTest);

}  // namespace
}  // namespace zhiping::assessment
