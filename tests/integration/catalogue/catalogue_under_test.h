// The catalogue over real gRPC, in this process, on a database of a test's own.
#pragma once

#include <algorithm>
#include <atomic>
#include <memory>
#include <string>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "common/envelope/key.h"
#include "common/envelope/signer.h"
#include "common/envelope/trust.h"
#include "common/files/file.h"
#include "common/rpc/channel.h"
#include "common/rpc/status.h"
#include "services/catalogue/catalogue.h"
#include "tests/edition_folder.h"
#include "tests/processes/process.h"
#include "tests/unit/status_matchers.h"

namespace zhiping::catalogue {

inline constexpr char kProgramme[] = "jiangsu-ai";

// A new request id at each call.
inline std::string NewRequestId() {
  static std::atomic<int> next = 0;
  return absl::StrFormat("00000000-0000-4000-8000-%012d", ++next);
}

// Keys and the trust file that accepts them, in a new folder.
inline SigningOptions NewSigning() {
  const std::string folder = processes::NewFolder();
  const auto key = envelope::Key::Generate(envelope::KeyAlgorithm::ED25519);
  EXPECT_OK(envelope::WriteKeyFile(*key, folder + "/key.pem"));
  EXPECT_OK(WriteFile(folder + "/trust.txtpb",
                      envelope::TrustEntry(*key,
                                           {envelope::Purpose::RELEASE, envelope::Purpose::NOTES,
                                            envelope::Purpose::ACTIVATION,
                                            envelope::Purpose::RECEIPT, envelope::Purpose::AUDIT},
                                           {"*"}, "test"),
                      Overwrite::kNever));
  return {{folder + "/key.pem"}, {folder + "/key.pem"}, folder + "/trust.txtpb"};
}

// One call: `Call<v1::GetBlobResponse>(stub, &Stub::GetBlob, request)`.
template <typename Response, typename Stub, typename Method, typename Request>
absl::StatusOr<Response> Call(Stub& stub, Method method, const Request& request) {
  const auto context = rpc::NewContext(absl::Seconds(20));
  Response response;
  const absl::Status status =
      rpc::FromGrpcStatus((stub.*method)(context.get(), request, &response));
  if (!status.ok()) return status;
  return response;
}

// The 2026 edition as a request; `change` makes its content another.
inline v1::ImportEditionRequest Edition2026(const std::string& change = "") {
  const auto files = criteria::ReadEdition2026();
  v1::ImportEditionRequest request;
  request.set_edition(*files.edition);
  request.set_rulebook(*files.rulebook);
  request.set_vectors(*files.vectors);
  request.set_source(*files.source);
  if (!change.empty()) {
    // Official texts are bound to their source: only what the platform writes is changed.
    std::string& rulebook = *request.mutable_rulebook();
    const size_t at = rulebook.find("zh: \"");
    rulebook.insert(at + 5, change);
  }
  request.mutable_actor()->set_name("测试");
  return request;
}

// At once, by 张三.
inline v1::PublishReleaseRequest Publication(const std::string& digest) {
  v1::PublishReleaseRequest request;
  request.set_digest(digest);
  request.mutable_actor()->set_name("张三");
  request.mutable_actor()->set_reason("测试");
  request.set_request_id(NewRequestId());
  return request;
}

// To the release before, by 李四.
inline v1::RollBackRequest Rollback() {
  v1::RollBackRequest request;
  request.set_programme(kProgramme);
  request.mutable_actor()->set_name("李四");
  request.mutable_actor()->set_reason("测试");
  request.set_request_id(NewRequestId());
  return request;
}

// Nobody runs it: what a follower sends first.
inline v1::SubscribeRequest Hello(const std::string& instance) {
  v1::SubscribeRequest hello;
  hello.mutable_instance()->set_id(instance);
  hello.mutable_instance()->set_service("scoring");
  hello.add_programmes(kProgramme);
  return hello;
}

class CatalogueUnderTest {
 public:
  explicit CatalogueUnderTest(CatalogueOptions options, const std::string& listen = "127.0.0.1:0",
                              const rpc::AccessOptions& access = {}, const rpc::TlsFiles& tls = {})
      : log_(rpc::Severity::kError),
        access_(*rpc::AccessControl::Open(access, SystemClock(), log_)) {
    catalogue_ = *Catalogue::Open(options, SystemClock(), {metrics_, log_, *access_}, [](bool) {});
    rpc::ServerOptions server;
    server.listen = listen;
    server.tls = tls;
    server.shutdown_grace = absl::Seconds(1);
    server.max_request_bytes = 64 << 20;
    server_ = *rpc::Server::Start(server, catalogue_->services(), &catalogue_->calls());
    server_->SetReady(true);
    const auto channel = rpc::NewChannel(absl::StrCat("127.0.0.1:", server_->port()), {});
    stub_ = v1::CatalogueService::NewStub(channel);
    admin_ = v1::CatalogueAdminService::NewStub(channel);
  }
  ~CatalogueUnderTest() {
    catalogue_->EndStreams();
    server_->Shutdown();
  }

  int port() const { return server_->port(); }
  // How many calls of a method were answered, however, as Prometheus is told.
  double Answered(const std::string& method) const {
    double answered = 0;
    for (const auto& family : metrics_.registry()->Collect()) {
      if (family.name != "grpc_server_handled_total") continue;
      for (const auto& metric : family.metric) {
        const bool counts =
            std::any_of(metric.label.begin(), metric.label.end(), [&](const auto& label) {
              return label.name == "grpc_method" && label.value == method;
            });
        if (counts) answered += metric.counter.value;
      }
    }
    return answered;
  }
  Store& store() { return catalogue_->store(); }
  v1::CatalogueService::Stub& stub() { return *stub_; }
  v1::CatalogueAdminService::Stub& admin() { return *admin_; }

  // Imports the 2026 edition with a change; the digest of what can be published.
  std::string Import(const std::string& change = "") {
    const auto imported = Call<v1::ImportEditionResponse>(
        *admin_, &v1::CatalogueAdminService::Stub::ImportEdition, Edition2026(change));
    EXPECT_OK(imported);
    if (!imported.ok()) return "";
    for (const auto& finding : imported->findings()) {
      EXPECT_NE(finding.severity(), v1::Finding::ERROR) << finding.ShortDebugString();
    }
    return imported->digest();
  }
  absl::StatusOr<v1::PublishReleaseResponse> Publish(const v1::PublishReleaseRequest& request) {
    return Call<v1::PublishReleaseResponse>(
        *admin_, &v1::CatalogueAdminService::Stub::PublishRelease, request);
  }
  absl::StatusOr<v1::RollBackResponse> RollBack(const v1::RollBackRequest& request) {
    return Call<v1::RollBackResponse>(*admin_, &v1::CatalogueAdminService::Stub::RollBack, request);
  }
  // What is in force, as the catalogue says.
  absl::StatusOr<v1::GetActivationResponse> Activation() {
    v1::GetActivationRequest request;
    request.set_programme(kProgramme);
    return Call<v1::GetActivationResponse>(*stub_, &v1::CatalogueService::Stub::GetActivation,
                                           request);
  }
  absl::StatusOr<v1::GetConvergenceResponse> Convergence() {
    v1::GetConvergenceRequest request;
    request.set_programme(kProgramme);
    return Call<v1::GetConvergenceResponse>(
        *admin_, &v1::CatalogueAdminService::Stub::GetConvergence, request);
  }

 private:
  rpc::Metrics metrics_;
  rpc::Log log_;
  const std::unique_ptr<rpc::AccessControl> access_;
  std::unique_ptr<Catalogue> catalogue_;
  std::unique_ptr<rpc::Server> server_;
  std::unique_ptr<v1::CatalogueService::Stub> stub_;
  std::unique_ptr<v1::CatalogueAdminService::Stub> admin_;
};

// A stream that stays open as long as this.
class Follower {
 public:
  explicit Follower(CatalogueUnderTest& catalogue)
      : stream_(catalogue.stub().Subscribe(&context_)) {}
  ~Follower() { context_.TryCancel(); }

  bool Write(const v1::SubscribeRequest& message) { return stream_->Write(message); }
  bool Read() { return stream_->Read(&states_); }
  // How it ended.
  absl::Status Finish() {
    while (Read()) {
    }
    return rpc::FromGrpcStatus(stream_->Finish());
  }

 private:
  grpc::ClientContext context_;
  const std::unique_ptr<grpc::ClientReaderWriter<v1::SubscribeRequest, v1::SubscribeResponse>>
      stream_;
  v1::SubscribeResponse states_;
};

}  // namespace zhiping::catalogue
