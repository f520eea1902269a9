#include "common/releases/release_flags.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "absl/strings/str_cat.h"
#include "common/rpc/flags.h"
#include "tests/unit/status_matchers.h"

namespace zhiping::releases {
namespace {

using Arguments = std::vector<std::string>;

// The exit code if the flags are refused, with what is said on standard error.
std::pair<std::optional<int>, std::string> Parse(Arguments arguments) {
  CLI::App app;
  ReleaseFlags flags;
  AddReleaseFlags(app, flags);
  arguments.insert(arguments.begin(), {"program", "--trust-file", "trust"});
  std::vector<char*> argv;
  for (auto& argument : arguments) argv.push_back(argument.data());
  testing::internal::CaptureStderr();
  const auto code = rpc::ParseFlags(app, static_cast<int>(argv.size()), argv.data());
  return {code, testing::internal::GetCapturedStderr()};
}

TEST(ReleaseFlagsTest, WhatDoesNothingWithASeedAloneIsRefused) {
  struct Case {
    const char *flag, *value, *needed;
  };
  for (const auto& [flag, value, needed] : {Case{"--programmes", "a,b", "--catalogue"},
                                            {"--poll-interval", "1s", "--catalogue"},
                                            {"--stale-after", "5s", "--catalogue"},
                                            {"--expired-after", "1h", "--catalogue"},
                                            {"--redis", "r:1", "--catalogue"},
                                            {"--cache-dir", "c", "--catalogue"},
                                            {"--redis-user", "u", "--redis"},
                                            {"--redis-password-file", "f", "--redis"}}) {
    const auto [code, said] = Parse({"--seed-dir", "seed", flag, value});
    EXPECT_EQ(code, 2) << flag;
    EXPECT_THAT(said, testing::HasSubstr(absl::StrCat(flag, " 只在有 ", needed, " 时使用")));
    EXPECT_THAT(said,
                testing::HasSubstr(absl::StrCat(flag, " is used together with ", needed, " only")));
  }
  EXPECT_EQ(Parse({"--seed-dir", "seed", "--instance-name", "a"}).first, std::nullopt);
  EXPECT_EQ(Parse({"--catalogue", "c:1", "--programmes", "a", "--redis", "r:1", "--redis-user", "u",
                   "--cache-dir", "c", "--expired-after", "1h"})
                .first,
            std::nullopt);
}

TEST(ReleaseFlagsTest, ACatalogueOnAnotherMachineIsCalledByTls) {
  ReleaseFlags flags;
  flags.programmes = {"a"};
  rpc::Metrics metrics;
  const rpc::Log log(rpc::Severity::kError);
  // Nothing is there: whatever may be called fails later.
  flags.trust_file = "/nowhere";
  const auto create = [&](const std::string& catalogue, const rpc::TlsFiles& tls) {
    flags.catalogue = catalogue;
    return ServedReleases::Create(flags, "scoring", tls, SystemClock(), metrics, log).status();
  };
  for (const char* far : {"catalogue:1", "dns:///catalogue:1", "192.0.2.2:1"}) {
    EXPECT_THAT(create(far, {}), HasReason(Reason::NOT_SECURED)) << far;
    EXPECT_EQ(DetailOf(create(far, {})).violations(0).field(), "--tls-certificate");
    EXPECT_THAT(create(far, {"c", "k", "a"}), HasReason(Reason::FILE_UNREADABLE)) << far;
  }
  EXPECT_THAT(create("127.0.0.1:1", {}), HasReason(Reason::FILE_UNREADABLE));
}

// The catalogue would refuse the stream for the right ones beside it.
TEST(ReleaseFlagsTest, WhatIsNoIdOfAProgrammeIsRefusedAndNamed) {
  ReleaseFlags flags;
  flags.catalogue = "127.0.0.1:1";
  flags.trust_file = "/nowhere";
  rpc::Metrics metrics;
  const rpc::Log log(rpc::Severity::kError);
  const auto create = [&](const std::string& programme) {
    flags.programmes = {"jiangsu-ai", programme};
    return ServedReleases::Create(flags, "scoring", {}, SystemClock(), metrics, log).status();
  };
  const std::string long_name(65, 'a');
  for (const std::string& wrong : {std::string("Jiangsu_AI"), std::string("../../../tmp/evil"),
                                   std::string("江苏"), std::string("a b"), long_name}) {
    const absl::Status refused = create(wrong);
    EXPECT_THAT(refused, HasReason(Reason::INVALID_FIELD)) << wrong;
    const ErrorDetail detail = DetailOf(refused);
    ASSERT_EQ(detail.violations_size(), 1) << wrong;
    const auto& violation = detail.violations(0);
    EXPECT_EQ(violation.field(), "--programmes");
    for (const std::string& said : {violation.message().zh(), violation.message().en()}) {
      EXPECT_THAT(said, testing::HasSubstr(wrong));
      EXPECT_THAT(said, testing::HasSubstr("jiangsu-ai"));
    }
  }
  EXPECT_THAT(create("another"), HasReason(Reason::FILE_UNREADABLE));
}

}  // namespace
}  // namespace zhiping::releases
