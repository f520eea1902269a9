// Every text that people write: refused if it is too long or has hidden characters. Over gRPC on
// both databases.
#include <functional>

#include "tests/integration/assessment/bad_input.h"

namespace zhiping::assessment {
namespace {

class BadTextsTest : public BadInputTest {};

TEST_P(BadTextsTest, TextsAreNotTooLongAndHaveNoHiddenCharacters) {
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
      {"reason",
       [&](const std::string& text) {
         v1::CloseAssessmentRequest request;
         *request.mutable_key() = draft_;
         request.set_reason(text);
         return Try(kOfficer, &AssessmentStub::CloseAssessment, request);
       }},
      {"reason",
       [&](const std::string& text) {
         v1::ReopenAssessmentRequest request;
         *request.mutable_key() = draft_;
         request.set_reason(text);
         return Try(kOfficer, &AssessmentStub::ReopenAssessment, request);
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

ON_BOTH_DATABASES(BadTextsTest);

}  // namespace
}  // namespace zhiping::assessment
