// What zhipingctl shows a service that asks who is calling, and what it says where that is missing.
#include "absl/strings/str_cat.h"
#include "tests/integration/ctl/run_ctl.h"
#include "tests/integration/rpc/test_issuer.h"
#include "tests/integration/scoring/service_under_test.h"
#include "tests/processes/certificates.h"
#include "tests/processes/process.h"
#include "tests/processes/proxy_variables.h"
#include "tests/processes/scripted_server.h"

namespace zhiping::ctl {
namespace {

using testing::HasSubstr;

class CredentialsTest : public testing::Test {
 protected:
  CredentialsTest() {
    const auto files = authority_.Issue("scoring", processes::NamesOf("scoring"));
    rpc::AccessOptions access;
    access.identity_file = issuer_.identity_file();
    rpc::ServerOptions server;
    server.tls = {files.certificate, files.key, authority_.certificate()};
    service_ = std::make_unique<scoring::ServiceUnderTest>(
        std::vector<std::shared_ptr<const criteria::Criteria>>(), access, server);
  }

  Outcome Score(std::vector<std::string> arguments, const Variables& variables = {}) const {
    arguments.insert(arguments.begin(), {"score", "--answers", kSampleAnswers, "--json", "--server",
                                         absl::StrCat("127.0.0.1:", service_->port())});
    return RunCtl(arguments, variables);
  }

  const std::string folder_ = processes::NewFolder();
  const rpc::TestIssuer issuer_{folder_};
  const processes::CertificateAuthority authority_{folder_};
  const std::string ca_ = authority_.certificate();
  const std::string token_ = Scratch("token.jwt", issuer_.Token({"viewer"}) + "\n");
  std::unique_ptr<scoring::ServiceUnderTest> service_;
};

TEST_F(CredentialsTest, ATokenAndTheAuthorityAreEnough) {
  EXPECT_EQ(Score({"--tls-ca", ca_, "--token-file", token_}).exit_code, 0);
  EXPECT_EQ(Score({}, {{"ZHIPING_TLS_CA", ca_}, {"ZHIPING_TOKEN_FILE", token_}}).exit_code, 0);
}

TEST_F(CredentialsTest, WhatIsMissingIsNamed) {
  const Outcome no_token = Score({"--tls-ca", ca_});
  EXPECT_EQ(no_token.exit_code, 1);
  EXPECT_EQ(ErrorOf(no_token).reason(), Reason::TOKEN_REQUIRED);
  EXPECT_THAT(ErrorOf(no_token).message().zh(), HasSubstr("--token-file"));
  const Outcome no_tls = Score({"--token-file", token_});
  EXPECT_EQ(no_tls.exit_code, 3);
  EXPECT_EQ(ErrorOf(no_tls).reason(), Reason::SERVICE_UNREACHABLE);
  EXPECT_THAT(ErrorOf(no_tls).message().zh(), HasSubstr("须给出 --tls-ca"));
}

TEST_F(CredentialsTest, AServiceOfAnotherAuthorityIsNotBelieved) {
  const processes::CertificateAuthority other(processes::NewFolder());
  const Outcome outcome = Score({"--tls-ca", other.certificate(), "--token-file", token_});
  EXPECT_EQ(outcome.exit_code, 3);
  EXPECT_THAT(ErrorOf(outcome).message().zh(), HasSubstr(other.certificate()));
}

TEST_F(CredentialsTest, ATokenDoesNotGoUnencryptedToAnotherMachine) {
  const Outcome outcome = RunCtl({"score", "--answers", kSampleAnswers, "--json", "--server",
                                  "192.0.2.2:50051", "--token-file", token_});
  EXPECT_EQ(outcome.exit_code, 2);
  EXPECT_THAT(ErrorOf(outcome).message().zh(), HasSubstr("--tls-ca"));
}

// On this machine it goes without TLS, which a proxy could read.
TEST_F(CredentialsTest, ATokenWithoutTlsGoesByNoProxy) {
  const processes::ScriptedServer proxy([](processes::Peer& peer) { peer.Receive(); });
  Variables variables;
  for (const char* const name : processes::kProxyVariables) {
    variables.emplace_back(name, "http://" + proxy.address());
  }
  rpc::AccessOptions access;
  access.identity_file = issuer_.identity_file();
  const scoring::ServiceUnderTest plain({}, access);
  const Outcome who = RunCtl({"whoami", "--json", "--server",
                              absl::StrCat("127.0.0.1:", plain.port()), "--token-file", token_},
                             variables);
  EXPECT_EQ(who.exit_code, 0) << who.out << who.err;
  EXPECT_EQ(Score({"--tls-ca", ca_, "--token-file", token_}, variables).exit_code, 0);
  EXPECT_EQ(proxy.connections(), 0);
}

TEST_F(CredentialsTest, FilesThatHoldNoTokenOrAreNotThereAreRefused) {
  const std::string long_token(70'000, 'x');
  for (const std::string& text : {std::string(), std::string(" \n"), std::string("a b"),
                                  std::string("eyJ\nx-role: operator"), std::string("令牌")}) {
    const Outcome outcome = Score({"--tls-ca", ca_, "--token-file", Scratch("wrong.jwt", text)});
    EXPECT_EQ(outcome.exit_code, 2) << text;
    EXPECT_THAT(ErrorOf(outcome).message().zh(), HasSubstr("wrong.jwt"));
  }
  EXPECT_EQ(Score({"--tls-ca", ca_, "--token-file", Scratch("long.jwt", long_token)}).exit_code, 1);
  EXPECT_EQ(ErrorOf(Score({"--tls-ca", "/nowhere", "--token-file", token_})).reason(),
            Reason::FILE_UNREADABLE);
  const Outcome no_authority = Score({"--tls-ca", token_, "--token-file", token_});
  EXPECT_EQ(no_authority.exit_code, 1);
  EXPECT_EQ(ErrorOf(no_authority).reason(), Reason::CERTIFICATE_INVALID);
  EXPECT_EQ(ErrorOf(Score({"--tls-ca", ca_, "--token-file", "/nowhere"})).reason(),
            Reason::FILE_UNREADABLE);
}

}  // namespace
}  // namespace zhiping::ctl
