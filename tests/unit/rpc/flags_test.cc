#include "common/rpc/flags.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <stdlib.h>

namespace zhiping::rpc {
namespace {

// `said`: what was printed on standard error.
std::optional<int> Parse(std::vector<std::string> arguments, ServiceFlags& flags,
                         std::string* said = nullptr) {
  CLI::App app;
  AddServiceFlags(app, flags);
  arguments.insert(arguments.begin(), "program");
  std::vector<char*> argv;
  for (auto& argument : arguments) argv.push_back(argument.data());
  testing::internal::CaptureStderr();
  const auto code = ParseFlags(app, static_cast<int>(argv.size()), argv.data());
  const std::string error = testing::internal::GetCapturedStderr();
  EXPECT_EQ(error.empty(), code != 2) << error;
  if (said != nullptr) *said = error;
  return code;
}

TEST(Flags, HaveSafeDefaults) {
  ServiceFlags flags;
  EXPECT_EQ(Parse({}, flags), std::nullopt);
  EXPECT_EQ(flags.server.listen, "127.0.0.1:50051");
  EXPECT_EQ(flags.metrics_listen, "");
}

TEST(Flags, AreReadFromArgumentsAndEnvironment) {
  ServiceFlags flags;
  setenv("ZHIPING_DRAIN_DELAY", "250ms", 1);
  setenv("ZHIPING_LISTEN", "127.0.0.1:1", 1);
  EXPECT_EQ(Parse({"--listen", "127.0.0.1:2", "--log-level", "debug"}, flags), std::nullopt);
  unsetenv("ZHIPING_DRAIN_DELAY");
  unsetenv("ZHIPING_LISTEN");
  EXPECT_EQ(flags.server.drain_delay, absl::Milliseconds(250));
  EXPECT_EQ(flags.server.listen, "127.0.0.1:2") << "arguments win";
  EXPECT_EQ(flags.log_level, Severity::kDebug);
}

TEST(Flags, HowMuchACallerMayIsSet) {
  ServiceFlags flags;
  setenv("ZHIPING_CALLER_STREAMS", "7", 1);
  EXPECT_EQ(Parse({"--caller-rate", "2.5", "--caller-burst", "5"}, flags), std::nullopt);
  unsetenv("ZHIPING_CALLER_STREAMS");
  EXPECT_EQ(flags.access.limits.calls_per_second, 2.5);
  EXPECT_EQ(flags.access.limits.burst, 5);
  EXPECT_EQ(flags.access.limits.streams, 7);
}

TEST(Flags, RefuseWrongValues) {
  const std::vector<std::vector<std::string>> wrong = {
      {"--drain-delay", "five"},      {"--drain-delay", "-1s"},
      {"--drain-delay", "6m"},        {"--log-level", "verbose"},
      {"--max-request-bytes", "100"}, {"--no-such-flag"},
      {"--shutdown-grace"},           {"unexpected"}};
  for (const auto& arguments : wrong) {
    ServiceFlags flags;
    EXPECT_EQ(Parse(arguments, flags), 2) << arguments[0];
  }
}

TEST(Flags, AWrongValueIsToldWhatThereIs) {
  ServiceFlags flags;
  std::string said;
  EXPECT_EQ(Parse({"--log-level", "verbose"}, flags, &said), 2);
  EXPECT_THAT(said, testing::HasSubstr("must be debug, info, warning or error, not verbose"));
  EXPECT_THAT(said, testing::Not(testing::HasSubstr("->")));
}

TEST(Flags, ARequiredOneThatIsMissingIsNamed) {
  CLI::App app;
  std::string value;
  app.add_option("--needed", value)->required();
  std::string program = "program";
  char* argv[] = {program.data()};
  testing::internal::CaptureStderr();
  EXPECT_EQ(ParseFlags(app, 1, argv), 2);
  EXPECT_EQ(testing::internal::GetCapturedStderr(),
            "参数有误：缺少 --needed（--help 列出全部参数）\n"
            "  Wrong argument: --needed is missing (--help lists all)\n");
}

// The first line is Chinese, the second English, and neither has words of the other or of CLI11.
TEST(Flags, EachLanguageHasALineOfItsOwn) {
  struct Case {
    std::vector<std::string> arguments;
    const char* zh;
    const char* en;
  };
  const Case cases[] = {
      {{"--max-request-bytes", "100"},
       "--max-request-bytes 应为 65536 至 67108864 的整数，而不是 100（",
       "--max-request-bytes must be a whole number from 65536 to 67108864, not 100 ("},
      {{"--max-request-bytes", "many"}, "而不是 many（", "not many ("},
      {{"--max-request-bytes", "99999999999999999999"}, "而不是 999", "not 999"},
      {{"--caller-rate", "nan"},
       "--caller-rate 应为 0 至 1000000 的数，而不是 nan（",
       "--caller-rate must be a number from 0 to 1000000, not nan ("},
      {{"--caller-rate", "-0.5"},
       "的数，而不是 -0.5（",
       "must be a number from 0 to 1000000, not -0.5 ("},
      {{"--caller-rate", "inf"}, "而不是 inf（", "not inf ("},
      {{"--drain-delay", "99h"},
       "--drain-delay 应为 0 至 5m 的时长，而不是 99h（",
       "--drain-delay must be a duration from 0 to 5m, not 99h ("},
      {{"--log-level", "verbose"}, "info、warning 或 error，而不是 verbose（", "not verbose ("},
      {{"--no-such-flag"}, "不认识 --no-such-flag（", "unknown: --no-such-flag ("},
      {{"--shutdown-grace"},
       "--shutdown-grace 后面需要一个值（",
       "--shutdown-grace needs a value ("},
      {{"--listen", "a:1", "--listen", "a:2"}, "--listen 给出了多次", "--listen is given several"},
  };
  for (const Case& wrong : cases) {
    ServiceFlags flags;
    std::string said;
    EXPECT_EQ(Parse(wrong.arguments, flags, &said), 2);
    const std::string zh = said.substr(0, said.find('\n'));
    const std::string en = said.substr(said.find('\n'));
    EXPECT_THAT(zh, testing::HasSubstr(wrong.zh));
    EXPECT_THAT(en, testing::HasSubstr(wrong.en));
    EXPECT_THAT(en, testing::Not(testing::HasSubstr("应为")));
    for (const char* english : {"must", "Value", "required"}) {
      EXPECT_THAT(zh, testing::Not(testing::HasSubstr(english)));
    }
  }
}

// Whatever sets them: nobody is left believing that a flag has an effect.
TEST(Flags, WhatDoesNothingWithoutAnotherIsRefusedAndNamesIt) {
  const auto parse = [](std::vector<std::string> arguments, std::string* said = nullptr) {
    CLI::App app;
    std::string redis, user;
    absl::Duration interval = absl::Seconds(1);
    const auto* const needed = AddFlag(app, "--redis", redis, "");
    UsedOnlyWith(*needed, {AddFlag(app, "--redis-user", user, ""),
                           AddDurationFlag(app, "--poll-interval", interval, absl::Seconds(1),
                                           absl::Seconds(9), "")});
    arguments.insert(arguments.begin(), "program");
    std::vector<char*> argv;
    for (auto& argument : arguments) argv.push_back(argument.data());
    testing::internal::CaptureStderr();
    const auto code = ParseFlags(app, static_cast<int>(argv.size()), argv.data());
    const std::string error = testing::internal::GetCapturedStderr();
    if (said != nullptr) *said = error;
    return code;
  };
  std::string said;
  EXPECT_EQ(parse({"--redis-user", "u"}, &said), 2);
  EXPECT_THAT(said, testing::HasSubstr("--redis-user 只在有 --redis 时使用"));
  EXPECT_THAT(said, testing::HasSubstr("--redis-user is used together with --redis only"));
  EXPECT_EQ(parse({"--poll-interval", "5s", "--redis", ""}), 2);
  setenv("ZHIPING_POLL_INTERVAL", "5s", 1);
  EXPECT_EQ(parse({}), 2);
  unsetenv("ZHIPING_POLL_INTERVAL");
  // In any order, and what is empty does no harm.
  EXPECT_EQ(parse({"--redis-user", "u", "--redis", "r:1"}), std::nullopt);
  EXPECT_EQ(parse({"--redis-user", ""}), std::nullopt);
  EXPECT_EQ(parse({}), std::nullopt);
}

TEST(Flags, AListHasNoEmptyItems) {
  const auto parse = [](const std::string& list, std::vector<std::string>& items) {
    CLI::App app;
    AddListFlag(app, "--programmes", items, "");
    std::vector<std::string> words = {"zhiping-test", "--programmes", list};
    std::vector<char*> argv;
    for (auto& word : words) argv.push_back(word.data());
    return ParseFlags(app, static_cast<int>(argv.size()), argv.data());
  };
  std::vector<std::string> items;
  EXPECT_EQ(parse("a, b", items), std::nullopt);
  EXPECT_THAT(items, testing::ElementsAre("a", "b"));
  for (const char* list : {"a,,b", "a,", ",a", ",", " "}) {
    testing::internal::CaptureStderr();
    EXPECT_EQ(parse(list, items), 2) << list;
    const std::string said = testing::internal::GetCapturedStderr();
    EXPECT_THAT(said, testing::HasSubstr("项是空的"));
    EXPECT_THAT(said, testing::HasSubstr("is empty"));
  }
}

// As two keys that sign: a deployment has the environment alone.
TEST(Flags, AListHasItsItemsFromTheEnvironmentToo) {
  std::vector<std::string> keys;
  const auto parse = [&](std::vector<std::string> words) {
    CLI::App app;
    AddListFlag(app, "--release-key", keys, "")->required();
    words.insert(words.begin(), "zhiping-test");
    std::vector<char*> argv;
    for (auto& word : words) argv.push_back(word.data());
    testing::internal::CaptureStderr();
    const auto code = ParseFlags(app, static_cast<int>(argv.size()), argv.data());
    testing::internal::GetCapturedStderr();
    return code;
  };
  const auto are = testing::ElementsAre("/keys/a b.pem", "/keys/sm2.pem", "/keys/c.pem");
  setenv("ZHIPING_RELEASE_KEY", "/keys/a b.pem,/keys/sm2.pem, /keys/c.pem", 1);
  EXPECT_EQ(parse({}), std::nullopt);
  EXPECT_THAT(keys, are);
  EXPECT_EQ(parse({"--release-key", "/keys/d.pem"}), std::nullopt);
  EXPECT_THAT(keys, testing::ElementsAre("/keys/d.pem")) << "arguments win";
  setenv("ZHIPING_RELEASE_KEY", "/keys/a.pem,", 1);
  EXPECT_EQ(parse({}), 2);
  unsetenv("ZHIPING_RELEASE_KEY");
  EXPECT_EQ(parse({}), 2);
  EXPECT_EQ(parse({"--release-key", "/keys/a b.pem,/keys/sm2.pem", "--release-key", "/keys/c.pem"}),
            std::nullopt);
  EXPECT_THAT(keys, are);
  EXPECT_EQ(parse({"--release-key", "a", "b"}), 2);
}

TEST(Flags, AWrongValueInTheEnvironmentIsRefused) {
  ServiceFlags flags;
  setenv("ZHIPING_DRAIN_DELAY", "never", 1);
  EXPECT_EQ(Parse({}, flags), 2);
  unsetenv("ZHIPING_DRAIN_DELAY");
}

}  // namespace
}  // namespace zhiping::rpc
