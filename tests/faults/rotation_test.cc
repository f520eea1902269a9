// Certificates, authorities and the keys of tokens are replaced while the services run: callers
// notice nothing, and what was revoked stops counting.
#include <grpc/grpc_security_constants.h>

#include <atomic>
#include <iostream>
#include <list>
#include <thread>

#include "absl/base/thread_annotations.h"
#include "absl/strings/match.h"
#include "absl/synchronization/mutex.h"
#include "absl/time/clock.h"
#include "common/rpc/channel.h"
#include "common/rpc/status.h"
#include "tests/faults/suite.h"

namespace zhiping::faults {
namespace {

using identity::TokenSigner;
using processes::CertificateAuthority;
using rpc::TestIssuer;
using scoring::v1::ScoringService;

constexpr int kCallers = 6;
// Services look at their files this often (rpc/certificate_watch.h, then rpc/tls.cc; TestIssuer's
// refresh_seconds).
constexpr absl::Duration kRefresh = absl::Seconds(1);
// What a busy machine may add to it.
constexpr absl::Duration kMargin = absl::Seconds(2);

// Scores the sample.
absl::Status Score(const std::shared_ptr<grpc::Channel>& channel, const std::string& token) {
  const auto context = rpc::NewContext(absl::Seconds(20));
  context->AddMetadata("authorization", "Bearer " + token);
  scoring::v1::ScoreResponse response;
  return rpc::FromGrpcStatus(
      ScoringService::NewStub(channel)->Score(context.get(), SampleRequest(), &response));
}

// What callers do all the time: half of them connect for each call, half of them keep a channel,
// whose connection the service ends every second.
class Load {
 public:
  Load(const Security& security, const std::string& address)
      : security_(security), address_(address), signer_(&security.issuer().signer()) {
    for (int i = 0; i < kCallers; ++i) {
      callers_.emplace_back([this, keeps = i % 2 == 0] { Run(keeps); });
    }
  }
  ~Load() { End(); }

  std::shared_ptr<grpc::Channel> NewChannel() const {
    return rpc::NewChannel(address_, {ScoringService::service_full_name()}, rpc::Instances::kReady,
                           {"", "", security_.authorities()});
  }
  // Whose tokens they have from now on.
  void SignBy(const TokenSigner& signer) { signer_ = &signer; }
  // Whether that many more calls were answered, well or not.
  bool More(int count) {
    const int goal = calls_ + count;
    return processes::Eventually([&] { return calls_ >= goal; }, absl::Seconds(60));
  }
  void End() {
    ending_ = true;
    for (auto& caller : callers_) caller.join();
    callers_.clear();
  }
  // REQUIRES: ended.
  void ExpectNoneLost() {
    absl::MutexLock lock(&mutex_);
    EXPECT_EQ(failed_, 0) << last_failure_;
    std::cout << calls_ << " calls of " << kCallers << " callers, " << failed_ << " lost\n";
  }

 private:
  void Run(bool keeps) {
    std::shared_ptr<grpc::Channel> kept = NewChannel();
    while (!ending_) {
      const std::string token = *signer_.load()->Sign(TestIssuer::Claims({"viewer"}));
      const absl::Status status = Score(keeps ? kept : NewChannel(), token);
      if (!status.ok()) {
        absl::MutexLock lock(&mutex_);
        ++failed_;
        last_failure_ = std::string(status.message());
      }
      ++calls_;
      absl::SleepFor(absl::Milliseconds(2));
    }
  }

  const Security& security_;
  const std::string address_;
  std::atomic<const TokenSigner*> signer_;
  std::atomic<bool> ending_ = false;
  std::atomic<int> calls_ = 0;
  absl::Mutex mutex_;
  int failed_ ABSL_GUARDED_BY(mutex_) = 0;
  std::string last_failure_ ABSL_GUARDED_BY(mutex_);
  std::list<std::thread> callers_;
};

class RotationTest : public testing::Test {
 protected:
  void SetUp() override {
    catalogue_.StartAndAwait();
    catalogue_.PublishNew();
    scoring_.StartAndAwait();
    ASSERT_TRUE(scoring_.Reaches(1));
  }

  // The certificate that the service at `address` shows to another one that has these files; empty
  // if either does not believe the other.
  static std::string ShownTo(const rpc::TlsFiles& caller, const std::string& address) {
    const auto channel = rpc::NewChannel(address, {}, rpc::Instances::kAll, caller);
    const auto context = rpc::NewContext(absl::Seconds(20));
    catalogue::v1::GetActivationResponse response;
    const grpc::Status status = catalogue::v1::CatalogueService::NewStub(channel)->GetActivation(
        context.get(), {}, &response);
    if (status.error_code() == grpc::StatusCode::UNAVAILABLE) return "";
    const auto shown =
        context->auth_context()->FindPropertyValues(GRPC_X509_PEM_CERT_PROPERTY_NAME);
    return shown.empty() ? "" : std::string(shown.front().data(), shown.front().size());
  }

  // Gives both services new certificates, and waits until they show them.
  void Renew(const CertificateAuthority& by, const rpc::TlsFiles& caller) {
    security_.Renew("catalogue", by);
    security_.Renew("scoring", by);
    for (const auto& [service, address] :
         {std::pair("catalogue", catalogue_.address()), std::pair("scoring", scoring_.address())}) {
      EXPECT_TRUE(processes::Eventually([&, service = service, address = address] {
        const std::string shown = ShownTo(caller, address);
        return !shown.empty() && absl::StartsWith(security_.CertificateOf(service), shown);
      })) << service;
    }
  }

  const Security security_;
  const Suite suite_{&security_};
  CatalogueProcess catalogue_{suite_, {{"--max-connection-age", "1s"}}};
  // All callers are one person.
  ScoringProcess scoring_{suite_,
                          {{"--catalogue", catalogue_.address()},
                           {"--max-connection-age", "1s"},
                           {"--caller-rate", "0"}}};
};

TEST_F(RotationTest, CertificatesAndTheirAuthorityAreReplacedUnderLoad) {
  Load load(security_, scoring_.address());
  ASSERT_TRUE(load.More(50));
  const CertificateAuthority& old = security_.authority();
  const CertificateAuthority next(processes::NewFolder());
  const auto caller = [&](const CertificateAuthority& by) {
    const auto files = by.Issue("caller", processes::NamesOf("scoring"));
    return rpc::TlsFiles{files.certificate, files.key, security_.authorities()};
  };
  const rpc::TlsFiles old_caller = caller(old);
  const rpc::TlsFiles next_caller = caller(next);
  const auto both_believe = [&](const rpc::TlsFiles& files) {
    return !ShownTo(files, catalogue_.address()).empty() &&
           !ShownTo(files, scoring_.address()).empty();
  };
  for (int i = 0; i < 3; ++i) {
    Renew(old, old_caller);
    ASSERT_TRUE(load.More(100));
  }
  // What is not whole changes nothing.
  security_.RenewInPart("catalogue");
  security_.RenewInPart("scoring");
  absl::SleepFor(2 * kRefresh + kMargin);
  EXPECT_TRUE(both_believe(old_caller));
  ASSERT_TRUE(load.More(100));
  // By another authority, which everybody trusts first, also those whose certificate is not whole.
  EXPECT_FALSE(both_believe(next_caller));
  security_.Trust({&old, &next});
  EXPECT_TRUE(processes::Eventually([&] { return both_believe(next_caller); }));
  EXPECT_TRUE(both_believe(old_caller));
  // What the channel of a service trusts shows nowhere.
  absl::SleepFor(2 * kRefresh + kMargin);
  Renew(next, old_caller);
  ASSERT_TRUE(load.More(100));
  security_.Trust({&next});
  EXPECT_TRUE(processes::Eventually([&] {
    return ShownTo(old_caller, catalogue_.address()).empty() &&
           ShownTo(old_caller, scoring_.address()).empty();
  }));
  EXPECT_TRUE(both_believe(next_caller));
  ASSERT_TRUE(load.More(100));
  // Scoring follows all the same, when nothing is left of its connections from before.
  catalogue_.Kill();
  catalogue_.StartAndAwait();
  const int32_t revision = catalogue_.PublishNew().revision();
  EXPECT_TRUE(scoring_.Reaches(revision));
  ASSERT_TRUE(load.More(50));
  load.End();
  load.ExpectNoneLost();
}

TEST_F(RotationTest, KeysOfTokensAreReplacedUnderLoadAndARevokedOneStopsCounting) {
  const TokenSigner& old = security_.issuer().signer();
  const TokenSigner next = *TokenSigner::Generate(common::v1::TokenAlgorithm::ES256);
  Load load(security_, scoring_.address());
  const auto channel = load.NewChannel();
  const std::string old_token = *old.Sign(TestIssuer::Claims({"viewer"}));
  const std::string next_token = *next.Sign(TestIssuer::Claims({"viewer"}));
  ASSERT_TRUE(load.More(50));
  EXPECT_OK(Score(channel, old_token));
  EXPECT_THAT(Score(channel, next_token), HasReason(Reason::UNKNOWN_TOKEN_KEY));
  security_.issuer().Publish({&old, &next});
  // An issuer signs by a new key once everybody had time to read it.
  EXPECT_TRUE(processes::Eventually([&] { return Score(channel, next_token).ok(); }));
  load.SignBy(next);
  ASSERT_TRUE(load.More(100));
  const absl::Duration start = SystemClock().Steady();
  security_.issuer().Publish({&next});
  absl::Status refused;
  EXPECT_TRUE(processes::Eventually([&] {
    refused = Score(channel, old_token);
    return !refused.ok();
  }));
  const absl::Duration until_refused = SystemClock().Steady() - start;
  EXPECT_THAT(refused, HasReason(Reason::UNKNOWN_TOKEN_KEY));
  EXPECT_LE(until_refused, kRefresh + kMargin);
  std::cout << "a revoked key counted for " << until_refused << " more (refresh_seconds: 1)\n";
  ASSERT_TRUE(load.More(100));
  load.End();
  load.ExpectNoneLost();
}

}  // namespace
}  // namespace zhiping::faults
