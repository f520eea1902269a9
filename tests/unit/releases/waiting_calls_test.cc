#include "common/releases/waiting_calls.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "tests/edition_folder.h"
#include "tests/unit/status_matchers.h"

namespace zhiping::releases {
namespace {

class WaitingCallsTest : public testing::Test {
 protected:
  static constexpr char kProgramme[] = "programme";

  WaitingCall Call(const Choice& choice, absl::Duration deadline = absl::Seconds(10)) {
    return {choice, deadline,
            [this](const absl::StatusOr<Chosen>& chosen) { answers_.push_back(chosen.status()); }};
  }
  static Choice Revision(int32_t least) { return {kProgramme, "", least}; }
  static Choice Pinned(const std::string& digest) { return {kProgramme, digest, 0}; }

  // With that revision in force.
  static Snapshot At(int32_t revision) {
    static const auto criteria = *criteria::CompileEdition2026();
    return Snapshot({{criteria->digest(), criteria}}, {{kProgramme, {criteria, revision, {}}}});
  }

  WaitingCalls calls_;
  std::vector<absl::Status> answers_;
};

TEST_F(WaitingCallsTest, ARevisionIsWaitedForUntilItIsThereOrTimeIsUp) {
  calls_.Add(Call(Revision(2)));
  calls_.Add(Call(Revision(3)));
  calls_.Add(Call(Revision(3), absl::Seconds(5)));
  EXPECT_EQ(calls_.NextDeadline(), absl::Seconds(5));
  EXPECT_TRUE(calls_.TakeDone(At(1), absl::Seconds(1)).empty());
  const auto reached = calls_.TakeDone(At(2), absl::Seconds(1));
  ASSERT_EQ(reached.size(), 1);
  EXPECT_EQ(reached.front().choice.min_revision, 2);
  EXPECT_EQ(calls_.TakeDone(At(2), absl::Seconds(5)).size(), 1);
  EXPECT_EQ(calls_.NextDeadline(), absl::Seconds(10));
  EXPECT_EQ(calls_.TakeAll().size(), 1);
  EXPECT_EQ(calls_.NextDeadline(), absl::InfiniteDuration());
}

TEST_F(WaitingCallsTest, APinnedReleaseIsWaitedForByThoseWhoPinnedItAlone) {
  calls_.Add(Call(Pinned("one")));
  calls_.Add(Call(Pinned("one")));
  calls_.Add(Call(Pinned("two")));
  EXPECT_TRUE(calls_.AnyWaitsFor("one"));
  EXPECT_FALSE(calls_.AnyWaitsFor("three"));
  EXPECT_EQ(calls_.TakeThoseFor("one").size(), 2);
  EXPECT_FALSE(calls_.AnyWaitsFor("one"));
  EXPECT_TRUE(calls_.AnyWaitsFor("two"));
}

TEST_F(WaitingCallsTest, WhatDidNotComeInTimeMayBeSomewhere) {
  Call(Pinned("one")).Answer(At(1), absl::ZeroDuration());
  Call(Revision(2)).Answer(At(1), absl::ZeroDuration());
  Call(Revision(1)).Answer(At(1), absl::ZeroDuration());
  ASSERT_EQ(answers_.size(), 3);
  EXPECT_THAT(answers_[0], HasReason(Reason::RELEASE_NOT_FOUND));
  EXPECT_TRUE(absl::IsUnavailable(answers_[0]));
  EXPECT_THAT(answers_[1], HasReason(Reason::REVISION_NOT_REACHED));
  EXPECT_OK(answers_[2]);
}

TEST_F(WaitingCallsTest, ThereIsAMost) {
  for (size_t i = 0; i < WaitingCalls::kMost; ++i) ASSERT_TRUE(calls_.Add(Call(Revision(2))));
  EXPECT_FALSE(calls_.Add(Call(Revision(2))));
  calls_.TakeAll();
  EXPECT_TRUE(calls_.Add(Call(Revision(2))));
}

}  // namespace
}  // namespace zhiping::releases
