#include "tests/faults/drafts.h"

#include <map>

#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "common/time/timestamp.h"
#include "tests/faults/suite.h"
#include "tests/integration/catalogue/catalogue_under_test.h"
#include "tests/uscc.h"

namespace zhiping::faults {

namespace v1 = assessment::v1;
using catalogue::Call;
using catalogue::NewRequestId;

namespace {

constexpr char kCommitment[] = "1";

v1::AssessmentKey KeyOf(int enterprise, const std::string& campaign) {
  v1::AssessmentKey key;
  key.set_enterprise(TestUscc(enterprise));
  key.set_plant("main");
  key.set_campaign(campaign);
  return key;
}

}  // namespace

Drafts::Drafts(const std::shared_ptr<grpc::Channel>& channel)
    : campaigns_(v1::CampaignService::NewStub(channel)),
      enterprises_(v1::EnterpriseService::NewStub(channel)),
      assessments_(v1::AssessmentService::NewStub(channel)) {}

absl::StatusOr<v1::Campaign> Drafts::OpenCampaign(const std::string& campaign,
                                                  const std::string& release_digest) {
  v1::CreateCampaignRequest request;
  v1::Campaign& opened = *request.mutable_campaign();
  opened.set_campaign(campaign);
  opened.set_programme(kProgramme);
  opened.set_year(2026);
  opened.mutable_title()->set_zh("常态化自评");
  *opened.mutable_opens_at() = ToTimestamp(absl::Now() - absl::Hours(1));
  opened.mutable_review()->set_mode(v1::ReviewPolicy::NONE);
  opened.mutable_commitment()->set_version(kCommitment);
  opened.mutable_commitment()->mutable_text()->set_zh("本企业承诺所填内容真实。");
  if (!release_digest.empty()) {
    opened.set_release_digest(release_digest);
    *opened.mutable_closes_at() = ToTimestamp(absl::Now() + absl::Hours(24));
  }
  request.set_request_id(NewRequestId());
  const auto response = Call<v1::CreateCampaignResponse>(
      *campaigns_, &v1::CampaignService::Stub::CreateCampaign, request);
  if (!response.ok()) return response.status();
  return response->campaign();
}

absl::Status Drafts::Register(int enterprise) {
  v1::RegisterEnterpriseRequest request;
  v1::Enterprise& registered = *request.mutable_enterprise();
  registered.set_uscc(TestUscc(enterprise));
  registered.set_name(absl::StrCat("江苏第", enterprise, "机械有限公司"));
  registered.set_region("320106");
  registered.set_review_unit("nanjing-gulou");
  registered.set_industry_division("34");
  registered.set_industry_class("3411");
  registered.mutable_size()->set_employees(420);
  registered.mutable_size()->set_revenue(60'000);
  request.set_request_id(NewRequestId());
  return Call<v1::RegisterEnterpriseResponse>(
             *enterprises_, &v1::EnterpriseService::Stub::RegisterEnterprise, request)
      .status();
}

absl::StatusOr<v1::SubmitRequest> Drafts::Fill(int enterprise, const std::string& campaign) {
  v1::CreateAssessmentRequest open;
  *open.mutable_key() = KeyOf(enterprise, campaign);
  open.set_request_id(NewRequestId());
  const auto draft = Call<v1::CreateAssessmentResponse>(
      *assessments_, &v1::AssessmentService::Stub::CreateAssessment, open);
  if (!draft.ok()) return draft.status();
  std::map<std::string, std::string> levels;
  for (const auto& answer : SampleRequest().answers()) levels[answer.scenario()] = answer.level();
  v1::UpdateAnswersRequest update;
  *update.mutable_key() = open.key();
  for (const v1::DraftAnswer& answer : draft->assessment().answers()) {
    v1::AnswerUpdate& one = *update.add_updates();
    *one.mutable_answer() = answer.answer();
    one.mutable_answer()->set_level(levels.at(answer.answer().scenario()));
    one.set_base_etag(answer.etag());
  }
  const auto filled = Call<v1::UpdateAnswersResponse>(
      *assessments_, &v1::AssessmentService::Stub::UpdateAnswers, update);
  if (!filled.ok()) return filled.status();
  v1::SubmitRequest submission;
  *submission.mutable_key() = open.key();
  submission.set_etag(filled->etag());
  submission.set_commitment_version(kCommitment);
  submission.set_commitment_given(true);
  submission.set_commitment_given_by("张三");
  return submission;
}

absl::StatusOr<v1::PreviewResponse> Drafts::Preview(int enterprise, const std::string& campaign) {
  v1::PreviewRequest request;
  *request.mutable_key() = KeyOf(enterprise, campaign);
  return Call<v1::PreviewResponse>(*assessments_, &v1::AssessmentService::Stub::Preview, request);
}

absl::StatusOr<v1::SubmitResponse> Drafts::Submit(const v1::SubmitRequest& request) {
  return Call<v1::SubmitResponse>(*assessments_, &v1::AssessmentService::Stub::Submit, request);
}

}  // namespace zhiping::faults
