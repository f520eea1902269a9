#include "common/rpc/acting_for.h"

#include <gmock/gmock.h>
#include <grpcpp/test/server_context_test_spouse.h>
#include <gtest/gtest.h>

#include "tests/unit/status_matchers.h"

namespace zhiping::rpc {
namespace {

absl::StatusOr<std::string> Read(const std::string& value) {
  grpc::ServerContext context;
  grpc::testing::ServerContextTestSpouse metadata(&context);
  metadata.AddClientMetadata(kActingFor, value);
  return ReadActingFor(context);
}

std::string Times(int count, const std::string& text) {
  std::string all;
  for (int i = 0; i < count; ++i) all += text;
  return all;
}

TEST(ActingForTest, ReadsNames) {
  const struct {
    std::string value, name;
  } cases[] = {
      {"%E5%BC%A0%E4%B8%89", "张三"},
      {"%e5%bc%a0%E4%b8%89", "张三"},
      {"Zhang San", "Zhang San"},
      {"Zhang%20San", "Zhang San"},
      // No form of a web page: a plus is a plus.
      {"A+B", "A+B"},
      {"100%25", "100%"},
      {"%2541", "%41"},
      // Blanks of every kind around it are none of it.
      {WriteActingFor(" \u3000张三\u00a0\u3000"), "张三"},
      {WriteActingFor(Times(kMaxActingFor, "张")), Times(kMaxActingFor, "张")},
      {WriteActingFor(Times(kMaxActingFor, "𠮷")), Times(kMaxActingFor, "𠮷")},
  };
  for (const auto& [value, name] : cases) {
    const auto read = Read(value);
    ASSERT_OK(read) << value;
    EXPECT_EQ(*read, name);
  }
}

TEST(ActingForTest, RefusesWhatIsNoName) {
  const std::string cases[] = {"%", "%E", "%E5%BC%A0%", "%G0", "%0g", "% 41", "%+1",
                               // No UTF-8: cut, overlong, a surrogate.
                               "%E5%BC", "%C0%80", "%ED%A0%80", "%FF",
                               // What breaks a line, ends a text, or turns its direction.
                               "%00", "%09", "a%0Ab", "a%0D%0Ab", "a%1Bb", "%7F",
                               WriteActingFor("a\u0085b"), WriteActingFor("a\u2028b"),
                               WriteActingFor("a\u202eb"),
                               WriteActingFor(Times(kMaxActingFor + 1, "张"))};
  for (const std::string& value : cases) {
    const auto read = Read(value);
    EXPECT_EQ(read.status().code(), absl::StatusCode::kInvalidArgument) << value;
    const auto detail = DetailOf(read.status());
    ASSERT_EQ(detail.violations_size(), 1) << value;
    EXPECT_EQ(detail.violations(0).field(), kActingFor);
    EXPECT_EQ(detail.violations(0).reason(), Reason::INVALID_FIELD) << value;
  }
}

TEST(ActingForTest, ANameIsRequired) {
  grpc::ServerContext without;
  EXPECT_THAT(ReadActingFor(without), HasReason(Reason::FIELD_REQUIRED));
  for (const std::string& value : {std::string(), std::string("%20"), WriteActingFor("\u3000")}) {
    EXPECT_THAT(Read(value), HasReason(Reason::FIELD_REQUIRED)) << value;
  }
}

}  // namespace
}  // namespace zhiping::rpc
