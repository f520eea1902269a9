// Request ids with another body, page tokens of another query, what is based on something old, and
// decisions of others: refused, and nothing is changed. Over gRPC on both databases.
#include <functional>

#include "tests/integration/assessment/bad_input.h"

namespace zhiping::assessment {
namespace {

class BadRequestsTest : public BadInputTest {};

TEST_P(BadRequestsTest, WhatIsBasedOnSomethingOldIsRefused) {
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

TEST_P(BadRequestsTest, ARequestIdIsForOneRequest) {
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
      {"CloseAssessment",
       [&](const std::string& id, bool second) {
         v1::CloseAssessmentRequest request;
         *request.mutable_key() = draft_;
         request.set_reason(second ? "已合并" : "已注销");
         request.set_request_id(id);
         return service_.As(kOfficer, &AssessmentStub::CloseAssessment, request).status();
       }},
      // What was closed just before.
      {"ReopenAssessment",
       [&](const std::string& id, bool second) {
         v1::ReopenAssessmentRequest request;
         *request.mutable_key() = draft_;
         request.set_reason(second ? "误操作" : "已恢复");
         request.set_request_id(id);
         return service_.As(kOfficer, &AssessmentStub::ReopenAssessment, request).status();
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

TEST_P(BadRequestsTest, PageTokensAreOfTheirQueryAndWhole) {
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

TEST_P(BadRequestsTest, DecisionsAreOfTheUnitStageAndPersonWhoseTurnItIs) {
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

ON_BOTH_DATABASES(BadRequestsTest);

}  // namespace
}  // namespace zhiping::assessment
