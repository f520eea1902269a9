// What the audit log has of every method that changes something, and by whom: over gRPC on both
// databases.
#include <set>
#include <tuple>

#include "absl/strings/strip.h"
#include "common/envelope/envelope.h"
#include "google/protobuf/descriptor.h"
#include "tests/integration/assessment/audit_entries.h"
#include "zhiping/common/v1/access.pb.h"

namespace zhiping::assessment {
namespace {

using google::protobuf::DescriptorPool;
using google::protobuf::MethodDescriptor;
using google::protobuf::MethodOptions;
using testing::Contains;
using testing::ElementsAre;
using testing::IsEmpty;
using testing::UnorderedElementsAre;

const CallerOf kColleague = {"colleague", {"campaign-officer"}};

// What a method leaves in the audit log, beside readings.
struct Audited {
  const char* method;
  // ACCESS: nothing else than that somebody read the file. KIND_UNSPECIFIED: nothing, since it is
  // the enterprise's own.
  AuditEntry::Kind kind;
  // `kind id enterprise`.
  const char* about = "";
};
constexpr char kOfEnterprise[] = "enterprise 91110000600037341L 91110000600037341L";
constexpr char kOfDraft[] = "assessment 91110000600037341L/main/jiangsu-ai-2026 91110000600037341L";
constexpr char kOfFile[] =
    "submission 91110000600037341L/main/jiangsu-ai-2026#2 91110000600037341L";
constexpr Audited kAudited[] = {
    {"RegisterEnterprise", AuditEntry::ADMINISTRATIVE, kOfEnterprise},
    {"ImportEnterprises", AuditEntry::ADMINISTRATIVE, kOfEnterprise},
    {"UpdateEnterprise", AuditEntry::ADMINISTRATIVE, kOfEnterprise},
    {"RequestChange", AuditEntry::KIND_UNSPECIFIED},
    {"AcceptChange", AuditEntry::ADMINISTRATIVE, "change_request 1 91110000600037341L"},
    {"DeclineChange", AuditEntry::ADMINISTRATIVE, "change_request 2 91110000600037341L"},
    {"CreateCampaign", AuditEntry::ADMINISTRATIVE, "campaign jiangsu-ai-2026 "},
    {"UpdateCampaign", AuditEntry::ADMINISTRATIVE, "campaign other "},
    {"DeleteCampaign", AuditEntry::ADMINISTRATIVE, "campaign other "},
    {"RepinCampaign", AuditEntry::ADMINISTRATIVE, "campaign other "},
    {"ApproveRepin", AuditEntry::ADMINISTRATIVE, "campaign other "},
    {"ClosePeriod", AuditEntry::ADMINISTRATIVE, "period 2020-01 "},
    {"ImportTargets", AuditEntry::ADMINISTRATIVE,
     "target 91110000600037341L/main/jiangsu-ai-2026 91110000600037341L"},
    {"CreateAssessment", AuditEntry::KIND_UNSPECIFIED},
    {"UpdateAnswers", AuditEntry::KIND_UNSPECIFIED},
    {"SetFacts", AuditEntry::KIND_UNSPECIFIED},
    {"AddEvidence", AuditEntry::KIND_UNSPECIFIED},
    {"RemoveEvidence", AuditEntry::KIND_UNSPECIFIED},
    {"Rebase", AuditEntry::KIND_UNSPECIFIED},
    {"Submit", AuditEntry::KIND_UNSPECIFIED},
    {"Withdraw", AuditEntry::KIND_UNSPECIFIED},
    {"CloseAssessment", AuditEntry::ADMINISTRATIVE, kOfDraft},
    {"ReopenAssessment", AuditEntry::ADMINISTRATIVE, kOfDraft},
    {"Cite", AuditEntry::ADMINISTRATIVE, kOfFile},
    {"Uncite", AuditEntry::ADMINISTRATIVE, kOfFile},
    {"CountersignReceipt", AuditEntry::ADMINISTRATIVE, kOfFile},
    {"Take", AuditEntry::ACCESS, kOfFile},
    {"Release", AuditEntry::ACCESS, kOfFile},
    {"Assign", AuditEntry::ADMINISTRATIVE, kOfFile},
    {"RecordFindings", AuditEntry::DECISION, kOfFile},
    {"Approve", AuditEntry::DECISION, kOfFile},
    {"BatchApprove", AuditEntry::DECISION, kOfFile},
    {"ReturnToEnterprise", AuditEntry::DECISION, kOfFile},
    {"ReturnToPreviousStage", AuditEntry::DECISION, kOfFile},
    {"Reject", AuditEntry::DECISION,
     "submission 91110000600037341L/main/jiangsu-ai-2026#3 91110000600037341L"},
    {"RecallDecision", AuditEntry::DECISION, kOfFile},
    {"Revoke", AuditEntry::DECISION, kOfFile},
    {"AddComment", AuditEntry::ADMINISTRATIVE, kOfFile},
    {"ResolveComment", AuditEntry::ADMINISTRATIVE, kOfFile},
    {"Object", AuditEntry::KIND_UNSPECIFIED},
    {"DecideObjection", AuditEntry::DECISION, kOfFile},
};

// Those of the four services that change something.
std::vector<const MethodDescriptor*> ChangingMethods() {
  std::vector<const MethodDescriptor*> methods;
  for (const char* const service :
       {v1::EnterpriseService::service_full_name(), v1::CampaignService::service_full_name(),
        v1::AssessmentService::service_full_name(), v1::ReviewService::service_full_name()}) {
    const auto* descriptor = DescriptorPool::generated_pool()->FindServiceByName(service);
    for (int i = 0; i < descriptor->method_count(); ++i) {
      const MethodDescriptor* const method = descriptor->method(i);
      if (method->options().idempotency_level() != MethodOptions::NO_SIDE_EFFECTS) {
        methods.push_back(method);
      }
    }
  }
  return methods;
}

// Those that a platform calls for an enterprise, about one of its files.
std::vector<std::string> MethodsForPlatforms() {
  std::vector<std::string> names;
  for (const MethodDescriptor* const method : ChangingMethods()) {
    const auto& access = method->options().GetExtension(common::v1::access);
    if (access.via_platform() && access.records_access()) names.push_back(method->name());
  }
  return names;
}

class AuditedActsTest : public testing::TestWithParam<sql::Engine> {
 protected:
  AssessmentUnderTest service_{sql::NewSetting(GetParam())};
  Fixture fixture_{service_};
  const CallerOf enterprise_ = fixture_.EnterpriseOf();
  const v1::AssessmentKey key_ = fixture_.KeyOf();
  // Which methods were called and answered.
  std::set<std::string> called_;
  v1::Submission file_;

  template <typename Response, typename Stub, typename Request>
  Response Do(const CallerOf& caller,
              grpc::Status (Stub::*method)(grpc::ClientContext*, const Request&, Response*),
              const Request& request) {
    const std::string name(absl::StripSuffix(Response::descriptor()->name(), "Response"));
    const auto response = service_.As(caller, method, request);
    EXPECT_OK(response) << name;
    if (!response.ok()) return {};
    called_.insert(name);
    if constexpr (requires { response->submission(); }) file_ = response->submission();
    return *response;
  }

  // About the file as it is.
  template <typename Request>
  Request About() const {
    Request request;
    if constexpr (requires { request.mutable_submission(); }) {
      *request.mutable_submission() = file_.key();
    }
    if constexpr (requires { request.set_campaign(""); }) request.set_campaign("other");
    if constexpr (requires { request.mutable_key(); }) *request.mutable_key() = key_;
    if constexpr (requires { request.set_uscc(""); }) request.set_uscc(kUscc);
    if constexpr (requires {
                    request.mutable_submission();
                    request.set_etag("");
                  }) {
      request.set_etag(file_.standing().etag());
    }
    if constexpr (requires { request.set_reason(""); }) request.set_reason("理由");
    if constexpr (requires { request.set_request_id(""); }) request.set_request_id(NewRequestId());
    return request;
  }

  void KeepEnterprises() {
    auto registering = About<v1::RegisterEnterpriseRequest>();
    *registering.mutable_enterprise() = NewEnterprise();
    const auto registered = Do(kPlatform, &EnterpriseStub::RegisterEnterprise, registering);
    v1::UpdateEnterpriseRequest updating;
    *updating.mutable_enterprise() = registered.enterprise();
    updating.mutable_enterprise()->set_name("改名后的公司");
    updating.mutable_update_mask()->add_paths("name");
    Do(kPlatform, &EnterpriseStub::UpdateEnterprise, updating);
    v1::ImportEnterprisesRequest import;
    *import.add_enterprises() = NewEnterprise();
    Do(kPlatform, &EnterpriseStub::ImportEnterprises, import);
    for (const int number : {1, 2}) {
      auto requesting = About<v1::RequestChangeRequest>();
      requesting.mutable_proposed()->set_name(absl::StrCat("申请的名称", number));
      requesting.mutable_fields()->add_paths("name");
      Do(enterprise_, &EnterpriseStub::RequestChange, requesting);
      if (number == 1) {
        auto accepting = About<v1::AcceptChangeRequest>();
        accepting.set_number(1);
        Do(ReviewerOf("nanjing-gulou"), &EnterpriseStub::AcceptChange, accepting);
      } else {
        auto declining = About<v1::DeclineChangeRequest>();
        declining.set_number(2);
        declining.set_note("与营业执照不符");
        Do(ReviewerOf("nanjing-gulou"), &EnterpriseStub::DeclineChange, declining);
      }
    }
  }

  void KeepCampaigns() {
    v1::Campaign other;
    for (const char* const id : {kCampaign2026, "other"}) {
      auto creating = About<v1::CreateCampaignRequest>();
      *creating.mutable_campaign() = NewCampaign(service_.criteria(), v1::ReviewPolicy::ALL, id);
      other = Do(kOfficer, &CampaignStub::CreateCampaign, creating).campaign();
    }
    v1::UpdateCampaignRequest updating;
    *updating.mutable_campaign() = other;
    updating.mutable_campaign()->mutable_title()->set_zh("另一批次");
    updating.mutable_update_mask()->add_paths("title");
    Do(kOfficer, &CampaignStub::UpdateCampaign, updating);
    auto repinning = About<v1::RepinCampaignRequest>();
    repinning.set_release_digest(service_.second().digest());
    Do(kOfficer, &CampaignStub::RepinCampaign, repinning);
    auto approving = About<v1::ApproveRepinRequest>();
    approving.set_release_digest(service_.second().digest());
    other = Do(kColleague, &CampaignStub::ApproveRepin, approving).campaign();
    auto deleting = About<v1::DeleteCampaignRequest>();
    deleting.set_etag(other.etag());
    Do(kOfficer, &CampaignStub::DeleteCampaign, deleting);
    auto closing = About<v1::ClosePeriodRequest>();
    closing.set_campaign(kCampaign2026);
    closing.set_kind(v1::PeriodClosed::MONTH);
    closing.set_month("2020-01");
    Do(kOfficer, &CampaignStub::ClosePeriod, closing);
    v1::ImportTargetsRequest targets;
    targets.set_campaign(kCampaign2026);
    targets.add_targets()->set_enterprise(kUscc);
    targets.mutable_targets(0)->set_channel(v1::Channel::STAGED);
    Do(kOfficer, &CampaignStub::ImportTargets, targets);
  }

  void Submit(const CallerOf& self, const std::string& etag) {
    Do(self, &AssessmentStub::Submit, fixture_.Submission(key_, etag));
  }

  // Two submissions, the first taken back. The draft's etag.
  std::string FillIn(const CallerOf& self) {
    const auto draft =
        Do(self, &AssessmentStub::CreateAssessment, About<v1::CreateAssessmentRequest>())
            .assessment();
    auto updating = About<v1::UpdateAnswersRequest>();
    for (const v1::DraftAnswer& answer : draft.answers()) {
      auto& update = *updating.add_updates();
      update.mutable_answer()->set_scenario(answer.answer().scenario());
      update.mutable_answer()->set_level("none");
      update.set_base_etag(answer.etag());
    }
    // Which a finding lowers.
    const criteria::Criteria& criteria = service_.criteria();
    updating.mutable_updates(0)->mutable_answer()->set_level(
        criteria.edition().levels(criteria.HighestRank(0) - 1).id());
    Do(self, &AssessmentStub::UpdateAnswers, updating);
    auto facts = About<v1::SetFactsRequest>();
    facts.add_facts()->set_fact(service_.criteria().rulebook().facts(0).name());
    facts.mutable_facts(0)->set_value("1");
    Do(self, &AssessmentStub::SetFacts, facts);
    auto adding = About<v1::AddEvidenceRequest>();
    adding.mutable_evidence()->set_name("合同.pdf");
    adding.mutable_evidence()->set_sha256(std::string(64, 'a'));
    adding.mutable_evidence()->add_scenarios(draft.answers(0).answer().scenario());
    auto removing = About<v1::RemoveEvidenceRequest>();
    removing.set_evidence(Do(self, &AssessmentStub::AddEvidence, adding).evidence().evidence());
    auto rebasing = About<v1::RebaseRequest>();
    rebasing.set_etag(Do(self, &AssessmentStub::RemoveEvidence, removing).etag());
    const std::string etag = Do(self, &AssessmentStub::Rebase, rebasing).assessment().etag();
    Submit(self, etag);
    Do(self, &AssessmentStub::Withdraw, About<v1::WithdrawRequest>());
    Submit(self, etag);
    return etag;
  }

  void UseByThePlatform(const std::string& receipt) {
    auto citing = About<v1::CiteRequest>();
    citing.set_application("A-1");
    Do(kPlatform, &AssessmentStub::Cite, citing);
    auto unciting = About<v1::UnciteRequest>();
    unciting.set_application("A-1");
    Do(kPlatform, &AssessmentStub::Uncite, unciting);
    auto signing = About<v1::CountersignReceiptRequest>();
    const auto envelope = *envelope::ParseEnvelope(receipt);
    signing.set_key_id(service_.platform_key().id());
    signing.set_signature(*service_.platform_key().Sign(
        envelope::PreAuthEncoding(envelope.payload_type, envelope.payload)));
    Do(kPlatform, &AssessmentStub::CountersignReceipt, signing);
  }

  void Take(const CallerOf& reviewer) { Do(reviewer, &ReviewStub::Take, About<v1::TakeRequest>()); }
  void Approve(const CallerOf& reviewer) {
    Take(reviewer);
    Do(reviewer, &ReviewStub::Approve, About<v1::ApproveRequest>());
  }

  void Review(const CallerOf& self) {
    const CallerOf county = ReviewerOf("nanjing-gulou");
    const CallerOf city = ReviewerOf("nanjing");
    const CallerOf city_head = {"city-head", {"unit-head"}, "", "nanjing"};
    Take(county);
    auto commenting = About<v1::AddCommentRequest>();
    commenting.set_text("请说明");
    Do(county, &ReviewStub::AddComment, commenting);
    auto resolving = About<v1::ResolveCommentRequest>();
    resolving.set_comment(1);
    Do(county, &ReviewStub::ResolveComment, resolving);
    Do(county, &ReviewStub::Release, About<v1::ReleaseRequest>());
    auto assigning = About<v1::AssignRequest>();
    assigning.set_issuer("https://issuer.example");
    assigning.set_subject(county.subject);
    assigning.set_name("同事");
    Do({"county-head", {"unit-head"}, "", "nanjing-gulou"}, &ReviewStub::Assign, assigning);
    v1::BatchApproveRequest batch;
    *batch.add_files()->mutable_submission() = file_.key();
    batch.mutable_files(0)->set_etag(file_.standing().etag());
    batch.set_request_id(NewRequestId());
    const auto approved = Do(county, &ReviewStub::BatchApprove, batch);
    ASSERT_EQ(approved.submissions_size(), 1);
    file_.mutable_standing()->set_etag(approved.submissions(0).etag());
    Do(county, &ReviewStub::RecallDecision, About<v1::RecallDecisionRequest>());
    Approve(county);
    Take(city);
    Do(city, &ReviewStub::ReturnToPreviousStage, About<v1::ReturnToPreviousStageRequest>());
    Take(county);
    auto recording = About<v1::RecordFindingsRequest>();
    recording.add_findings()->set_scenario(service_.criteria().edition().scenarios(0).id());
    recording.mutable_findings(0)->set_level("none");
    recording.mutable_findings(0)->set_reason("现场没有看到");
    Do(county, &ReviewStub::RecordFindings, recording);
    Do(county, &ReviewStub::ReturnToEnterprise, About<v1::ReturnToEnterpriseRequest>());
    Do(self, &ReviewStub::Object, About<v1::ObjectRequest>());
    Take(city_head);
    auto deciding = About<v1::DecideObjectionRequest>();
    deciding.set_objection(1);
    deciding.set_upheld(true);
    Do(city_head, &ReviewStub::DecideObjection, deciding);
    for (const CallerOf& reviewer : {county, city, ReviewerOf("jiangsu")}) Approve(reviewer);
    Do({"head", {"unit-head"}, "", "jiangsu"}, &ReviewStub::Revoke, About<v1::RevokeRequest>());
  }

  // Every method that changes something is called once, by `self` what is the enterprise's.
  void DoEverything(const CallerOf& self) {
    KeepEnterprises();
    KeepCampaigns();
    const std::string etag = FillIn(self);
    Do(kOfficer, &AssessmentStub::CloseAssessment, About<v1::CloseAssessmentRequest>());
    Do(kOfficer, &AssessmentStub::ReopenAssessment, About<v1::ReopenAssessmentRequest>());
    v1::GetReceiptRequest get;
    *get.mutable_submission() = file_.key();
    const auto receipt = service_.As(enterprise_, &AssessmentStub::GetReceipt, get);
    ASSERT_OK(receipt);
    UseByThePlatform(receipt->receipt());
    Review(self);
    Submit(self, etag);
    Take(ReviewerOf("nanjing-gulou"));
    Do(ReviewerOf("nanjing-gulou"), &ReviewStub::Reject, About<v1::RejectRequest>());
  }

  // `Method person`.
  static std::vector<std::string> ReadingsIn(const std::vector<AuditEntry>& entries) {
    std::vector<std::string> readings;
    for (const AuditEntry& entry : entries) {
      if (entry.kind() != AuditEntry::ACCESS) continue;
      readings.push_back(absl::StrCat(MethodOf(entry), " ", entry.caller().acting_for()));
    }
    return readings;
  }
  static std::string AboutOf(const AuditEntry& entry) {
    return absl::StrCat(entry.subject().kind(), " ", entry.subject().id(), " ",
                        entry.subject().enterprise());
  }
};

TEST_P(AuditedActsTest, EveryActAndDecisionIsAudited) {
  DoEverything(enterprise_);
  std::set<std::string> changing;
  for (const MethodDescriptor* const method : ChangingMethods()) changing.insert(method->name());
  EXPECT_EQ(called_, changing);
  using Act = std::tuple<std::string, AuditEntry::Kind, std::string>;
  std::set<Act> acts;
  for (const AuditEntry& entry : AuditEntries(service_)) {
    // What an enterprise does itself stands in its files.
    EXPECT_NE(entry.caller().uscc(), kUscc) << MethodOf(entry);
    if (entry.kind() == AuditEntry::ACCESS) continue;
    acts.emplace(MethodOf(entry), entry.kind(), AboutOf(entry));
  }
  for (const Audited& expected : kAudited) {
    EXPECT_EQ(changing.erase(expected.method), 1u) << expected.method;
    const bool is_act =
        expected.kind == AuditEntry::ADMINISTRATIVE || expected.kind == AuditEntry::DECISION;
    std::vector<Act> found;
    for (const Act& act : acts) {
      if (std::get<0>(act) == expected.method) found.push_back(act);
    }
    if (is_act) {
      EXPECT_THAT(found, Contains(Act(expected.method, expected.kind, expected.about)))
          << expected.method;
    } else {
      EXPECT_THAT(found, IsEmpty()) << expected.method;
    }
  }
  EXPECT_THAT(changing, IsEmpty()) << "what do they leave in the audit log?";
}

TEST_P(AuditedActsTest, WhatAPlatformDoesForAnEnterpriseIsRecordedAndForWhom) {
  DoEverything(kPlatform);
  std::set<std::string> recorded;
  for (const AuditEntry& entry : AuditEntries(service_)) {
    if (entry.caller().subject() != kPlatform.subject || entry.kind() != AuditEntry::ACCESS) {
      continue;
    }
    recorded.insert(MethodOf(entry));
    EXPECT_EQ(entry.caller().acting_for(), "张三");
    EXPECT_EQ(entry.subject().enterprise(), kUscc);
  }
  const auto methods = MethodsForPlatforms();
  EXPECT_THAT(methods, Contains("Object"));
  EXPECT_THAT(recorded, testing::UnorderedElementsAreArray(methods));
  // The enterprise is told of what others do: this was done for it.
  v1::ListAccessesRequest list;
  list.set_enterprise(kUscc);
  list.set_page_size(1000);
  const auto accesses = service_.As(enterprise_, &AssessmentStub::ListAccesses, list);
  ASSERT_OK(accesses);
  EXPECT_GT(accesses->accesses_size(), 0);
  for (const v1::FileAccess& access : accesses->accesses()) EXPECT_NE(access.role(), "platform");
}

TEST_P(AuditedActsTest, APlatformThatReadsForTwoPeopleIsTwoReaders) {
  KeepEnterprises();
  KeepCampaigns();
  FillIn(enterprise_);
  CallerOf for_another = kPlatform;
  for_another.acting_for = "李四";
  v1::GetSubmissionRequest get;
  *get.mutable_submission() = file_.key();
  for (const CallerOf& caller : {kPlatform, kPlatform, for_another}) {
    ASSERT_OK(service_.As(caller, &AssessmentStub::GetSubmission, get));
  }
  v1::ListAssessmentsRequest list;
  list.set_enterprise(kUscc);
  ASSERT_OK(service_.As(for_another, &AssessmentStub::ListAssessments, list));
  EXPECT_THAT(ReadingsIn(AuditEntries(service_)),
              ElementsAre("GetSubmission 张三", "GetSubmission 李四", "ListAssessments 李四"));
  // To the enterprise the platform is one reader.
  v1::ListAccessesRequest told;
  told.set_enterprise(kUscc);
  const auto accesses = service_.As(enterprise_, &AssessmentStub::ListAccesses, told);
  ASSERT_OK(accesses);
  std::vector<std::string> methods;
  for (const v1::FileAccess& access : accesses->accesses()) {
    EXPECT_EQ(access.role(), "platform");
    methods.push_back(access.method());
  }
  EXPECT_THAT(methods, UnorderedElementsAre("GetSubmission", "ListAssessments"));
}

TEST_P(AuditedActsTest, EachEnterpriseOfAnImportIsAuditedWhateverBecomesOfTheCall) {
  constexpr int kRows = 1000;
  v1::ImportEnterprisesRequest import;
  for (int i = 0; i < kRows; ++i) *import.add_enterprises() = NewEnterprise(UsccNumber(i));
  // Some hundreds may be committed by then; nobody waits for an answer.
  const auto stub = v1::EnterpriseService::NewStub(
      rpc::NewChannel(absl::StrCat("localhost:", service_.port()), {}));
  const auto context = service_.ContextOf(kPlatform);
  context->set_deadline(absl::ToChronoTime(absl::Now() + absl::Milliseconds(60)));
  v1::ImportEnterprisesResponse response;
  stub->ImportEnterprises(context.get(), import, &response);
  ASSERT_OK(service_.As(kPlatform, &EnterpriseStub::ImportEnterprises, import));
  EXPECT_EQ(service_.Head().position, kRows);
  std::vector<std::string> audited;
  for (const AuditEntry& entry : AuditEntries(service_)) {
    EXPECT_EQ(entry.subject().kind(), "enterprise");
    EXPECT_EQ(entry.subject().id(), entry.subject().enterprise());
    EXPECT_EQ(entry.caller().acting_for(), "张三");
    audited.push_back(entry.subject().enterprise());
  }
  std::sort(audited.begin(), audited.end());
  std::vector<std::string> expected;
  for (int i = 0; i < kRows; ++i) expected.push_back(UsccNumber(i));
  std::sort(expected.begin(), expected.end());
  EXPECT_EQ(audited, expected);
}

// As the benchmark of Submit (B7) calls.
TEST_P(AuditedActsTest, WhereNobodyIsAskedWhatIsDoneIsNoReading) {
  AssessmentUnderTest service(sql::NewSetting(GetParam()), {},
                              AssessmentUnderTest::Callers::kAreNotAsked);
  Fixture fixture(service);
  ASSERT_OK(fixture.Register());
  ASSERT_OK(fixture.Create(NewCampaign(service.criteria())));
  ASSERT_OK(fixture.SubmitNew(key_));
  EXPECT_THAT(ReadingsIn(AuditEntries(service)), IsEmpty());
  // Looking at it is one.
  ASSERT_OK(fixture.Get(key_));
  EXPECT_THAT(ReadingsIn(AuditEntries(service)), ElementsAre("GetAssessment "));
}

ON_BOTH_DATABASES(AuditedActsTest);

}  // namespace
}  // namespace zhiping::assessment
