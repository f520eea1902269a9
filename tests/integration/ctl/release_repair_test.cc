// A catalogue that lost its store: what the commands advise leads out of it.
#include "absl/strings/str_split.h"
#include "common/envelope/envelope.h"
#include "common/releases/redis_source.h"
#include "tests/integration/ctl/release_under_test.h"
#include "tests/processes/redis_server.h"

namespace zhiping::ctl {
namespace {

// `zhipingctl …` in a sentence, up to the last option, whose value is the reader's.
std::vector<std::string> AdvisedCommand(const std::string& sentence) {
  const size_t begin = sentence.find("zhipingctl ") + 11;
  const size_t end = sentence.find(" --reason");
  std::vector<std::string> words = absl::StrSplit(sentence.substr(begin, end - begin), ' ');
  words.insert(words.end(), {"--reason", "从 Redis 得知"});
  return words;
}

TEST(NewStoreTest, IsFencedAndPublishedToAsTheCommandsSay) {
  const processes::RedisServer redis;
  const catalogue::SigningOptions signing = catalogue::NewSigning();
  const auto with_new_store = [&] {
    catalogue::CatalogueOptions options = Options(signing);
    options.redis.address = redis.address();
    return options;
  };
  {
    CatalogueUnderTest lost(with_new_store());
    for (const char* change : {"", "改"}) {
      ASSERT_OK(lost.Publish(catalogue::Publication(lost.Import(change))));
    }
    const std::string key = releases::RedisStateKey(kProgramme);
    ASSERT_TRUE(Eventually([&] {
      const auto envelope = envelope::ParseEnvelope(redis.Run({"GET", key}));
      catalogue::v1::ActivationState state;
      return envelope.ok() && state.ParseFromString(envelope->payload) &&
             state.current().revision() == 2;
    }));
  }
  const CatalogueUnderTest fresh(with_new_store());
  const auto run = [&](std::vector<std::string> arguments) {
    arguments.emplace_back("--json");
    return RunCtl(arguments, {{"ZHIPING_CATALOGUE", absl::StrCat("127.0.0.1:", fresh.port())},
                              {"ZHIPING_LANG", "zh"}});
  };
  EXPECT_EQ(ErrorOf(run({"release", "status"})).reason(), Reason::NO_ACTIVE_RELEASE);
  EXPECT_EQ(
      ErrorOf(run({"release", "fence", "--above", "2", "--reason", "x", "--programme", kProgramme}))
          .reason(),
      Reason::UNKNOWN_PROGRAMME);
  const std::string digest =
      Parse(run({"edition", "import", EditionWith("新")}).out).value("digest", "");
  const std::vector<std::string> publish = {"release", "publish", digest, "--reason", "测试"};
  const ErrorDetail ahead = ErrorOf(run(publish));
  ASSERT_EQ(ahead.reason(), Reason::REVISION_AHEAD);
  // Nothing is published, and the alarm is shown all the same.
  const Json status = Parse(run({"release", "status"}).out);
  EXPECT_EQ(status["alarms"][0]["kind"], "REVISION_AHEAD");
  const auto fence = AdvisedCommand(ahead.message().zh());
  EXPECT_EQ(fence, AdvisedCommand(ahead.message().en()));
  EXPECT_EQ(Parse(run(fence).out)["nextRevision"], 3);
  EXPECT_EQ(Parse(run(publish).out)["activation"]["revision"], 3);
  EXPECT_EQ(run({"release", "status"}).exit_code, 0);
}

// What nobody imported or follows is a misspelt name, and would be kept for ever.
TEST_F(ReleaseTest, AMisspeltProgrammeIsNotFenced) {
  Publish();
  const auto fence = [&](const char* programme) {
    return Refused(
               {"release", "fence", "--above", "5", "--reason", "恢复", "--programme", programme})
        .reason();
  };
  EXPECT_EQ(fence("jiangsu-al"), Reason::UNKNOWN_PROGRAMME);
  // Nothing of it was kept: there still is only one.
  EXPECT_EQ(RunJson({"release", "fence", "--above", "5", "--reason", "恢复"})["nextRevision"], 6);
}

// Its followers know a revision that the store does not, for example.
TEST_F(ReleaseTest, WhatIsOnlyFollowedIsGuessedAndMayBeFenced) {
  EXPECT_EQ(Refused({"release", "status"}).reason(), Reason::NO_ACTIVE_RELEASE);
  const auto follower = StartFollower();
  AwaitInstances(1);
  EXPECT_EQ(RunJson({"release", "status"})["state"]["programme"], kProgramme);
  EXPECT_EQ(RunJson({"release", "fence", "--above", "5", "--reason", "恢复"})["nextRevision"], 6);
}

}  // namespace
}  // namespace zhiping::ctl
