#include "common/rpc/loopback.h"

#include <gtest/gtest.h>

namespace zhiping::rpc {
namespace {

TEST(LoopbackTest, PeersOfThisMachine) {
  for (const char* peer : {"ipv4:127.0.0.1:4711", "ipv6:%5B::1%5D:4711", "ipv6:[::1]:4711",
                           "unix:/run/zhiping.sock", "ipv6:%5B::ffff:127.0.0.1%5D:1"}) {
    EXPECT_TRUE(IsLoopbackPeer(peer)) << peer;
  }
  for (const char* peer : {"ipv4:192.0.2.2:127", "ipv6:%5B2001:db8::1%5D:1", "", "ipv4:12.7.0.0:1",
                           "ipv6:%5B::127.0.0.1%5D:1"}) {
    EXPECT_FALSE(IsLoopbackPeer(peer)) << peer;
  }
}

TEST(LoopbackTest, AddressesOfThisMachine) {
  for (const char* address :
       {"127.0.0.1:0", "127.1.2.3:50051", "localhost:1", "[::1]:50051", "unix:/run/zhiping.sock",
        "dns:///localhost:1", "ipv4:127.0.0.1:1", "ipv4:127.0.0.1:1,127.0.0.1:2"}) {
    EXPECT_TRUE(IsLoopbackAddress(address)) << address;
  }
  for (const char* address : {"0.0.0.0:50051", "[::]:50051", "", ":50051", "localhost.example:1",
                              "12.7.0.1:1", "127.example.com:443", "127.0.0.1.nip.io:1",
                              "dns:///scoring:1", "dns://127.0.0.1/scoring:1", "ipv4:192.0.2.2:1",
                              "ipv4:127.0.0.1:1,192.0.2.2:1", "ipv6:[::1]:1,[2001:db8::1]:1"}) {
    EXPECT_FALSE(IsLoopbackAddress(address)) << address;
  }
}

}  // namespace
}  // namespace zhiping::rpc
