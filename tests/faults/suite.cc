#include "tests/faults/suite.h"

#include <grpcpp/create_channel.h>

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <nlohmann/json.hpp>
#include <sstream>
#include <utility>

#include "absl/strings/str_cat.h"
#include "tests/integration/catalogue/catalogue_under_test.h"

namespace zhiping::faults {
namespace {

namespace v1 = catalogue::v1;
using catalogue::Call;
using catalogue::NewRequestId;

Flags SecuredFlags(const Suite& suite, const std::string& service) {
  return suite.security() == nullptr ? Flags() : suite.security()->FlagsOf(service);
}

Flags CatalogueFlags(const Suite& suite, const std::string& sqlite_file) {
  return With({{"--activation-key", suite.key_file()},
               {"--release-key", suite.key_file()},
               {"--trust-file", suite.trust_file()},
               {"--database", "sqlite:" + sqlite_file},
               {"--confirm-interval", "200ms"},
               {"--drain-delay", "0s"},
               {"--shutdown-grace", "1s"}},
              SecuredFlags(suite, "catalogue"));
}

Flags ScoringFlags(const Suite& suite) {
  return With({{"--trust-file", suite.trust_file()},
               {"--programmes", kProgramme},
               {"--poll-interval", "200ms"},
               {"--drain-delay", "0s"},
               {"--shutdown-grace", "1s"}},
              SecuredFlags(suite, "scoring"));
}

Flags AssessmentFlags(const Suite& suite) {
  return With({{"--receipt-key", suite.key_file()},
               {"--trust-file", suite.trust_file()},
               {"--programmes", kProgramme},
               {"--poll-interval", "200ms"},
               {"--drain-delay", "0s"},
               {"--shutdown-grace", "1s"}},
              SecuredFlags(suite, "assessment"));
}

std::vector<std::string> StartedBy(std::vector<std::string> starter, const char* program) {
  starter.emplace_back(program);
  return starter;
}

template <typename T>
T OrDie(absl::StatusOr<T> value) {
  if (value.ok()) return *std::move(value);
  std::fprintf(stderr, "%s\n", value.status().ToString().c_str());
  std::abort();
}

scoring::v1::ScoreRequest MakeSampleRequest() {
  scoring::v1::ScoreRequest request;
  const auto compiled = OrDie(criteria::CompileEdition2026());
  for (const auto& scenario : compiled->edition().scenarios()) {
    auto& answer = *request.add_answers();
    answer.set_scenario(scenario.id());
    answer.set_level("none");
    for (const auto& cell : scenario.cells()) {
      // Levels of every rank.
      if (cell.has_text() && request.answers_size() % 3 != 0) answer.set_level(cell.level());
      if (request.answers_size() % 2 == 0) break;
    }
  }
  return request;
}

}  // namespace

Suite::Suite(const Security* security) : security_(security), signing_(catalogue::NewSigning()) {}

std::shared_ptr<grpc::ChannelCredentials> Suite::CredentialsOf(const std::string& role) const {
  return security_ == nullptr ? grpc::InsecureChannelCredentials() : security_->CredentialsOf(role);
}

std::string Suite::Sign(envelope::Purpose::Value purpose, const std::string& payload) const {
  const auto signer = OrDie(envelope::ReadKeyFile(key_file()));
  return envelope::SerializeEnvelope(
      OrDie(envelope::SignPayload(purpose, payload, {signer.get()})));
}

const scoring::v1::ScoreRequest& SampleRequest() {
  static const scoring::v1::ScoreRequest request = MakeSampleRequest();
  return request;
}

// ---- Catalogue ----------------------------------------------------------------------------------

CatalogueProcess::CatalogueProcess(const Suite& suite, const Flags& flags,
                                   std::vector<std::string> starter)
    : CatalogueProcess(suite, flags, std::move(starter), processes::NewFolder() + "/catalogue.db") {
}

CatalogueProcess::CatalogueProcess(const Suite& suite, const Flags& flags,
                                   std::vector<std::string> starter, std::string sqlite_file)
    : ServiceProcess(StartedBy(std::move(starter), ZHIPING_CATALOGUE),
                     With(CatalogueFlags(suite, sqlite_file), flags),
                     suite.CredentialsOf("operator")),
      secured_(suite.security() != nullptr),
      sqlite_file_(std::move(sqlite_file)),
      admin_(v1::CatalogueAdminService::NewStub(channel())),
      editor_(v1::CatalogueAdminService::NewStub(
          suite.security() == nullptr
              ? channel()
              : grpc::CreateChannel(address(), suite.CredentialsOf("criteria-editor")))),
      stub_(v1::CatalogueService::NewStub(channel())) {}

void CatalogueProcess::SetActor(const std::string& name, v1::Actor& actor) const {
  if (!secured_) actor.set_name(name);
  actor.set_reason("测试");
}

absl::StatusOr<std::string> CatalogueProcess::Import(const std::string& change) {
  auto request = catalogue::Edition2026(change);
  if (secured_) request.mutable_actor()->clear_name();
  const auto imported = Call<v1::ImportEditionResponse>(*editor_, &Admin::ImportEdition, request);
  if (!imported.ok()) return imported.status();
  return imported->digest();
}

absl::StatusOr<v1::PublishReleaseResponse> CatalogueProcess::Publish(
    v1::PublishReleaseRequest request) {
  SetActor("张三", *request.mutable_actor());
  if (request.request_id().empty()) request.set_request_id(NewRequestId());
  return Call<v1::PublishReleaseResponse>(*admin_, &Admin::PublishRelease, request);
}

absl::StatusOr<v1::PublishReleaseResponse> CatalogueProcess::Publish(const std::string& digest) {
  v1::PublishReleaseRequest request;
  request.set_digest(digest);
  return Publish(std::move(request));
}

std::string CatalogueProcess::ImportNew() {
  return OrDie(Import(absl::StrCat("第", ++changes_, "次：")));
}

v1::Activation CatalogueProcess::PublishNew() { return OrDie(Publish(ImportNew())).activation(); }

absl::StatusOr<v1::RollBackResponse> CatalogueProcess::RollBack(v1::RollBackRequest request) {
  request.set_programme(kProgramme);
  SetActor("李四", *request.mutable_actor());
  if (request.request_id().empty()) request.set_request_id(NewRequestId());
  return Call<v1::RollBackResponse>(*admin_, &Admin::RollBack, request);
}

absl::Status CatalogueProcess::Fence(int32_t above) {
  v1::FenceRevisionRequest request;
  request.set_programme(kProgramme);
  request.set_above(above);
  SetActor("王五", *request.mutable_actor());
  request.set_request_id(NewRequestId());
  return Call<v1::FenceRevisionResponse>(*admin_, &Admin::FenceRevision, request).status();
}

absl::StatusOr<v1::GetActivationResponse> CatalogueProcess::Activation() {
  v1::GetActivationRequest request;
  request.set_programme(kProgramme);
  return Call<v1::GetActivationResponse>(*stub_, &Public::GetActivation, request);
}

absl::StatusOr<v1::GetConvergenceResponse> CatalogueProcess::Convergence() {
  v1::GetConvergenceRequest request;
  request.set_programme(kProgramme);
  return Call<v1::GetConvergenceResponse>(*admin_, &Admin::GetConvergence, request);
}

bool CatalogueProcess::HasAlarm(const std::string& kind) {
  const auto convergence = Convergence();
  return convergence.ok() && std::any_of(convergence->alarms().begin(), convergence->alarms().end(),
                                         [&](const auto& alarm) { return alarm.kind() == kind; });
}

std::vector<v1::ActivationRecord> CatalogueProcess::Activations() {
  v1::ListActivationsRequest request;
  request.set_programme(kProgramme);
  request.set_page_size(1000);
  const auto page =
      OrDie(Call<v1::ListActivationsResponse>(*stub_, &Public::ListActivations, request));
  std::vector<v1::ActivationRecord> records(page.activations().begin(), page.activations().end());
  std::reverse(records.begin(), records.end());
  return records;
}

absl::StatusOr<std::string> CatalogueProcess::Blob(const std::string& digest) {
  v1::GetBlobRequest request;
  request.set_digest(digest);
  const auto response = Call<v1::GetBlobResponse>(*stub_, &Public::GetBlob, request);
  if (!response.ok()) return response.status();
  return response->envelope();
}

// ---- Scoring ------------------------------------------------------------------------------------

ScoringProcess::ScoringProcess(const Suite& suite, const Flags& flags,
                               std::vector<std::string> starter)
    : ServiceProcess(StartedBy(std::move(starter), ZHIPING_SCORING),
                     With(ScoringFlags(suite), flags), suite.CredentialsOf("operator")),
      stub_(scoring::v1::ScoringService::NewStub(channel())) {}

absl::StatusOr<scoring::v1::ScoreResponse> ScoringProcess::Score(
    const scoring::v1::Criteria& criteria, absl::Duration timeout) const {
  scoring::v1::ScoreRequest request = SampleRequest();
  *request.mutable_criteria() = criteria;
  const auto context = rpc::NewContext(timeout);
  scoring::v1::ScoreResponse response;
  const absl::Status status = rpc::FromGrpcStatus(stub_->Score(context.get(), request, &response));
  if (!status.ok()) return status;
  return response;
}

absl::StatusOr<scoring::v1::ScoreResponse> ScoringProcess::ScorePinned(
    const std::string& digest) const {
  scoring::v1::Criteria criteria;
  criteria.set_release_digest(digest);
  return Score(criteria);
}

scoring::v1::ProgrammeStatus ScoringProcess::Status() const {
  const auto context = rpc::NewContext(absl::Milliseconds(500));
  context->set_wait_for_ready(true);
  scoring::v1::GetStatusResponse response;
  const bool answered =
      stub_->GetStatus(context.get(), scoring::v1::GetStatusRequest(), &response).ok();
  if (!answered || response.programmes().empty()) return scoring::v1::ProgrammeStatus();
  return response.programmes(0);
}

bool ScoringProcess::Reaches(int32_t revision, absl::Duration timeout) const {
  return processes::Eventually([&] { return Revision() == revision; }, timeout);
}

bool ScoringProcess::Becomes(common::v1::Freshness::Value freshness, absl::Duration timeout) const {
  return processes::Eventually([&] { return Status().freshness() == freshness; }, timeout);
}

std::map<int32_t, absl::Time> ScoringProcess::AppliedAt() const {
  std::map<int32_t, absl::Time> applied;
  std::istringstream output(Output());
  for (std::string line; std::getline(output, line);) {
    const auto json = nlohmann::json::parse(line, nullptr, /*allow_exceptions=*/false);
    if (!json.is_object() || json.value("event", "") != "release_in_force") continue;
    absl::Time time;
    std::string error;
    if (!absl::ParseTime(absl::RFC3339_full, json["time"].get<std::string>(), &time, &error)) {
      std::fprintf(stderr, "%s: %s\n", line.c_str(), error.c_str());
      std::abort();
    }
    applied.emplace(json["revision"].get<int32_t>(), time);
  }
  return applied;
}

std::vector<absl::Duration> SwitchesApart(const std::list<ScoringProcess>& instances,
                                          const std::vector<int32_t>& revisions) {
  std::vector<std::map<int32_t, absl::Time>> applied;
  for (const auto& instance : instances) applied.push_back(instance.AppliedAt());
  std::vector<absl::Duration> apart;
  for (const int32_t revision : revisions) {
    absl::Time first = absl::InfiniteFuture();
    absl::Time last = absl::InfinitePast();
    for (const auto& times : applied) {
      const auto found = times.find(revision);
      const absl::Time time = found == times.end() ? absl::InfiniteFuture() : found->second;
      first = std::min(first, time);
      last = std::max(last, time);
    }
    apart.push_back(last == absl::InfiniteFuture() ? absl::InfiniteDuration() : last - first);
  }
  std::sort(apart.begin(), apart.end());
  return apart;
}

AssessmentProcess::AssessmentProcess(const Suite& suite, const CatalogueProcess& catalogue,
                                     const ScoringProcess& scoring, const Flags& flags,
                                     const std::vector<std::string>& starter)
    : ServiceProcess(
          StartedBy(starter, ZHIPING_ASSESSMENT),
          With(With(AssessmentFlags(suite),
                    {{"--database", "sqlite:" + processes::NewFolder() + "/assessment.db"},
                     {"--catalogue", catalogue.address()},
                     {"--scoring", scoring.address()}}),
               flags),
          suite.CredentialsOf("platform")) {}

}  // namespace zhiping::faults
