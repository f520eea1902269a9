// What operators see of a running catalogue: metrics, log and exit codes, and how it logs in to
// Redis.
#include <sys/resource.h>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "common/files/file.h"
#include "common/releases/redis_source.h"
#include "common/time/timestamp.h"
#include "tests/faults/suite.h"
#include "tests/processes/redis_server.h"
#include "tests/unit/status_matchers.h"

namespace zhiping::faults {
namespace {

using testing::HasSubstr;
using testing::Not;

TEST(CatalogueOperationTest, MetricsSayWhatIsSignedWhoFollowsAndWhatIsWrong) {
  const Suite suite;
  const int port = processes::FreePort();
  CatalogueProcess catalogue(suite, {{"--metrics-listen", absl::StrCat("127.0.0.1:", port)}});
  catalogue.StartAndAwait();
  const auto first = catalogue.PublishNew();
  catalogue.PublishNew();
  ScoringProcess follows(suite, {{"--catalogue", catalogue.address()}});
  follows.StartAndAwait();
  // Trusts other keys.
  const Suite others;
  ScoringProcess refuses(others, {{"--catalogue", catalogue.address()}});
  refuses.Start();
  const auto says = [&](const std::string& line) {
    return processes::Eventually(
        [&] { return absl::StrContains(processes::HttpGet(port, "/metrics"), line); });
  };
  const std::string programme = absl::StrCat("programme=\"", kProgramme, "\"");
  EXPECT_TRUE(says(absl::StrCat("zhiping_catalogue_revision{", programme, "} 2")));
  EXPECT_TRUE(says(absl::StrCat("zhiping_catalogue_signs{", programme, "} 1")));
  for (const char* instances : {"APPLIED\"} 1", "REFUSED\"} 1", "BEHIND\"} 0", "UNKNOWN\"} 0"}) {
    EXPECT_TRUE(
        says(absl::StrCat("zhiping_catalogue_instances{", programme, ",status=\"", instances)))
        << instances;
  }
  EXPECT_THAT(processes::HttpGet(port, "/metrics"), Not(HasSubstr("zhiping_catalogue_alarm{")));
  auto rollback = catalogue::v1::RollBackRequest();
  rollback.set_programme(kProgramme);
  rollback.set_digest(first.digest());
  rollback.mutable_actor()->set_name("test");
  rollback.mutable_actor()->set_reason("test");
  rollback.set_request_id("00000000-0000-4000-8000-0000000000aa");
  ASSERT_OK(catalogue.RollBack(rollback));
  EXPECT_TRUE(
      says(absl::StrCat("zhiping_catalogue_alarm{kind=\"ROLLED_BACK\",", programme, "} 1")));
}

TEST(CatalogueOperationTest, ARefusedPublicationIsALineOfTheLogWithoutWhatTheCallerSent) {
  const Suite suite;
  CatalogueProcess catalogue(suite);
  catalogue.StartAndAwait();
  catalogue.PublishNew();
  EXPECT_THAT(catalogue.Output(), Not(HasSubstr("change_refused")));
  const std::string digest = absl::StrCat("sha256:", std::string(64, 'e'));
  EXPECT_THAT(catalogue.Publish(digest), HasReason(Reason::RELEASE_NOT_FOUND));
  EXPECT_TRUE(processes::Eventually([&] {
    return absl::StrContains(catalogue.Output(),
                             "\"method\":\"PublishRelease\",\"reason\":\"RELEASE_NOT_FOUND\"");
  })) << catalogue.Output();
  EXPECT_THAT(catalogue.Output(), Not(HasSubstr("eeeeeeee")));
}

// A misspelt one that is no id is refused at the start; any other may be published one day.
TEST(CatalogueOperationTest, AProgrammeThatNobodyKnowsIsSaidOnceAndBreaksNoneBesideIt) {
  const Suite suite;
  CatalogueProcess catalogue(suite);
  catalogue.StartAndAwait();
  catalogue.PublishNew();
  ScoringProcess scoring(suite, {{"--catalogue", catalogue.address()},
                                 {"--programmes", absl::StrCat(kProgramme, ",Jiangsu_AI")}});
  scoring.Start();
  EXPECT_EQ(scoring.AwaitEnd(), 1);
  EXPECT_THAT(scoring.Output(), HasSubstr("--programmes 中的“Jiangsu_AI”不是评测体系的标识"));
  EXPECT_THAT(scoring.Output(), HasSubstr("--programmes: \"Jiangsu_AI\" is no id of a programme"));
  scoring.SetFlag("--programmes", absl::StrCat("jiangsu-al,", kProgramme));
  scoring.StartAndAwait();
  EXPECT_TRUE(processes::Eventually([&] {
    const auto seen = catalogue.Convergence();
    return seen.ok() && seen->instances_size() == 1 &&
           seen->instances(0).status() == catalogue::v1::InstanceConvergence::APPLIED;
  }));
  EXPECT_TRUE(scoring.Reaches(catalogue.PublishNew().revision()));
  const std::string output = scoring.Output();
  const size_t said = output.find("\"nothing_in_force\",\"programme\":\"jiangsu-al\"");
  EXPECT_NE(said, std::string::npos) << output;
  EXPECT_EQ(output.find("nothing_in_force", said + 20), std::string::npos);
  EXPECT_THAT(output, Not(HasSubstr("source_away")));
  EXPECT_THAT(catalogue.Output(), Not(HasSubstr("call_failed")));
}

TEST(CatalogueOperationTest, WhileReportsCannotBeWrittenAnAlarmSaysWhyInstancesAreLost) {
  const Suite suite;
  CatalogueProcess catalogue(suite, {{"--instance-lease", "7s"}},
                             // A file that grows too large is an error, as a full disk is.
                             {"env", "--ignore-signal=XFSZ"});
  catalogue.StartAndAwait();
  catalogue.PublishNew();
  ScoringProcess scoring(suite, {{"--catalogue", catalogue.address()}});
  scoring.StartAndAwait();
  const auto is = [&](catalogue::v1::InstanceConvergence::Status status) {
    return processes::Eventually([&] {
      const auto seen = catalogue.Convergence();
      return seen.ok() && seen->instances_size() == 1 && seen->instances(0).status() == status;
    });
  };
  const auto limit = [&](rlim_t bytes) {
    const struct rlimit size = {bytes, RLIM_INFINITY};
    ASSERT_EQ(prlimit(catalogue.pid(), RLIMIT_FSIZE, &size, nullptr), 0);
  };
  ASSERT_TRUE(is(catalogue::v1::InstanceConvergence::APPLIED));
  EXPECT_FALSE(catalogue.HasAlarm("REPORTS_NOT_WRITTEN"));
  const absl::Time full = absl::Now();
  // What it prints still fits.
  limit(64 << 10);
  ASSERT_TRUE(processes::Eventually([&] { return catalogue.HasAlarm("REPORTS_NOT_WRITTEN"); }));
  EXPECT_TRUE(is(catalogue::v1::InstanceConvergence::UNKNOWN));
  const auto convergence = catalogue.Convergence();
  ASSERT_OK(convergence);
  for (const auto& alarm : convergence->alarms()) {
    if (alarm.kind() != "REPORTS_NOT_WRITTEN") continue;
    EXPECT_GE(FromTimestamp(alarm.since()), full - absl::Milliseconds(1));
    EXPECT_THAT(alarm.message().zh(), HasSubstr("失联"));
  }
  EXPECT_OK(scoring.Score());
  limit(RLIM_INFINITY);
  EXPECT_TRUE(is(catalogue::v1::InstanceConvergence::APPLIED));
  EXPECT_FALSE(catalogue.HasAlarm("REPORTS_NOT_WRITTEN"));
}

TEST(CatalogueOperationTest, ItLogsInToRedisAsTheUserItIsGiven) {
  processes::RedisServer redis;
  redis.Run({"ACL", "SETUSER", "catalogue", "on", ">s3cret", "~*", "+get", "+set"});
  redis.Run({"ACL", "SETUSER", "default", "-set"});
  const std::string password = processes::NewFolder() + "/password";
  ASSERT_OK(WriteFile(password, "s3cret\n", Overwrite::kNever));
  const Suite suite;
  CatalogueProcess catalogue(suite, {{"--redis", redis.address()},
                                     {"--redis-user", "catalogue"},
                                     {"--redis-password-file", password}});
  catalogue.StartAndAwait();
  catalogue.PublishNew();
  EXPECT_TRUE(processes::Eventually([&] {
    return redis.Run({"EXISTS", releases::RedisStateKey(kProgramme)}) == "1";
  }));
}

}  // namespace
}  // namespace zhiping::faults
