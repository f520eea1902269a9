// A service whose port another process has: it says so and ends, in lines that a machine reads and
// in a sentence for people.
#include <gmock/gmock.h>
#include <grpcpp/generic/async_generic_service.h>
#include <grpcpp/security/server_credentials.h>
#include <grpcpp/server_builder.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <nlohmann/json.hpp>

#include "absl/strings/str_split.h"
#include "tests/faults/suite.h"

namespace zhiping::faults {
namespace {

using testing::HasSubstr;

TEST(BusyPortTest, TheServiceEndsAndWhatGrpcSaysIsALineOfTheLog) {
  const Suite suite;
  ScoringProcess scoring(suite, {{"--catalogue", "127.0.0.1:1"}});
  int port = 0;
  grpc::CallbackGenericService anything;
  grpc::ServerBuilder builder;
  builder.RegisterCallbackGenericService(&anything);
  builder.AddListeningPort(scoring.address(), grpc::InsecureServerCredentials(), &port);
  const auto other = builder.BuildAndStart();
  ASSERT_EQ(port, scoring.port());
  scoring.Start();
  EXPECT_EQ(scoring.AwaitEnd(), 1);

  std::vector<nlohmann::json> lines;
  std::vector<std::string> sentences;
  for (const auto line : absl::StrSplit(scoring.Output(), '\n', absl::SkipEmpty())) {
    auto json = nlohmann::json::parse(std::string(line), nullptr, /*allow_exceptions=*/false);
    if (json.is_discarded()) {
      sentences.emplace_back(line);
    } else {
      lines.push_back(std::move(json));
    }
  }
  EXPECT_THAT(sentences,
              testing::ElementsAre(HasSubstr(scoring.address()), HasSubstr(scoring.address())));
  const auto of_grpc = std::find_if(lines.begin(), lines.end(),
                                    [](const auto& line) { return line["event"] == "grpc"; });
  ASSERT_NE(of_grpc, lines.end());
  EXPECT_EQ((*of_grpc)["severity"], "ERROR");
  EXPECT_THAT((*of_grpc)["file"], testing::EndsWith(".cc"));
  EXPECT_THAT((*of_grpc)["text"], HasSubstr("bind"));
}

}  // namespace
}  // namespace zhiping::faults
