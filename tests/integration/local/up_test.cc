// deploy/local/up: what it refuses, it refuses before it installs or builds anything.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <array>
#include <cstdio>
#include <string>

#include "absl/strings/str_cat.h"

namespace zhiping {
namespace {

using testing::HasSubstr;
using testing::Not;

// What a shell command says on both outputs.
std::string Run(const std::string& command) {
  std::FILE* const pipe = popen(command.c_str(), "r");
  std::string said;
  std::array<char, 4096> buffer;
  while (const size_t size = std::fread(buffer.data(), 1, buffer.size(), pipe)) {
    said.append(buffer.data(), size);
  }
  pclose(pipe);
  return said;
}

// Both outputs, followed by the exit status.
std::string RunUp(const std::string& arguments) {
  return Run(
      absl::StrCat(ZHIPING_SOURCE_DIR "/deploy/local/up --check ", arguments, " 2>&1; echo = $?"));
}

// Where a suite keeps its state, and how it is stopped.
std::string StateAndDown(const std::string& local_state) {
  return Run(absl::StrCat("cd / && ZHIPING_LOCAL_STATE='", local_state,
                          "' root=/clone bash -c '. " ZHIPING_SOURCE_DIR
                          "/deploy/local/service.sh; echo \"$state; $down_command\"'"));
}

TEST(LocalUpTest, AnotherStateIsAbsoluteOrOfTheProjectAndDownNamesIt) {
  EXPECT_EQ(StateAndDown(""), "/clone/build/local; deploy/local/down\n");
  EXPECT_EQ(StateAndDown("build/other"),
            "/clone/build/other; ZHIPING_LOCAL_STATE=build/other deploy/local/down\n");
  EXPECT_EQ(StateAndDown("/tmp/my suite"),
            "/tmp/my suite; ZHIPING_LOCAL_STATE=/tmp/my\\ suite deploy/local/down\n");
}

TEST(LocalUpTest, WrongAddressesAndPortsAreRefusedFirst) {
  for (const char* wrong :
       {"--host 999.1.1.1", "--host 256.0.0.1", "--host 1.2.3", "--host 01.2.3.4",
        "--host localhost", "--port 0", "--port 65532", "--port 5x"}) {
    const std::string said = RunUp(wrong);
    EXPECT_THAT(said, HasSubstr(std::string(wrong).substr(0, 6))) << wrong;
    EXPECT_THAT(said, HasSubstr("= 1\n")) << wrong;
    EXPECT_THAT(said, Not(HasSubstr("What happens"))) << wrong;
  }
}

TEST(LocalUpTest, RightAddressesAreNotRefused) {
  for (const char* right : {"--host 0.0.0.0", "--host 255.255.255.255", "--host 10.20.199.249"}) {
    EXPECT_THAT(RunUp(right), HasSubstr("What happens")) << right;
  }
}

}  // namespace
}  // namespace zhiping
