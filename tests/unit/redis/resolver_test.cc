#include "common/redis/resolver.h"

#include <arpa/inet.h>
#include <gtest/gtest.h>
#include <netinet/in.h>

#include <atomic>
#include <memory>

#include "absl/synchronization/notification.h"
#include "absl/time/clock.h"

namespace zhiping::redis {
namespace {

std::vector<SocketAddress> One(int last_byte) {
  SocketAddress address;
  auto* const ip = reinterpret_cast<sockaddr_in*>(&address.storage);
  ip->sin_family = AF_INET;
  ip->sin_addr.s_addr = htonl(0x7F000000U + static_cast<uint32_t>(last_byte));
  address.size = sizeof(*ip);
  return {address};
}

int LastByte(const std::vector<SocketAddress>& addresses) {
  if (addresses.size() != 1) return -1;
  const auto* const ip = reinterpret_cast<const sockaddr_in*>(&addresses[0].storage);
  return static_cast<int>(ntohl(ip->sin_addr.s_addr) & 0xFF);
}

// Its lookups may outlast the test, as the real ones may.
struct NameServer {
  absl::Notification answers;
  std::atomic<int> asked{0};
  // The address it tells next; 0: none.
  std::atomic<int> last_byte{1};

  static Lookup Of(const std::shared_ptr<NameServer>& server) {
    return [server](const std::string&, int) {
      server->answers.WaitForNotification();
      ++server->asked;
      const int byte = server->last_byte;
      return byte == 0 ? std::vector<SocketAddress>() : One(byte);
    };
  }
};

class ResolverTest : public testing::Test {
 protected:
  const std::shared_ptr<NameServer> names_ = std::make_shared<NameServer>();
  const Deadline soon_{absl::Seconds(20)};
};

TEST_F(ResolverTest, AnAddressIsNeverLookedUp) {
  for (const std::string host : {"127.0.0.1", "::1"}) {
    Resolver resolver(host, 6379, NameServer::Of(names_));
    EXPECT_EQ(resolver.Addresses(Deadline(absl::ZeroDuration())).size(), 1U) << host;
  }
  EXPECT_EQ(names_->asked, 0);
}

TEST_F(ResolverTest, WaitsForANameServerUntilTheDeadlineOnly) {
  Resolver resolver("redis", 6379, NameServer::Of(names_));
  const absl::Time start = absl::Now();
  EXPECT_TRUE(resolver.Addresses(Deadline(absl::Milliseconds(50))).empty());
  EXPECT_LT(absl::Now() - start, absl::Seconds(5));
  names_->answers.Notify();
  EXPECT_EQ(LastByte(resolver.Addresses(soon_)), 1);
}

TEST_F(ResolverTest, EndsWithoutWaitingForANameServer) {
  {
    Resolver resolver("redis", 6379, NameServer::Of(names_));
    EXPECT_TRUE(resolver.Addresses(Deadline(absl::ZeroDuration())).empty());
  }
  // Would hang above otherwise.
  names_->answers.Notify();
}

TEST_F(ResolverTest, AsksAgainInTheBackgroundWhileTheOldAddressServes) {
  names_->answers.Notify();
  Resolver resolver("redis", 6379, NameServer::Of(names_), absl::ZeroDuration());
  ASSERT_EQ(LastByte(resolver.Addresses(soon_)), 1);
  names_->last_byte = 2;
  while (LastByte(resolver.Addresses(soon_)) != 2 && !soon_.passed()) {
    EXPECT_EQ(resolver.Addresses(soon_).size(), 1U);
  }
  EXPECT_EQ(LastByte(resolver.Addresses(soon_)), 2);
}

TEST_F(ResolverTest, KeepsTheLastAddressWhenTheNameIsLost) {
  names_->answers.Notify();
  Resolver resolver("redis", 6379, NameServer::Of(names_), absl::ZeroDuration());
  ASSERT_EQ(LastByte(resolver.Addresses(soon_)), 1);
  names_->last_byte = 0;
  const int asked = names_->asked;
  while (names_->asked < asked + 2 && !soon_.passed()) {
    EXPECT_EQ(LastByte(resolver.Addresses(soon_)), 1);
  }
  EXPECT_GE(names_->asked, asked + 2);
  EXPECT_EQ(LastByte(resolver.Addresses(soon_)), 1);
}

TEST_F(ResolverTest, AsksNoMoreOftenThanItIsToldTo) {
  names_->answers.Notify();
  names_->last_byte = 0;
  Resolver resolver("redis", 6379, NameServer::Of(names_), absl::Hours(1));
  for (int i = 0; i < 100; ++i) EXPECT_TRUE(resolver.Addresses(soon_).empty());
  EXPECT_EQ(names_->asked, 1);
}

}  // namespace
}  // namespace zhiping::redis
