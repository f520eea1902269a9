// The assessment service over real gRPC, in this process, beside a real scoring service, with two
// releases of the 2026 edition and a correction, the first in force; callers have tokens.
#pragma once

#include <memory>
#include <set>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/synchronization/mutex.h"
#include "common/envelope/key.h"
#include "common/envelope/signer.h"
#include "common/envelope/trust.h"
#include "common/files/file.h"
#include "common/rpc/acting_for.h"
#include "common/rpc/channel.h"
#include "common/rpc/status.h"
#include "services/assessment/assessment.h"
#include "tests/integration/rpc/test_issuer.h"
#include "tests/integration/scoring/service_under_test.h"
#include "tests/integration/sql/database_under_test.h"
#include "tests/processes/process.h"
#include "zhiping/common/v1/operations_service.grpc.pb.h"

namespace zhiping::assessment {

inline constexpr char kProgramme[] = "jiangsu-ai";
inline constexpr char kCampaign2026[] = "jiangsu-ai-2026";
inline constexpr char kUscc[] = "91110000600037341L";

// A new request id at each call.
inline std::string NewRequestId() {
  static std::atomic<int> next = 0;
  return absl::StrFormat("00000000-0000-4000-8000-%012d", ++next);
}

// A key and the trust file that accepts its receipts, and those of the platform's key too, in a new
// folder.
inline ReceiptSigningOptions NewReceiptSigning(const envelope::Key& platform) {
  const std::string folder = processes::NewFolder();
  const auto key = envelope::Key::Generate(envelope::KeyAlgorithm::ED25519);
  EXPECT_OK(envelope::WriteKeyFile(*key, folder + "/key.pem"));
  EXPECT_OK(WriteFile(
      folder + "/trust.txtpb",
      absl::StrCat(envelope::TrustEntry(
                       *key, {envelope::Purpose::RECEIPT, envelope::Purpose::AUDIT}, {"*"}, "test"),
                   envelope::TrustEntry(platform, {envelope::Purpose::RECEIPT}, {"*"}, "platform")),
      Overwrite::kNever));
  return {{folder + "/key.pem"}, folder + "/trust.txtpb"};
}

// The 2026 edition, published again with another text of the rulebook: official texts are bound to
// their source.
inline std::shared_ptr<const criteria::Criteria> CompileSecondRelease() {
  criteria::FolderFiles files = criteria::ReadEdition2026();
  files.rulebook->insert(files.rulebook->find("zh: \"") + 5, "新");
  std::vector<catalogue::v1::Finding> findings;
  catalogue::v1::Release release =
      criteria::MakeRelease(criteria::ParseFolder(files, findings), "2026-2");
  const std::string digest = criteria::DigestOf(criteria::SerializeRelease(release));
  return *criteria::Criteria::Compile(std::move(release), digest);
}

// A release that says it corrects (勘误) another, and asks for the same.
inline std::shared_ptr<const criteria::Criteria> CompileCorrectionOf(
    const criteria::Criteria& corrected) {
  catalogue::v1::Release release = corrected.release();
  release.set_label("2026-3");
  auto& correction = *release.mutable_edition()->mutable_correction();
  correction.set_release_digest(corrected.digest());
  correction.set_reason("更正印刷错误");
  const std::string digest = criteria::DigestOf(criteria::SerializeRelease(release));
  return *criteria::Criteria::Compile(std::move(release), digest);
}

// Releases that a test puts in force and withdraws.
class ReleasesUnderTest final : public releases::Releases {
 public:
  // The first is in force.
  explicit ReleasesUnderTest(std::vector<std::shared_ptr<const criteria::Criteria>> all)
      : all_(std::move(all)) {
    PutInForce(0);
  }
  void PutInForce(int number) {
    absl::MutexLock lock(&mutex_);
    in_force_[kProgramme].criteria = all_[number];
    Publish();
  }
  void Withdraw(const std::string& digest) {
    absl::MutexLock lock(&mutex_);
    in_force_[kProgramme].withdrawn.insert(digest);
    Publish();
  }
  // It cannot be had any more.
  void Lose(const std::string& digest) {
    absl::MutexLock lock(&mutex_);
    lost_.insert(digest);
    Publish();
  }

  std::shared_ptr<const releases::Snapshot> snapshot() const override {
    absl::MutexLock lock(&mutex_);
    return snapshot_;
  }
  bool MayFind(const releases::Choice&, const absl::Status&) const override { return false; }
  void Await(releases::Choice choice, absl::Time,
             std::function<void(absl::StatusOr<releases::Chosen>)> done) override {
    done(snapshot()->Choose(choice, absl::ZeroDuration()));
  }

 private:
  void Publish() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_) {
    releases::Snapshot::Available available;
    for (const auto& criteria : all_) {
      if (lost_.count(criteria->digest()) == 0) available[criteria->digest()] = criteria;
    }
    snapshot_ = std::make_shared<const releases::Snapshot>(std::move(available), in_force_);
  }

  const std::vector<std::shared_ptr<const criteria::Criteria>> all_;
  mutable absl::Mutex mutex_;
  releases::Snapshot::InForce in_force_ ABSL_GUARDED_BY(mutex_);
  std::set<std::string> lost_ ABSL_GUARDED_BY(mutex_);
  std::shared_ptr<const releases::Snapshot> snapshot_ ABSL_GUARDED_BY(mutex_);
};

// Refused for the reason, at the field, in both languages; an empty field: as a whole.
MATCHER_P2(IsRefused, field, reason, absl::StrCat(field, " ", Reason::Value_Name(reason))) {
  if (ToStatus(arg).ok()) return false;
  const ErrorDetail detail = DetailOf(ToStatus(arg));
  *result_listener << detail.ShortDebugString();
  const auto said = [](const common::v1::LocalText& text) {
    return !text.zh().empty() && !text.en().empty() && text.zh() != text.en();
  };
  if (std::string(field).empty()) return detail.reason() == reason && said(detail.message());
  return std::any_of(detail.violations().begin(), detail.violations().end(),
                     [&](const FieldViolation& violation) {
                       return violation.field() == field && violation.reason() == reason &&
                              said(violation.message());
                     });
}

// Who calls: the roles of the token and what they are for.
struct CallerOf {
  std::string subject;
  std::vector<std::string> roles;
  std::string uscc = {};
  std::string unit = {};
  std::vector<std::string> programmes = {kProgramme};
  // Of platforms.
  std::string acting_for = "张三";
};

class AssessmentUnderTest {
 public:
  enum class Callers { kHaveTokens, kAreNotAsked };

  // `tls`: whose authority the stubs believe too. `reference`: in place of what is built in.
  explicit AssessmentUnderTest(const std::string& database, const rpc::TlsFiles& tls = {},
                               Callers callers = Callers::kHaveTokens,
                               const reference::ReferenceFiles& reference = {})
      : log_(rpc::Severity::kError), issuer_(processes::NewFolder()) {
    rpc::AccessOptions access;
    if (callers == Callers::kHaveTokens) access.identity_file = issuer_.identity_file();
    access.reference = reference;
    access.limits.calls_per_second = 100'000;
    access.limits.burst = 100'000;
    access_ = *rpc::AccessControl::Open(access, SystemClock(), log_);
    AssessmentOptions options;
    options.database.database = database;
    options.signing = NewReceiptSigning(platform_key_);
    options.sequence_interval = absl::Milliseconds(10);
    const auto scoring = rpc::NewChannel(absl::StrCat("127.0.0.1:", scoring_.port()),
                                         {scoring::v1::ScoringService::service_full_name()});
    trust_ = options.signing.trust_file;
    assessment_ =
        *Assessment::Open(options, releases_, scoring, SystemClock(), {metrics_, log_, *access_});
    rpc::ServerOptions server;
    server.listen = "127.0.0.1:0";
    server.tls = tls;
    server.shutdown_grace = absl::Seconds(1);
    server_ = *rpc::Server::Start(server, assessment_->services(), &assessment_->calls());
    server_->SetReady(true);
    const auto channel = rpc::NewChannel(absl::StrCat("localhost:", server_->port()), {},
                                         rpc::Instances::kReady, {"", "", tls.ca});
    enterprises_ = v1::EnterpriseService::NewStub(channel);
    campaigns_ = v1::CampaignService::NewStub(channel);
    assessments_ = v1::AssessmentService::NewStub(channel);
    reviews_ = v1::ReviewService::NewStub(channel);
    feed_ = v1::FeedService::NewStub(channel);
    operations_ = common::v1::OperationsService::NewStub(channel);
  }
  ~AssessmentUnderTest() {
    assessment_->EndStreams();
    server_->Shutdown();
  }

  const criteria::Criteria& criteria() const { return *criteria_; }
  const criteria::Criteria& second() const { return *second_; }
  // Of the first.
  const criteria::Criteria& correction() const { return *correction_; }
  // Puts the first (0), the second (1) or the correction (2) in force, and withdraws them.
  ReleasesUnderTest& releases() { return releases_; }
  const std::string& trust_file() const { return trust_; }
  const rpc::TestIssuer& issuer() const { return issuer_; }
  int port() const { return server_->port(); }
  // Trusted for receipts beside the service's own.
  const envelope::Key& platform_key() const { return platform_key_; }
  Store& store() { return assessment_->store(); }
  scoring::ServiceUnderTest& scoring() { return scoring_; }
  v1::FeedService::Stub& feed() { return *feed_; }
  audit::AuditLog& audit() { return assessment_->audit(); }

  // Of the log of changes, with all that was committed.
  sql::LogCursor Head() {
    const absl::Time deadline = absl::Now() + absl::Seconds(20);
    EXPECT_OK(store().changes().Sequence(deadline));
    const auto head = store().changes().Head(deadline);
    EXPECT_OK(head);
    return *head;
  }

  std::string Token(const CallerOf& caller) const {
    auto claims = rpc::TestIssuer::Claims(caller.roles);
    claims["sub"] = caller.subject;
    claims["name"] = absl::StrCat("某", caller.subject);
    claims["programmes"] = caller.programmes;
    if (!caller.uscc.empty()) claims["uscc"] = caller.uscc;
    if (!caller.unit.empty()) claims["review_unit"] = caller.unit;
    return *issuer_.signer().Sign(claims);
  }

  std::unique_ptr<grpc::ClientContext> ContextOf(const CallerOf& caller) const {
    auto context = rpc::NewContext(absl::Seconds(20));
    context->AddMetadata("authorization", absl::StrCat("Bearer ", Token(caller)));
    context->AddMetadata(rpc::kActingFor, rpc::WriteActingFor(caller.acting_for));
    return context;
  }

  // `As<v1::SubmitResponse>(enterprise, &Assessments::Submit, request)`.
  template <typename Response, typename Stub, typename Request>
  absl::StatusOr<Response> As(const CallerOf& caller,
                              grpc::Status (Stub::*method)(grpc::ClientContext*, const Request&,
                                                           Response*),
                              const Request& request) {
    const auto context = ContextOf(caller);
    Response response;
    const absl::Status status =
        rpc::FromGrpcStatus((StubFor<Stub>().*method)(context.get(), request, &response));
    if (!status.ok()) return status;
    return response;
  }

 private:
  template <typename Stub>
  Stub& StubFor() {
    if constexpr (std::is_same_v<Stub, v1::EnterpriseService::Stub>) return *enterprises_;
    if constexpr (std::is_same_v<Stub, v1::CampaignService::Stub>) return *campaigns_;
    if constexpr (std::is_same_v<Stub, v1::AssessmentService::Stub>) return *assessments_;
    if constexpr (std::is_same_v<Stub, v1::ReviewService::Stub>) return *reviews_;
    if constexpr (std::is_same_v<Stub, v1::FeedService::Stub>) return *feed_;
    if constexpr (std::is_same_v<Stub, common::v1::OperationsService::Stub>) return *operations_;
  }

  const std::shared_ptr<const criteria::Criteria> criteria_ = *criteria::CompileEdition2026();
  const std::shared_ptr<const criteria::Criteria> second_ = CompileSecondRelease();
  const std::shared_ptr<const criteria::Criteria> correction_ = CompileCorrectionOf(*criteria_);
  scoring::ServiceUnderTest scoring_{{second_, correction_}};
  rpc::Metrics metrics_;
  rpc::Log log_;
  const rpc::TestIssuer issuer_;
  const envelope::Key platform_key_ = *envelope::Key::Generate(envelope::KeyAlgorithm::ED25519);
  std::unique_ptr<rpc::AccessControl> access_;
  ReleasesUnderTest releases_{{criteria_, second_, correction_}};
  std::string trust_;
  std::unique_ptr<Assessment> assessment_;
  std::unique_ptr<rpc::Server> server_;
  std::unique_ptr<v1::EnterpriseService::Stub> enterprises_;
  std::unique_ptr<v1::CampaignService::Stub> campaigns_;
  std::unique_ptr<v1::AssessmentService::Stub> assessments_;
  std::unique_ptr<v1::ReviewService::Stub> reviews_;
  std::unique_ptr<v1::FeedService::Stub> feed_;
  std::unique_ptr<common::v1::OperationsService::Stub> operations_;
};

using EnterpriseStub = v1::EnterpriseService::Stub;
using CampaignStub = v1::CampaignService::Stub;
using AssessmentStub = v1::AssessmentService::Stub;
using ReviewStub = v1::ReviewService::Stub;
using FeedStub = v1::FeedService::Stub;
using OperationsStub = common::v1::OperationsService::Stub;

inline const CallerOf kPlatform = {"platform", {"platform"}};
inline const CallerOf kOfficer = {"officer", {"campaign-officer"}};
inline CallerOf ReviewerOf(const std::string& unit) {
  return {absl::StrCat("reviewer-", unit), {"reviewer"}, "", unit};
}

// The n-th of other enterprises, 0 … 9999; in their order.
inline std::string UsccNumber(int n) {
  constexpr absl::string_view kCharacters = "0123456789ABCDEFGHJKLMNPQRTUWXY";
  std::string uscc = absl::StrFormat("91320100MA1%04d00", n);
  int sum = 0;
  int weight = 1;
  for (const char character : uscc) {
    sum += static_cast<int>(kCharacters.find(character)) * weight;
    weight = weight * 3 % 31;
  }
  uscc.push_back(kCharacters[(31 - sum % 31) % 31]);
  return uscc;
}

// In 南京市鼓楼区, received there.
inline v1::Enterprise NewEnterprise(const std::string& uscc = kUscc) {
  v1::Enterprise enterprise;
  enterprise.set_uscc(uscc);
  enterprise.set_name("某机械有限公司");
  enterprise.set_region("320106");
  enterprise.set_review_unit("nanjing-gulou");
  enterprise.set_industry_division("34");
  enterprise.set_industry_class("3411");
  enterprise.mutable_size()->set_employees(420);
  enterprise.mutable_size()->set_revenue(60'000);
  enterprise.mutable_contact()->set_name("张三");
  enterprise.mutable_contact()->set_phone("13812345678");
  return enterprise;
}

inline v1::Campaign NewCampaign(const criteria::Criteria& criteria,
                                v1::ReviewPolicy::Mode mode = v1::ReviewPolicy::ALL,
                                const std::string& id = kCampaign2026) {
  v1::Campaign campaign;
  campaign.set_campaign(id);
  campaign.set_programme(kProgramme);
  campaign.set_year(2026);
  campaign.mutable_title()->set_zh("2026 年自评测");
  // Long ago, so that months of it are over.
  *campaign.mutable_opens_at() =
      ToTimestamp(absl::FromCivil(absl::CivilDay(2020, 1, 15), absl::UTCTimeZone()));
  *campaign.mutable_closes_at() = ToTimestamp(absl::Now() + absl::Hours(24 * 30));
  campaign.set_release_digest(criteria.digest());
  campaign.mutable_review()->set_mode(mode);
  campaign.set_appeal_days(10);
  campaign.mutable_commitment()->set_version("2026-1");
  campaign.mutable_commitment()->mutable_text()->set_zh("本企业承诺所填内容真实。");
  return campaign;
}

inline std::string LongestRemark() {
  std::string remark;
  for (int character = 0; character < 500; ++character) remark += "注";
  return remark;
}

// Registers enterprises, makes the campaign, fills drafts in: what most tests begin with. Failures
// fail the test.
class Fixture {
 public:
  explicit Fixture(AssessmentUnderTest& service) : service_(service) {}

  CallerOf EnterpriseOf(const std::string& uscc = kUscc) const {
    return {absl::StrCat("of-", uscc), {"enterprise"}, uscc};
  }
  v1::AssessmentKey KeyOf(const std::string& uscc = kUscc,
                          const std::string& campaign = kCampaign2026) const {
    v1::AssessmentKey key;
    key.set_enterprise(uscc);
    key.set_plant("main");
    key.set_campaign(campaign);
    return key;
  }

  absl::StatusOr<v1::Enterprise> Register(const v1::Enterprise& enterprise = NewEnterprise()) {
    v1::RegisterEnterpriseRequest request;
    *request.mutable_enterprise() = enterprise;
    request.set_request_id(NewRequestId());
    const auto response = service_.As(kPlatform, &EnterpriseStub::RegisterEnterprise, request);
    if (!response.ok()) return response.status();
    return response->enterprise();
  }
  absl::StatusOr<v1::Campaign> Create(const v1::Campaign& campaign) {
    v1::CreateCampaignRequest request;
    *request.mutable_campaign() = campaign;
    request.set_request_id(NewRequestId());
    const auto response = service_.As(kOfficer, &CampaignStub::CreateCampaign, request);
    if (!response.ok()) return response.status();
    return response->campaign();
  }
  absl::StatusOr<v1::Assessment> Open(const v1::AssessmentKey& key) {
    v1::CreateAssessmentRequest request;
    *request.mutable_key() = key;
    request.set_request_id(NewRequestId());
    const auto response =
        service_.As(EnterpriseOf(key.enterprise()), &AssessmentStub::CreateAssessment, request);
    if (!response.ok()) return response.status();
    return response->assessment();
  }
  // Of the enterprise itself.
  absl::StatusOr<v1::Assessment> Get(const v1::AssessmentKey& key) {
    v1::GetAssessmentRequest request;
    *request.mutable_key() = key;
    const auto response =
        service_.As(EnterpriseOf(key.enterprise()), &AssessmentStub::GetAssessment, request);
    if (!response.ok()) return response.status();
    return response->assessment();
  }
  // Every scenario at the lowest level that it has, or the highest if `rank` is not 0, with the
  // remark.
  absl::StatusOr<v1::UpdateAnswersResponse> Fill(const v1::Assessment& draft, int rank = 0,
                                                 const std::string& remark = "") {
    v1::UpdateAnswersRequest request;
    *request.mutable_key() = draft.key();
    const criteria::Criteria& criteria = service_.criteria();
    for (int i = 0; i < criteria.scenario_count(); ++i) {
      auto& update = *request.add_updates();
      update.mutable_answer()->set_scenario(criteria.edition().scenarios(i).id());
      int claimed = criteria.HighestRank(i);
      for (int lower = 1; rank == 0 && lower < claimed; ++lower) {
        if (criteria.LevelExists(i, lower)) claimed = lower;
      }
      update.mutable_answer()->set_level(criteria.edition().levels(claimed - 1).id());
      update.mutable_answer()->set_reason(remark);
      update.set_base_etag(draft.answers(i).etag());
    }
    return service_.As(EnterpriseOf(draft.key().enterprise()), &AssessmentStub::UpdateAnswers,
                       request);
  }
  v1::SubmitRequest Submission(const v1::AssessmentKey& key, const std::string& etag) {
    v1::SubmitRequest request;
    *request.mutable_key() = key;
    request.set_etag(etag);
    request.set_commitment_version("2026-1");
    request.set_commitment_given(true);
    request.set_commitment_given_by("张三");
    request.set_request_id(NewRequestId());
    return request;
  }
  absl::StatusOr<v1::SubmitResponse> Submit(const v1::SubmitRequest& request) {
    return service_.As(EnterpriseOf(request.key().enterprise()), &AssessmentStub::Submit, request);
  }
  // By whoever's turn it is.
  absl::StatusOr<v1::TakeResponse> Take(const CallerOf& reviewer, const v1::SubmissionKey& key) {
    v1::TakeRequest request;
    *request.mutable_submission() = key;
    return service_.As(reviewer, &ReviewStub::Take, request);
  }
  // A file of which `sha256` is known, for the first scenario.
  absl::StatusOr<v1::AddEvidenceResponse> AddEvidence(const v1::AssessmentKey& key,
                                                      const std::string& sha256) {
    v1::AddEvidenceRequest request;
    *request.mutable_key() = key;
    request.mutable_evidence()->set_name("合同.pdf");
    request.mutable_evidence()->set_sha256(sha256);
    request.mutable_evidence()->add_scenarios(service_.criteria().edition().scenarios(0).id());
    request.set_request_id(NewRequestId());
    return service_.As(EnterpriseOf(key.enterprise()), &AssessmentStub::AddEvidence, request);
  }
  // Opens, fills in and submits.
  absl::StatusOr<v1::SubmitResponse> SubmitNew(const v1::AssessmentKey& key) {
    const auto draft = Open(key);
    if (!draft.ok()) return draft.status();
    const auto filled = Fill(*draft);
    if (!filled.ok()) return filled.status();
    return Submit(Submission(key, filled->etag()));
  }

 private:
  AssessmentUnderTest& service_;
};

}  // namespace zhiping::assessment
