#include "common/rpc/target.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/unit/status_matchers.h"

namespace zhiping::rpc {
namespace {

TEST(TargetTest, IsHostAndPortAndNoUrl) {
  for (const char* target : {"127.0.0.1:50051", "catalogue:1", "[::1]:65535", "dns:///catalogue:1",
                             "dns://8.8.8.8/catalogue:1", "ipv4:10.0.0.1:1", "unix:/run/c.sock"}) {
    EXPECT_TRUE(IsTarget(target)) << target;
  }
  for (const char* target : {"http://127.0.0.1:50051", "https://c:1", "grpc://c:1", "c", "c:", ":1",
                             "c:0", "c:65536", "dns:///c", "127.0.0.1:50051/", "c:1x", ""}) {
    EXPECT_FALSE(IsTarget(target)) << target;
  }
}

absl::Status Checked(const std::string& target, const TlsFiles& tls) {
  Violations violations;
  CheckAddress({"--scoring", "评分服务", "scoring service"}, target, tls, violations);
  return violations.ToStatus();
}

TEST(TargetTest, AnAddressThatIsNoneIsRefusedNamingTheFlag) {
  for (const char* wrong : {"", "https://x/", "http://127.0.0.1:50051", "scoring", "scoring:0"}) {
    for (const TlsFiles& tls : {TlsFiles(), TlsFiles{"c", "k", "a"}}) {
      const absl::Status refused = Checked(wrong, tls);
      ASSERT_THAT(refused, HasReason(Reason::INVALID_FIELD)) << wrong;
      ASSERT_EQ(DetailOf(refused).violations_size(), 1);
      const FieldViolation violation = DetailOf(refused).violations(0);
      EXPECT_EQ(violation.field(), "--scoring");
      EXPECT_THAT(violation.message().zh(),
                  testing::HasSubstr("--scoring 应为评分服务的“主机:端口”"));
      EXPECT_THAT(violation.message().en(),
                  testing::HasSubstr("--scoring should be HOST:PORT of the scoring service"));
    }
  }
}

TEST(TargetTest, AServiceOnAnotherMachineIsCalledByTls) {
  for (const char* far : {"10.1.2.3:50051", "dns:///scoring:1", "ipv4:127.0.0.1:1,10.1.2.3:1"}) {
    const absl::Status refused = Checked(far, {});
    ASSERT_THAT(refused, HasReason(Reason::NOT_SECURED)) << far;
    EXPECT_EQ(DetailOf(refused).violations(0).field(), "--tls-certificate");
    EXPECT_THAT(DetailOf(refused).violations(0).message().zh(), testing::HasSubstr(far));
    EXPECT_OK(Checked(far, {"c", "k", "a"}));
  }
  for (const char* near : {"127.0.0.1:50051", "localhost:1", "unix:/run/scoring.sock"}) {
    EXPECT_OK(Checked(near, {}));
  }
}

}  // namespace
}  // namespace zhiping::rpc
