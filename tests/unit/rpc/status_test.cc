#include "common/rpc/status.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <string>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/str_join.h"
#include "google/rpc/error_details.pb.h"
#include "google/rpc/status.pb.h"
#include "tests/unit/status_matchers.h"

namespace zhiping::rpc {
namespace {

google::rpc::Status DetailsOf(const grpc::Status& status) {
  google::rpc::Status details;
  EXPECT_TRUE(details.ParseFromString(status.error_details()));
  return details;
}

absl::Status ManyViolations(int count, const std::string& zh) {
  Violations violations;
  for (int i = 0; i < count; ++i) {
    violations.Add(absl::StrCat("answers[", i, "].level"), Reason::UNKNOWN_LEVEL, zh,
                   "Not a level.");
  }
  return violations.ToStatus();
}

TEST(RpcStatus, OkStaysOk) {
  EXPECT_TRUE(ToGrpcStatus(absl::OkStatus()).ok());
  EXPECT_TRUE(FromGrpcStatus(grpc::Status::OK).ok());
}

TEST(RpcStatus, CarriesReasonBothLanguagesAndValuesThereAndBack) {
  const auto status = MakeError(absl::StatusCode::kNotFound, Reason::RELEASE_NOT_FOUND,
                                "没有发布版。", "There is no release.", {{"digest", "sha256:1"}});
  const grpc::Status wire = ToGrpcStatus(status);
  EXPECT_EQ(wire.error_code(), grpc::StatusCode::NOT_FOUND);
  google::rpc::ErrorInfo info;
  ASSERT_TRUE(DetailsOf(wire).details(0).UnpackTo(&info));
  EXPECT_EQ(info.domain(), "zhiping");
  EXPECT_EQ(info.reason(), "RELEASE_NOT_FOUND");
  google::rpc::LocalizedMessage chinese, english;
  ASSERT_TRUE(DetailsOf(wire).details(1).UnpackTo(&chinese));
  ASSERT_TRUE(DetailsOf(wire).details(2).UnpackTo(&english));
  EXPECT_EQ(chinese.locale(), "zh-CN");
  EXPECT_EQ(chinese.message(), "没有发布版。");
  EXPECT_EQ(english.locale(), "en");

  const absl::Status back = FromGrpcStatus(wire);
  EXPECT_EQ(back.code(), status.code());
  EXPECT_EQ(DetailOf(back).SerializeAsString(), DetailOf(status).SerializeAsString());
}

TEST(RpcStatus, CarriesViolationsThereAndBack) {
  const auto status = ManyViolations(3, "没有这个等级。");
  EXPECT_EQ(DetailOf(FromGrpcStatus(ToGrpcStatus(status))).SerializeAsString(),
            DetailOf(status).SerializeAsString());
}

TEST(RpcStatus, FitsIntoHeadersHoweverMuchIsWrong) {
  std::string text;
  for (const int characters : {1, 10, 100, 1000}) {
    while (text.size() < static_cast<size_t>(3 * characters)) text += "错";
    for (const int count : {1, 10, 11, 33, 4096}) {
      const grpc::Status wire = ToGrpcStatus(ManyViolations(count, text));
      EXPECT_LE(wire.error_details().size(), kMaxStatusBytes) << characters << " × " << count;
      const ErrorDetail detail = DetailOf(FromGrpcStatus(wire));
      EXPECT_LE(detail.violations_size(), kMaxFieldViolations);
      EXPECT_GE(detail.violations_size(), 1);
      if (detail.violations_size() < count) {
        ASSERT_EQ(detail.metadata_size(), 1);
        EXPECT_EQ(detail.metadata(0).key(), "violationsTotal");
        EXPECT_EQ(detail.metadata(0).value(), absl::StrCat(count));
      }
    }
  }
}

TEST(RpcStatus, LongValuesAreCutAtWholeCharacters) {
  std::string value;
  for (int i = 0; i < 5000; ++i) value += "值";
  ErrorValues values;
  for (int i = 0; i < 20; ++i) values.emplace_back(absl::StrCat("key", i), value);
  const grpc::Status wire = ToGrpcStatus(
      MakeError(absl::StatusCode::kInvalidArgument, Reason::TOO_LARGE, value, value, values));
  EXPECT_LE(wire.error_details().size(), kMaxStatusBytes);
  EXPECT_LE(wire.error_message().size(), 600U);
  const ErrorDetail detail = DetailOf(FromGrpcStatus(wire));
  EXPECT_EQ(detail.reason(), Reason::TOO_LARGE);
  EXPECT_TRUE(absl::EndsWith(detail.message().zh(), "值…"));
}

std::map<std::string, std::string> MetadataOf(const ErrorDetail& detail) {
  std::map<std::string, std::string> metadata;
  for (const auto& entry : detail.metadata()) metadata.emplace(entry.key(), entry.value());
  return metadata;
}

// `id-00000,id-00001,…`
std::string Ids(int count) {
  std::vector<std::string> ids;
  for (int i = 0; i < count; ++i) ids.push_back(absl::StrFormat("scenario-of-some-length-%05d", i));
  return absl::StrJoin(ids, ",");
}

TEST(RpcStatus, OfAListWholeIdsAreLeftOutAndItSaysHowManyItHas) {
  const struct {
    int ids;
    // Whether all arrive, beside ten violations with long sentences, which go first.
    bool all;
  } cases[] = {{2, true}, {33, true}, {66, true}, {100, false}, {4096, false}};
  for (const auto& [count, all] : cases) {
    SCOPED_TRACE(count);
    ErrorDetail detail = DetailOf(ManyViolations(33, std::string(300, 'x')));
    for (const char* key : {"conflicts", "missing"}) {
      auto* const entry = detail.add_metadata();
      entry->set_key(key);
      // The other one is short.
      entry->set_value(*key == 'm' ? Ids(count) : "a,b");
    }
    const grpc::Status wire =
        ToGrpcStatus(MakeError(absl::StatusCode::kFailedPrecondition, detail));
    EXPECT_LE(wire.error_details().size(), kMaxStatusBytes);
    auto metadata = MetadataOf(DetailOf(FromGrpcStatus(wire)));
    EXPECT_EQ(metadata["conflicts"], "a,b");
    EXPECT_EQ(metadata["violationsTotal"], "33");
    const std::string missing = metadata["missing"];
    EXPECT_EQ(missing == Ids(count), all);
    EXPECT_EQ(metadata.count("missingTotal"), all ? 0 : 1);
    if (all) continue;
    EXPECT_EQ(metadata["missingTotal"], absl::StrCat(count));
    EXPECT_EQ(Ids(static_cast<int>(std::count(missing.begin(), missing.end(), ',')) + 1), missing);
  }
}

TEST(RpcStatus, WhatIsNoListIsShortenedBeforeAllValuesGo) {
  ErrorValues values = {{"missing", Ids(66)}};
  for (int i = 0; i < 20; ++i) values.emplace_back(absl::StrCat("key", i), std::string(700, 'v'));
  const ErrorDetail detail = DetailOf(FromGrpcStatus(ToGrpcStatus(MakeError(
      absl::StatusCode::kFailedPrecondition, Reason::INCOMPLETE, "未完成。", "Not yet.", values))));
  auto metadata = MetadataOf(detail);
  EXPECT_EQ(metadata.size(), 22U);
  EXPECT_EQ(metadata["missingTotal"], "66");
  EXPECT_THAT(metadata["key3"], testing::StartsWith("vvv"));
}

TEST(RpcStatus, MessageIsAscii) {
  const grpc::Status wire = ToGrpcStatus(MakeError(
      absl::StatusCode::kInvalidArgument, Reason::UNKNOWN_LEVEL, "没有。", "No “先进级”\n𠀀."));
  EXPECT_EQ(wire.error_message(), "No \\u201C\\u5148\\u8FDB\\u7EA7\\u201D\\u000A\\U00020000.");
}

TEST(RpcStatus, AnswersOfOthersAreUnderstood) {
  const auto reason = [](grpc::StatusCode code) {
    return DetailOf(FromGrpcStatus({code, "from a proxy"})).reason();
  };
  EXPECT_EQ(reason(grpc::StatusCode::UNAVAILABLE), Reason::SERVICE_UNREACHABLE);
  EXPECT_EQ(reason(grpc::StatusCode::DEADLINE_EXCEEDED), Reason::DEADLINE_PASSED);
  EXPECT_EQ(reason(grpc::StatusCode::RESOURCE_EXHAUSTED), Reason::OVERLOADED);
  EXPECT_EQ(reason(grpc::StatusCode::UNIMPLEMENTED), Reason::NO_SUCH_SERVICE);
  EXPECT_EQ(reason(grpc::StatusCode::UNKNOWN), Reason::INTERNAL_ERROR);
  // Shed by gRPC itself, which says no delay.
  const absl::Status shed = FromGrpcStatus({grpc::StatusCode::RESOURCE_EXHAUSTED, "RST_STREAM"});
  EXPECT_EQ(DetailOf(shed).metadata(1).key(), kRetryDelayMilliseconds);
  // gRPC's own words.
  for (const char* said : {"Received message larger than max (5242880 vs. 4194304)",
                           "Sent message larger than max (5242880 vs. 4194304)",
                           "received initial metadata size exceeds limit"}) {
    const absl::Status status = FromGrpcStatus({grpc::StatusCode::RESOURCE_EXHAUSTED, said});
    EXPECT_EQ(DetailOf(status).reason(), Reason::TOO_LARGE);
  }
}

}  // namespace
}  // namespace zhiping::rpc
