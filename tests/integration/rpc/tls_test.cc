#include "common/rpc/tls.h"

#include <gmock/gmock.h>
#include <grpc/grpc_security_constants.h>
#include <gtest/gtest.h>

#include <atomic>
#include <thread>

#include "common/rpc/certificate_watch.h"
#include "common/rpc/flags.h"
#include "tests/integration/rpc/certificate_metric.h"
#include "tests/integration/rpc/test_issuer.h"
#include "tests/integration/rpc/test_service.h"
#include "tests/processes/certificates.h"
#include "tests/processes/process.h"

namespace zhiping::rpc {
namespace {

using processes::CertificateAuthority;
using processes::CertificateFiles;
using processes::NamesOf;

// Answers GetStatus with who is calling.
class TlsTest : public testing::Test {
 protected:
  TlsTest() { Start(FilesOf(authority_.Issue("server", NamesOf("scoring")))); }

  void Start(const TlsFiles& files) {
    server_.reset();
    AccessOptions access;
    access.identity_file = issuer_.identity_file();
    access_ = *AccessControl::Open(access, SystemClock(), log_);
    service_ = std::make_unique<Service>(CallEnvironment{metrics_, log_, *access_});
    ServerOptions options;
    options.listen = "127.0.0.1:0";
    options.health_listen = "127.0.0.1:0";
    options.tls = files;
    auto server = Server::Start(options, {{ScoringService::service_full_name(), service_.get()}});
    EXPECT_OK(server);
    server_ = *std::move(server);
    server_->SetReady(true);
  }

  class Service final : public ScoringService::CallbackService {
   public:
    explicit Service(const CallEnvironment& environment)
        : status_(environment, ScoringService::service_full_name(), "GetStatus") {}
    grpc::ServerUnaryReactor* GetStatus(grpc::CallbackServerContext* context,
                                        const GetStatusRequest* request,
                                        GetStatusResponse* response) override {
      return status_.Handle(*context, *request, [response](const Call& call) {
        response->set_engine_version(call.caller().subject + call.caller().service);
        return absl::OkStatus();
      });
    }

   private:
    const Method status_;
  };

  TlsFiles FilesOf(const CertificateFiles& files) const {
    return {files.certificate, files.key, authority_.certificate()};
  }

  using Metadata = std::vector<std::pair<std::string, std::string>>;

  // What GetStatus says to a client with these files, and that token unless it is empty.
  absl::StatusOr<std::string> WhoAmI(const TlsFiles& tls, const std::string& token = "",
                                     const Metadata& more = {}) {
    const auto stub = ScoringService::NewStub(
        NewChannel(absl::StrCat("localhost:", server_->port()), {}, Instances::kReady, tls));
    const auto context = NewContext(absl::Seconds(20));
    if (!token.empty()) context->AddMetadata("authorization", "Bearer " + token);
    for (const auto& [name, value] : more) context->AddMetadata(name, value);
    GetStatusResponse response;
    const grpc::Status status = stub->GetStatus(context.get(), {}, &response);
    if (!status.ok()) return FromGrpcStatus(status);
    return response.engine_version();
  }

  const std::string folder_ = processes::NewFolder();
  const TestIssuer issuer_{folder_};
  const CertificateAuthority authority_{folder_};
  Metrics metrics_;
  const Log log_{Severity::kError};
  std::unique_ptr<AccessControl> access_;
  std::unique_ptr<Service> service_;
  std::unique_ptr<Server> server_;
};

TEST_F(TlsTest, ATokenIsEnoughForACallerWithoutACertificate) {
  const auto who = WhoAmI({"", "", authority_.certificate()}, issuer_.Token({"viewer"}));
  ASSERT_OK(who);
  EXPECT_EQ(*who, "7001");
  EXPECT_THAT(WhoAmI({"", "", authority_.certificate()}), HasReason(Reason::TOKEN_REQUIRED));
}

TEST_F(TlsTest, ACertificateSaysWhichServiceIsCalling) {
  const auto who = WhoAmI(FilesOf(authority_.Issue("client", NamesOf("assessment"))));
  ASSERT_OK(who);
  EXPECT_EQ(*who, "assessment");
  // GetStatus is for assessment and analytics.
  EXPECT_THAT(WhoAmI(FilesOf(authority_.Issue("client2", NamesOf("catalogue")))),
              HasReason(Reason::SERVICE_REQUIRED));
}

// A person who calls through a service's connection is that person; and whoever's token does not
// count is not the service instead.
TEST_F(TlsTest, TheTokenCountsBeforeTheCertificate) {
  const TlsFiles service = FilesOf(authority_.Issue("client", NamesOf("assessment")));
  const auto who = WhoAmI(service, issuer_.Token({"viewer"}));
  ASSERT_OK(who);
  EXPECT_EQ(*who, "7001");
  const std::string expired = issuer_.Token({"viewer"}, -absl::Hours(1));
  EXPECT_THAT(WhoAmI(service, expired), HasReason(Reason::TOKEN_EXPIRED));
  // As streams are judged again.
  const auto again =
      access_->Identify({"ipv4:127.0.0.1:1", issuer_.Token({"viewer"}), "assessment"});
  ASSERT_OK(again);
  EXPECT_EQ((*again)->subject, "7001");
  EXPECT_EQ((*again)->service, "");
  EXPECT_THAT(access_->Identify({"ipv4:127.0.0.1:1", expired, "assessment"}),
              HasReason(Reason::TOKEN_EXPIRED));
}

TEST_F(TlsTest, ACertificateOfSomethingElseIsNoService) {
  for (const char* names :
       {"DNS:assessment", "URI:spiffe://elsewhere/assessment", "URI:https://zhiping/assessment",
        "URI:spiffe://zhiping/assessment,URI:spiffe://zhiping/analytics"}) {
    EXPECT_THAT(WhoAmI(FilesOf(authority_.Issue("client", names))),
                HasReason(Reason::TOKEN_REQUIRED))
        << names;
  }
}

// Only the connection says which service is calling, and only the token which person.
TEST_F(TlsTest, NoHeaderMakesACallerSomebodyElse) {
  const Metadata forged = {
      {"x-forwarded-client-cert", "By=spiffe://zhiping/scoring;URI=spiffe://zhiping/assessment"},
      {"x-forwarded-for", "127.0.0.1"},
      {"x-forwarded-user", "9999"},
      {"x-spiffe-id", "spiffe://zhiping/assessment"},
      {"x-zhiping-service", "assessment"},
      {"x-zhiping-subject", "9999"},
      {"x-zhiping-roles", "operator"},
      {"x-jwt-payload", R"({"sub": "9999", "roles": ["operator"]})"},
      {"service", "assessment"}};
  const TlsFiles plain = {"", "", authority_.certificate()};
  EXPECT_THAT(WhoAmI(plain, "", forged), HasReason(Reason::TOKEN_REQUIRED));
  EXPECT_THAT(WhoAmI(FilesOf(authority_.Issue("client", NamesOf("catalogue"))), "", forged),
              HasReason(Reason::SERVICE_REQUIRED));
  const auto who = WhoAmI(plain, issuer_.Token({"viewer"}), forged);
  ASSERT_OK(who);
  EXPECT_EQ(*who, "7001");
}

TEST_F(TlsTest, CertificatesThatDoNotCountAreRefused) {
  const std::string elsewhere = folder_ + "/elsewhere";
  ASSERT_OK(WriteFile(elsewhere + "/readme", "", Overwrite::kReplace));
  const CertificateAuthority other(elsewhere);
  const CertificateFiles foreign = other.Issue("client", NamesOf("assessment"));
  const CertificateFiles expired =
      authority_.Issue("expired", NamesOf("assessment"), absl::Now() - absl::Hours(48),
                       absl::Now() - absl::Hours(24));
  const CertificateFiles early = authority_.Issue(
      "early", NamesOf("assessment"), absl::Now() + absl::Hours(24), absl::Now() + absl::Hours(48));
  // A client that shows a certificate of another authority, or out of its time.
  for (const CertificateFiles& files : {foreign, expired, early}) {
    EXPECT_THAT(WhoAmI(FilesOf(files)), HasReason(Reason::SERVICE_UNREACHABLE))
        << files.certificate;
  }
  // A client that trusts another authority than the server's.
  EXPECT_THAT(WhoAmI({"", "", other.certificate()}, issuer_.Token({"viewer"})),
              HasReason(Reason::SERVICE_UNREACHABLE));
  // A client without TLS.
  EXPECT_THAT(WhoAmI({}, issuer_.Token({"viewer"})), HasReason(Reason::SERVICE_UNREACHABLE));
}

TEST_F(TlsTest, AServerOfAnotherNameIsNotBelieved) {
  authority_.Issue("server", "DNS:elsewhere,URI:spiffe://zhiping/scoring");
  EXPECT_TRUE(processes::Eventually([&] {
    return !WhoAmI({"", "", authority_.certificate()}, issuer_.Token({"viewer"})).ok();
  }));
}

TEST_F(TlsTest, HealthIsAnsweredInTheClearAndNothingElse) {
  const int port = server_->health_port();
  EXPECT_EQ(HealthOf(port, ""), 1);
  EXPECT_EQ(HealthOf(port, kLivenessService), 1);
  server_->SetReady(false);
  EXPECT_EQ(HealthOf(port, ""), 2);
  EXPECT_EQ(HealthOf(port, kLivenessService), 1);
  server_->SetReady(true);
  const auto stub = ScoringService::NewStub(NewChannel(absl::StrCat("127.0.0.1:", port), {}));
  const auto context = NewContext(absl::Seconds(20));
  context->AddMetadata("authorization", "Bearer " + issuer_.Token({"viewer"}));
  GetStatusResponse response;
  EXPECT_EQ(stub->GetStatus(context.get(), {}, &response).error_code(),
            grpc::StatusCode::UNIMPLEMENTED);
  std::string names;
  const auto plain = NewChannel(absl::StrCat("127.0.0.1:", port), {});
  EXPECT_EQ(ListServices(plain, names).error_code(), grpc::StatusCode::UNIMPLEMENTED);
  const auto secure = NewChannel(absl::StrCat("localhost:", server_->port()), {}, Instances::kReady,
                                 {"", "", authority_.certificate()});
  EXPECT_TRUE(ListServices(secure, names).ok());
  EXPECT_THAT(names, testing::HasSubstr(ScoringService::service_full_name()));
}

// New connections all the time, while certificates and the keys of tokens change.
TEST_F(TlsTest, RotationLosesNoCall) {
  const auto next = *identity::TokenSigner::Generate(common::v1::TokenAlgorithm::ES256);
  std::atomic<bool> ending = false;
  std::atomic<int> calls = 0;
  std::atomic<const identity::TokenSigner*> signer = &issuer_.signer();
  std::atomic<int> failed = 0;
  std::vector<std::thread> callers;
  for (int i = 0; i < 4; ++i) {
    callers.emplace_back([&, i] {
      const TlsFiles client =
          FilesOf(authority_.Issue(absl::StrCat("client", i), NamesOf("assessment")));
      while (!ending) {
        const std::string token =
            i % 2 == 0 ? *signer.load()->Sign(TestIssuer::Claims({"viewer"})) : "";
        const auto who = WhoAmI(client, token);
        if (!who.ok()) {
          ++failed;
          ADD_FAILURE() << who.status();
        }
        ++calls;
      }
    });
  }
  const auto more = [&](int count) {
    const int goal = calls + count;
    return processes::Eventually([&] { return calls >= goal; }, absl::Seconds(60));
  };
  EXPECT_TRUE(more(20));
  issuer_.Publish({&issuer_.signer(), &next});
  // An issuer signs by a new key once everybody had time to read it.
  const TlsFiles plain = {"", "", authority_.certificate()};
  EXPECT_TRUE(processes::Eventually(
      [&] { return WhoAmI(plain, *next.Sign(TestIssuer::Claims({"viewer"}))).ok(); }));
  signer = &next;
  EXPECT_TRUE(more(20));
  issuer_.Publish({&next});
  for (int i = 0; i < 3; ++i) {
    authority_.Issue("server", NamesOf("scoring"));
    EXPECT_TRUE(more(100));
  }
  ending = true;
  for (auto& caller : callers) caller.join();
  EXPECT_EQ(failed, 0);
}

// As a copy that was interrupted, or a certificate that is written before its key, leaves them.
TEST_F(TlsTest, FilesThatAreOfNoUseChangeNothing) {
  const CertificateFiles server = authority_.Issue("watched", NamesOf("scoring"));
  const std::string authorities = processes::Contents(authority_.certificate());
  const TlsFiles files = {server.certificate, server.key, folder_ + "/authorities.crt"};
  ASSERT_OK(WriteFile(files.ca, authorities, Overwrite::kReplace));
  Metrics metrics;
  const auto watch = *CertificateWatch::Open(files, "scoring", SystemClock(), metrics, log_,
                                             absl::Milliseconds(10));
  Start(watch->files());
  const TlsFiles plain = {"", "", authority_.certificate()};
  const auto shown = [&] {
    const auto context = NewContext(absl::Seconds(20));
    GetStatusResponse response;
    ScoringService::NewStub(
        NewChannel(absl::StrCat("localhost:", server_->port()), {}, Instances::kReady, plain))
        ->GetStatus(context.get(), {}, &response);
    const auto pem = context->auth_context()->FindPropertyValues(GRPC_X509_PEM_CERT_PROPERTY_NAME);
    return pem.empty() ? "" : std::string(pem.front().data(), pem.front().size());
  };
  const std::string first = shown();
  EXPECT_EQ(first, processes::Contents(server.certificate));
  const CertificateFiles next = authority_.Issue("next", NamesOf("scoring"));
  const std::string certificate = processes::Contents(next.certificate);
  const std::string key = processes::Contents(server.key);
  const struct {
    const char* what;
    std::string certificate, key, authorities;
  } broken[] = {
      {"certificate before its key", certificate, key, authorities},
      {"truncated certificate", certificate.substr(0, 300), key, authorities},
      {"no key", first, "", authorities},
      {"truncated authorities", first, key, authorities.substr(0, 300)},
  };
  for (const auto& now : broken) {
    SCOPED_TRACE(now.what);
    ASSERT_OK(WriteFile(files.certificate, now.certificate, Overwrite::kReplace));
    ASSERT_OK(WriteFile(files.key, now.key, Overwrite::kReplace));
    ASSERT_OK(WriteFile(files.ca, now.authorities, Overwrite::kReplace));
    EXPECT_TRUE(processes::Eventually([&] { return ExpirationIn(metrics) == 0; }));
    // gRPC looks every second.
    const absl::Time end = absl::Now() + absl::Milliseconds(1500);
    while (absl::Now() < end) ASSERT_EQ(shown(), first);
    ASSERT_OK(WriteFile(files.certificate, first, Overwrite::kReplace));
    ASSERT_OK(WriteFile(files.key, key, Overwrite::kReplace));
    ASSERT_OK(WriteFile(files.ca, authorities, Overwrite::kReplace));
    EXPECT_TRUE(processes::Eventually([&] { return ExpirationIn(metrics) > 0; }));
  }
  ASSERT_OK(WriteFile(files.certificate, certificate, Overwrite::kReplace));
  ASSERT_OK(WriteFile(files.key, processes::Contents(next.key), Overwrite::kReplace));
  EXPECT_TRUE(processes::Eventually([&] { return shown() == certificate; }));
}

TEST(CheckSecuredTest, BeyondThisMachineTlsAndAuthenticationAreNeeded) {
  const std::string folder = processes::NewFolder();
  const CertificateAuthority authority(folder);
  const CertificateFiles files = authority.Issue("one", NamesOf("scoring"));
  ServiceFlags flags;
  EXPECT_OK(CheckSecured(flags, absl::Now()));
  flags.server.listen = "0.0.0.0:50051";
  const auto fields = [&] {
    std::vector<std::string> names;
    const ErrorDetail detail = DetailOf(CheckSecured(flags, absl::Now()));
    for (const auto& violation : detail.violations()) names.push_back(violation.field());
    return names;
  };
  EXPECT_THAT(fields(), testing::ElementsAre("--tls-certificate", "--tls-key", "--tls-ca",
                                             "--identity-file"));
  flags.server.tls = {files.certificate, files.key, authority.certificate()};
  EXPECT_THAT(fields(), testing::ElementsAre("--identity-file"));
  flags.access.identity_file = "identity.txtpb";
  EXPECT_OK(CheckSecured(flags, absl::Now()));
  flags.server.tls.key.clear();
  EXPECT_THAT(fields(), testing::ElementsAre("--tls-key"));
  // Half of it is a mistake on this machine too.
  flags.server.listen = "127.0.0.1:50051";
  EXPECT_THAT(fields(), testing::ElementsAre("--tls-key"));
  // Without certificates no service would know another.
  flags.server.tls = {};
  EXPECT_THAT(fields(), testing::ElementsAre("--tls-certificate", "--tls-key", "--tls-ca"));
  flags.access.identity_file.clear();
  EXPECT_OK(CheckSecured(flags, absl::Now()));
}

}  // namespace
}  // namespace zhiping::rpc
