#include "common/status/error.h"

#include <algorithm>
#include <cerrno>

#include "absl/strings/ascii.h"
#include "common/status/system_error.h"
#include "tests/unit/status_matchers.h"

namespace zhiping {
namespace {

TEST(ErrorTest, CarriesReasonTextsAndSortedValues) {
  const absl::Status status = MakeError(absl::StatusCode::kNotFound, Reason::UNKNOWN_LEVEL, "无。",
                                        "None.", {{"b", "2"}, {"a", "1"}});
  const ErrorDetail detail = DetailOf(status);
  EXPECT_EQ(status.message(), "None.");
  EXPECT_EQ(detail.reason(), Reason::UNKNOWN_LEVEL);
  EXPECT_EQ(detail.message().zh(), "无。");
  ASSERT_EQ(detail.metadata_size(), 2);
  EXPECT_EQ(detail.metadata(0).key(), "a");
}

TEST(ErrorTest, ForeignStatusIsAnInternalError) {
  EXPECT_EQ(DetailOf(absl::UnknownError("boom")).reason(), Reason::INTERNAL_ERROR);
}

TEST(ErrorTest, CarriesNothingButUtf8) {
  Violations violations;
  violations.Add("line \xff", Reason::MALFORMED, "不是\xe4\xb8。", "Not \xb8.");
  violations.Add("b", Reason::MALFORMED, "。", ".");
  const ErrorDetail detail = DetailOf(violations.ToStatus());
  ASSERT_EQ(detail.reason(), Reason::SEVERAL_VIOLATIONS);
  EXPECT_EQ(detail.violations(0).field(), "line \uFFFD");
  EXPECT_EQ(detail.violations(0).message().zh(), "不是\uFFFD\uFFFD。");
  EXPECT_EQ(detail.violations(0).message().en(), "Not \uFFFD.");
  const ErrorDetail valued = DetailOf(MakeError(absl::StatusCode::kNotFound, Reason::MALFORMED,
                                                "\xff。", "\xff.", {{"path", "\xff"}}));
  EXPECT_EQ(valued.reason(), Reason::MALFORMED);
  EXPECT_EQ(valued.metadata(0).value(), "\uFFFD");
}

TEST(ErrorTest, WhatItQuotesIsClipped) {
  const std::string huge = absl::StrCat("很", std::string(1 << 20, 'a'));
  const ErrorDetail detail = DetailOf(MakeError(
      absl::StatusCode::kNotFound, Reason::RELEASE_NOT_FOUND, huge, huge, {{"edition", huge}}));
  for (const std::string& text : {detail.message().zh(), detail.message().en(),
                                  detail.metadata(0).value(), MakeText(huge, huge).zh()}) {
    EXPECT_THAT(text, testing::SizeIs(4096));
    EXPECT_THAT(text, testing::StartsWith("很aaa"));
    EXPECT_THAT(text, testing::EndsWith("a…"));
  }
}

TEST(ErrorTest, ALongListLosesWholeEntriesAndSaysHowManyItHad) {
  std::string list = "id0";
  for (int i = 1; i < 2000; ++i) list += ",id" + std::to_string(i);
  const ErrorDetail detail =
      DetailOf(MakeError(absl::StatusCode::kNotFound, Reason::UNKNOWN_SCENARIO, "没有。", "None.",
                         {{"known", list}, {"known2", "a"}, {"text", std::string(5000, 'x')}}));
  ASSERT_EQ(detail.metadata_size(), 4);
  const std::string& kept = detail.metadata(0).value();
  EXPECT_LE(kept.size(), 4096U);
  EXPECT_GT(kept.size(), 4000U);
  EXPECT_EQ(list.substr(0, kept.size() + 1), kept + ",");
  EXPECT_EQ(detail.metadata(1).key(), "known2");
  EXPECT_EQ(detail.metadata(2).key(), "knownTotal");
  EXPECT_EQ(detail.metadata(2).value(), "2000");
  EXPECT_EQ(detail.metadata(3).key(), "text");
}

TEST(ViolationsTest, OneViolationGivesItsReason) {
  Violations violations;
  EXPECT_OK(violations.ToStatus());
  violations.Add("a", Reason::FACT_NOT_A_NUMBER, "不是数字。", "Not a number.");
  EXPECT_THAT(violations.ToStatus(), HasReason(Reason::FACT_NOT_A_NUMBER));
  violations.Add("b", Reason::UNKNOWN_FACT, "未知。", "Unknown.");
  EXPECT_THAT(violations.ToStatus(), HasReason(Reason::SEVERAL_VIOLATIONS));
  EXPECT_EQ(DetailOf(violations.ToStatus()).violations_size(), 2);
}

TEST(ViolationsTest, TheFirstAreDescribedAndTheOthersCounted) {
  Violations violations;
  int described = 0;
  for (int i = 0; i < 3 * kMaxViolations; ++i) {
    violations.Add([&] {
      ++described;
      return MakeViolation(std::to_string(i), Reason::UNKNOWN_LEVEL, "不对。", "Wrong.");
    });
  }
  EXPECT_EQ(described, kMaxViolations);
  EXPECT_EQ(violations.size(), 3 * kMaxViolations);
  Violations outer;
  outer.Add("a", Reason::UNKNOWN_FACT, "未知。", "Unknown.");
  outer.AddAll(violations.ToStatus());
  const ErrorDetail detail = DetailOf(outer.ToStatus());
  EXPECT_EQ(detail.violations_size(), kMaxViolations);
  EXPECT_EQ(detail.violations(1).field(), "0");
  EXPECT_EQ(ViolationsTotal(detail), 3 * kMaxViolations + 1);
  EXPECT_EQ(detail.message().en(), "301 fields are wrong.");
}

TEST(SystemErrorTest, TheChineseHasNoEnglish) {
  for (int error = 1; error < 140; ++error) {
    const auto text = SystemErrorText(error);
    EXPECT_FALSE(text.en().empty());
    EXPECT_EQ(std::count_if(text.zh().begin(), text.zh().end(), absl::ascii_isalpha), 0)
        << text.zh();
  }
  EXPECT_EQ(SystemErrorText(ENOSPC).zh(), "磁盘已满");
  EXPECT_EQ(SystemErrorText(ENOSPC).en(), "No space left on device");
}

}  // namespace
}  // namespace zhiping
