#include "services/ctl/json_output.h"

#include <gtest/gtest.h>

#include "google/protobuf/timestamp.pb.h"
#include "services/ctl/command_line.h"

namespace zhiping::ctl {
namespace {

TEST(JsonOutputDeathTest, WhatCannotBeSaidInJsonIsNoEmptyAnswer) {
  google::protobuf::Timestamp time;
  EXPECT_EQ(ToJson(time), "\"1970-01-01T00:00:00Z\"");
  time.set_seconds(int64_t{1} << 40);
  EXPECT_EXIT(ToJson(time), testing::ExitedWithCode(kExitDefect), "");
  EXPECT_EXIT(AsJson(time), testing::ExitedWithCode(kExitDefect), "");
}

}  // namespace
}  // namespace zhiping::ctl
