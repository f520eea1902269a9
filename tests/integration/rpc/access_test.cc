#include "common/rpc/access_control.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <atomic>
#include <thread>

#include "absl/strings/str_cat.h"
#include "tests/integration/rpc/accessed_service.h"
#include "tests/integration/rpc/test_issuer.h"
#include "tests/processes/process.h"

namespace zhiping::rpc {
namespace {

class AccessTest : public testing::Test {
 protected:
  AccessTest() {
    AccessOptions options;
    options.identity_file = issuer_.identity_file();
    service_ = std::make_unique<AccessedService>(options);
    ServerOptions server;
    server.listen = "127.0.0.1:0";
    auto started = Server::Start(server, {{ScoringService::service_full_name(), service_.get()}},
                                 &service_->environment());
    EXPECT_OK(started);
    server_ = *std::move(started);
    server_->SetReady(true);
    channel_ = NewChannel(absl::StrCat("127.0.0.1:", server_->port()), {});
    stub_ = ScoringService::NewStub(channel_);
  }

  // What GetStatus says to whoever sends that as `authorization`.
  absl::StatusOr<std::string> WhoAmI(const std::string& authorization) {
    const auto context = NewContext(absl::Seconds(30));
    if (!authorization.empty()) context->AddMetadata("authorization", authorization);
    GetStatusResponse response;
    const grpc::Status status = stub_->GetStatus(context.get(), {}, &response);
    if (!status.ok()) return FromGrpcStatus(status);
    return response.engine_version();
  }

  // How a stream ends that its caller leaves open.
  absl::Status OpenStream(
      const std::string& token, const std::function<void()>& when_open = [] {}) {
    const auto context = NewContext(absl::Seconds(30));
    context->AddMetadata("authorization", absl::StrCat("Bearer ", token));
    const auto stream = stub_->ScoreBatch(context.get());
    stream->WaitForInitialMetadata();
    when_open();
    ScoreBatchResponse response;
    EXPECT_FALSE(stream->Read(&response));
    return FromGrpcStatus(stream->Finish());
  }

  const std::string folder_ = processes::NewFolder();
  const TestIssuer issuer_{folder_};
  std::unique_ptr<AccessedService> service_;
  std::unique_ptr<Server> server_;
  std::shared_ptr<grpc::Channel> channel_;
  std::unique_ptr<ScoringService::Stub> stub_;
};

TEST_F(AccessTest, ATokenSaysWhoIsCalling) {
  const std::string token = issuer_.Token({"viewer"});
  for (const char* scheme : {"Bearer ", "bearer ", "BEARER "}) {
    const auto who = WhoAmI(scheme + token);
    ASSERT_OK(who);
    EXPECT_EQ(*who, "7001");
  }
}

TEST_F(AccessTest, WithoutATokenThatCountsNobodyIsAnswered) {
  EXPECT_THAT(WhoAmI(""), HasReason(Reason::TOKEN_REQUIRED));
  EXPECT_THAT(WhoAmI("Basic dXNlcjpwYXNz"), HasReason(Reason::TOKEN_REQUIRED));
  EXPECT_THAT(WhoAmI("Bearer"), HasReason(Reason::TOKEN_REQUIRED));
  EXPECT_THAT(WhoAmI("Bearer "), HasReason(Reason::TOKEN_REQUIRED));
  EXPECT_THAT(WhoAmI("Bearer x"), HasReason(Reason::TOKEN_MALFORMED));
  EXPECT_THAT(WhoAmI(absl::StrCat("Bearer ", std::string(identity::kMaxTokenBytes + 1, 'x'))),
              HasReason(Reason::TOO_LARGE));
  EXPECT_THAT(WhoAmI("Bearer " + issuer_.Token({"viewer"}, -absl::Hours(1))),
              HasReason(Reason::TOKEN_EXPIRED));
  EXPECT_THAT(WhoAmI("Bearer " + issuer_.Token({"auditor", "operator"})),
              HasReason(Reason::ROLES_CONFLICT));
}

// gRPC answers it before any handler.
TEST_F(AccessTest, WhatIsNoMessageIsSaidOnlyToWhoeverMayCall) {
  const auto send = [this](const std::string& token) {
    std::string response;
    return FromGrpcStatus(CallRaw(channel_, "/zhiping.scoring.v1.ScoringService/GetStatus",
                                  kNoMessage, response, token));
  };
  EXPECT_THAT(send(""), HasReason(Reason::TOKEN_REQUIRED));
  EXPECT_THAT(send("x"), HasReason(Reason::TOKEN_MALFORMED));
  EXPECT_THAT(send(issuer_.Token({"viewer"}, -absl::Hours(1))), HasReason(Reason::TOKEN_EXPIRED));
  EXPECT_THAT(send(issuer_.Token({"auditor", "operator"})), HasReason(Reason::ROLES_CONFLICT));
  EXPECT_THAT(send(issuer_.Token({"viewer"})), HasReason(Reason::MALFORMED));
}

// All on one connection.
TEST_F(AccessTest, ATokenThatIsTooLargeIsSaidToBeAndHarmsNoOtherCall) {
  const std::string good = absl::StrCat("Bearer ", issuer_.Token({"viewer"}));
  std::atomic<bool> ended = false;
  std::atomic<int> lost = 0;
  std::thread caller([&] {
    for (int i = 0; i < 150; ++i) {
      if (!WhoAmI(good).ok()) ++lost;
    }
    ended = true;
  });
  while (!ended) {
    for (const size_t size : {8'000, 60'000, 70'000, 200'000}) {
      EXPECT_THAT(WhoAmI(absl::StrCat("Bearer ", std::string(size, 'x'))),
                  HasReason(Reason::TOO_LARGE));
    }
  }
  caller.join();
  EXPECT_EQ(lost, 0);
}

// gRPC closes the connection of whoever sends more than it takes.
TEST_F(AccessTest, MetadataBeyondWhatGrpcTakesEndsTheCallsOfItsConnectionAlone) {
  const std::string good = absl::StrCat("Bearer ", issuer_.Token({"operator"}));
  grpc::ChannelArguments arguments;
  arguments.SetInt(GRPC_ARG_USE_LOCAL_SUBCHANNEL_POOL, 1);
  const auto elsewhere = ScoringService::NewStub(grpc::CreateCustomChannel(
      absl::StrCat("127.0.0.1:", server_->port()), grpc::InsecureChannelCredentials(), arguments));
  const auto open = [&](ScoringService::Stub& stub, grpc::ClientContext& context) {
    context.AddMetadata("authorization", good);
    auto stream = stub.ScoreBatch(&context);
    stream->WaitForInitialMetadata();
    return stream;
  };
  const auto other_context = NewContext(absl::Minutes(1));
  const auto other = open(*elsewhere, *other_context);
  for (const size_t size : {300'000, 2'000'000}) {
    const auto context = NewContext(absl::Minutes(1));
    const auto neighbour = open(*stub_, *context);
    const auto refused = WhoAmI(absl::StrCat("Bearer ", std::string(size, 'x')));
    EXPECT_THAT(DetailOf(refused.status()).reason(),
                testing::AnyOf(Reason::TOO_LARGE, Reason::SERVICE_UNREACHABLE));
    ScoreBatchResponse response;
    EXPECT_FALSE(neighbour->Read(&response));
    EXPECT_THAT(DetailOf(FromGrpcStatus(neighbour->Finish())).reason(),
                testing::AnyOf(Reason::TOO_LARGE, Reason::SERVICE_UNREACHABLE));
    // On a new connection.
    EXPECT_TRUE(processes::Eventually([&] { return WhoAmI(good).ok(); }));
  }
  other->WritesDone();
  EXPECT_OK(FromGrpcStatus(other->Finish()));
}

// Names that a gateway might set say nothing.
TEST_F(AccessTest, IdentityHeadersAreNotBelieved) {
  const auto context = NewContext(absl::Seconds(30));
  for (const char* header : {"x-forwarded-user", "x-user", "x-subject", "x-roles", "x-service",
                             "x-forwarded-client-cert", "x-zhiping-caller"}) {
    context->AddMetadata(header, "operator");
  }
  GetStatusResponse response;
  EXPECT_THAT(FromGrpcStatus(stub_->GetStatus(context.get(), {}, &response)),
              HasReason(Reason::TOKEN_REQUIRED));
}

TEST_F(AccessTest, RolesAreNeeded) {
  EXPECT_THAT(OpenStream(issuer_.Token({"viewer", "reviewer"})), HasReason(Reason::ROLE_REQUIRED));
  EXPECT_THAT(OpenStream(issuer_.Token({})), HasReason(Reason::ROLE_REQUIRED));
}

TEST_F(AccessTest, StreamsThatHaveEndedDoNotCount) {
  const std::string token = issuer_.Token({"operator"});
  // One after the other; of the last, the server may not know yet that it has ended.
  for (int i = 0; i < 2 * LimitOptions().streams; ++i) {
    const auto context = NewContext(absl::Seconds(30));
    context->AddMetadata("authorization", absl::StrCat("Bearer ", token));
    const auto stream = stub_->ScoreBatch(context.get());
    stream->WritesDone();
    ASSERT_OK(FromGrpcStatus(stream->Finish())) << i;
  }
}

TEST_F(AccessTest, AStreamEndsWhenItsTokenExpires) {
  const absl::Time start = absl::Now();
  EXPECT_THAT(OpenStream(issuer_.Token({"operator"}, absl::Seconds(3))),
              HasReason(Reason::TOKEN_EXPIRED));
  EXPECT_GT(absl::Now() - start, absl::Seconds(2));
  EXPECT_LT(absl::Now() - start, absl::Seconds(20));
}

// The keys are read each second, and a
// second later every stream is looked at; the rest is for a machine that has other things to do.
TEST_F(AccessTest, AStreamEndsSoonAfterTheKeyOfItsTokenIsRevoked) {
  const auto other = *identity::TokenSigner::Generate(common::v1::TokenAlgorithm::ES256);
  absl::Time revoked;
  const auto revoke = [&] {
    // It counts beside another one first.
    issuer_.Publish({&issuer_.signer(), &other});
    const std::string another =
        absl::StrCat("Bearer ", *other.Sign(TestIssuer::Claims({"operator"})));
    EXPECT_TRUE(processes::Eventually([&] { return WhoAmI(another).ok(); }));
    issuer_.Publish({&other});
    revoked = absl::Now();
  };
  EXPECT_THAT(OpenStream(issuer_.Token({"operator"}), revoke),
              HasReason(Reason::UNKNOWN_TOKEN_KEY));
  EXPECT_LT(absl::Now() - revoked, absl::Seconds(5));
}

TEST(LoopbackAccessTest, WithoutAnIdentityFileThisMachineIsAnswered) {
  AccessedService service({});
  auto server = Server::Start({"127.0.0.1:0"}, {{ScoringService::service_full_name(), &service}});
  ASSERT_OK(server);
  (*server)->SetReady(true);
  const auto stub = StubOf({server->get()});
  EXPECT_TRUE(CallGetStatus(*stub, absl::Seconds(30)).ok());
}

// What Prometheus is told of the only issuer; -1: nothing.
double KeysReadable(const Metrics& metrics) {
  for (const auto& family : metrics.registry()->Collect()) {
    if (family.name == "zhiping_issuer_keys_readable") return family.metric.at(0).gauge.value;
  }
  return -1;
}

TEST(AccessControlTest, SaysWhetherTheKeysOfAnIssuerCanBeRead) {
  const std::string folder = processes::NewFolder();
  const TestIssuer issuer(folder);
  Metrics metrics;
  const Log log(Severity::kError);
  AccessOptions options;
  options.identity_file = issuer.identity_file();
  const auto access = AccessControl::Open(options, SystemClock(), log, &metrics);
  ASSERT_OK(access);
  EXPECT_EQ(KeysReadable(metrics), 1);
  issuer.Publish({});
  EXPECT_TRUE(processes::Eventually([&] { return KeysReadable(metrics) == 0; }));
  issuer.Publish({&issuer.signer()});
  EXPECT_TRUE(processes::Eventually([&] { return KeysReadable(metrics) == 1; }));
}

TEST(AccessControlTest, DoesNotStartWithSettingsThatAreWrong) {
  const Log log(Severity::kError);
  AccessOptions options;
  options.identity_file = "/nowhere";
  EXPECT_THAT(AccessControl::Open(options, SystemClock(), log), HasReason(Reason::FILE_UNREADABLE));
  options = {};
  options.time_zone = "Mars/Olympus";
  EXPECT_THAT(AccessControl::Open(options, SystemClock(), log), HasReason(Reason::INVALID_FIELD));
  options = {};
  options.reference.review_units = "/nowhere";
  EXPECT_THAT(AccessControl::Open(options, SystemClock(), log), HasReason(Reason::FILE_UNREADABLE));
}

}  // namespace
}  // namespace zhiping::rpc
