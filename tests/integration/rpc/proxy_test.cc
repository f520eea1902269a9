// What a proxy that the environment names gets to see of channels: nothing that goes without TLS,
// and nothing that is for this machine.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "absl/synchronization/mutex.h"
#include "common/rpc/channel.h"
#include "tests/processes/certificates.h"
#include "tests/processes/process.h"
#include "tests/processes/proxy_variables.h"
#include "tests/processes/scripted_server.h"

namespace zhiping::rpc {
namespace {

using processes::Peer;
using processes::ScriptedServer;

class ProxyTest : public testing::Test {
 protected:
  // Both kinds of channels to it try to connect.
  static std::vector<std::shared_ptr<grpc::Channel>> Connecting(const std::string& target,
                                                                const TlsFiles& tls) {
    std::vector<std::shared_ptr<grpc::Channel>> channels = {
        NewChannel(target, {}, Instances::kAll, tls),
        NewStreamChannel(target, Instances::kAll, tls)};
    for (const auto& channel : channels) channel->GetState(/*try_to_connect=*/true);
    return channels;
  }

  std::string Asked() {
    absl::MutexLock lock(&mutex_);
    return asked_;
  }

  const processes::CertificateAuthority authority_{processes::NewFolder()};
  const TlsFiles tls_ = {"", "", authority_.certificate()};
  absl::Mutex mutex_;
  std::string asked_ ABSL_GUARDED_BY(mutex_);
  const ScriptedServer proxy_{[this](Peer& peer) {
    const std::string request = peer.Receive();
    absl::MutexLock lock(&mutex_);
    asked_ = request;
  }};
  const processes::ProxyInEnvironment variables_{proxy_.address()};
};

TEST_F(ProxyTest, WhatIsForThisMachineStaysThere) {
  for (const TlsFiles& tls : {TlsFiles(), tls_}) {
    for (const char* const scheme : {"", "dns:///", "ipv4:"}) {
      const ScriptedServer server([](Peer& peer) { peer.Receive(); });
      const auto channels = Connecting(scheme + server.address(), tls);
      EXPECT_TRUE(processes::Eventually([&] { return server.connections() >= 2; })) << scheme;
    }
  }
  EXPECT_EQ(proxy_.connections(), 0);
}

// TEST-NET-1: nobody is there.
TEST_F(ProxyTest, WhatGoesWithoutTlsGoesByNoProxy) {
  const auto channels = Connecting("192.0.2.1:50051", {});
  for (const auto& channel : channels) {
    channel->WaitForConnected(std::chrono::system_clock::now() + std::chrono::seconds(1));
  }
  EXPECT_EQ(proxy_.connections(), 0);
}

TEST_F(ProxyTest, TlsToAnotherMachineGoesByIt) {
  const auto channels = Connecting("scoring.example:50051", tls_);
  EXPECT_TRUE(processes::Eventually([&] { return proxy_.connections() >= 2; }));
  EXPECT_TRUE(processes::Eventually([&] { return !Asked().empty(); }));
  EXPECT_THAT(Asked(), testing::StartsWith("CONNECT scoring.example:50051"));
}

}  // namespace
}  // namespace zhiping::rpc
