#include "common/releases/cache_writer.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <memory>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "absl/time/clock.h"
#include "common/releases/seed.h"
#include "common/releases/signed_release.h"
#include "tests/processes/process.h"
#include "tests/unit/releases/test_publisher.h"
#include "tests/unit/status_matchers.h"

namespace zhiping::releases {
namespace {

namespace fs = std::filesystem;
using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;

class CacheWriterTest : public testing::Test {
 protected:
  LoadedRelease Loaded(const std::string& label) {
    std::string envelope = publisher_.Sign(envelope::Purpose::RELEASE,
                                           criteria::SerializeRelease(LabelledRelease(label)));
    auto criteria = *OpenRelease(envelope, {}, *trust_, now_);
    return {std::move(criteria), std::move(envelope), "catalogue"};
  }
  // What is loaded is available.
  void Load(const LoadedRelease& release) {
    available_[release.criteria->digest()] = release.criteria;
    writer_->Add(release);
  }
  SignedState State(int revision, const LoadedRelease& release) {
    return *OpenState(publisher_.State(revision, release.criteria->digest(), now_), kProgramme,
                      *trust_);
  }
  void Write(const SignedState& held, absl::Duration later = absl::ZeroDuration()) {
    writer_->Write({held}, available_, now_ + later);
  }
  bool Has(const LoadedRelease& release) {
    const auto found = cache_->FindRelease(release.criteria->digest());
    return found.ok() && *found == release.envelope;
  }
  bool Has(const SignedState& state) {
    const auto found = cache_->FindState(kProgramme);
    return found.ok() && *found == state.envelope;
  }
  // The lines that were logged.
  std::vector<std::string> EndOfLog() {
    writer_ = nullptr;
    log_ = nullptr;
    return absl::StrSplit(testing::internal::GetCapturedStdout(), '\n', absl::SkipEmpty());
  }

  const absl::Time now_ = absl::Now();
  TestPublisher publisher_;
  const std::shared_ptr<const envelope::Trust> trust_ = publisher_.trust();
  const std::string folder_ = processes::NewFolder() + "/cache";
  const std::unique_ptr<ReleaseCache> cache_ = *NewReleaseCache(folder_);
  std::unique_ptr<rpc::Log> log_ = std::make_unique<rpc::Log>(rpc::Severity::kInfo);
  std::unique_ptr<CacheWriter> writer_ = std::make_unique<CacheWriter>(cache_.get(), *log_);
  Snapshot::Available available_;
  const LoadedRelease first_ = Loaded("2026-1"), second_ = Loaded("2026-2");
};

TEST_F(CacheWriterTest, AStateIsWrittenWhenItsReleaseIsThere) {
  Load(first_);
  const SignedState before = State(1, first_), after = State(2, second_);
  Write(before);
  ASSERT_TRUE(Has(before));
  // It came in after its release was looked for.
  Write(after);
  EXPECT_TRUE(Has(before));
  Load(second_);
  Write(after);
  EXPECT_TRUE(Has(after));
  EXPECT_TRUE(Has(second_));
}

TEST_F(CacheWriterTest, WhatAStartDoesNotNeedIsNotWaitedFor) {
  Load(second_);
  const SignedState held = *OpenState(
      publisher_.PendingState(1, first_.criteria->digest(), 2, second_.criteria->digest(), now_),
      kProgramme, *trust_);
  Write(held);
  EXPECT_FALSE(Has(held)) << "the release in force is missing";
  Write(held, absl::Hours(2));
  EXPECT_TRUE(Has(held)) << "it is in force no more";
}

TEST_F(CacheWriterTest, AReleaseToComeIsNotWaitedFor) {
  Load(first_);
  const SignedState held = *OpenState(
      publisher_.PendingState(1, first_.criteria->digest(), 2, second_.criteria->digest(), now_),
      kProgramme, *trust_);
  Write(held);
  EXPECT_TRUE(Has(held));
}

// The release in force is not to be had: a start runs what the folder's own state names.
TEST_F(CacheWriterTest, NothingIsPrunedWhileTheFolderHasAnOlderState) {
  const SignedState before = State(1, first_), after = State(2, second_);
  ASSERT_OK(cache_->KeepRelease(first_.criteria->digest(), first_.envelope));
  ASSERT_OK(cache_->KeepState(kProgramme, before.envelope));
  for (size_t i = 0; i < 2 * kCachedReleases; ++i) {
    ASSERT_OK(cache_->KeepRelease(criteria::DigestOf(absl::StrCat(i)), "a release"));
  }
  const size_t kept = ReleaseFiles(folder_).size();
  const LoadedRelease pinned = Loaded("2026-3");
  Load(pinned);
  Write(after);
  EXPECT_EQ(ReleaseFiles(folder_).size(), kept + 1);
  EXPECT_TRUE(Has(before));
  EXPECT_TRUE(Has(first_));
  Load(second_);
  Write(after);
  EXPECT_TRUE(Has(after));
  EXPECT_EQ(ReleaseFiles(folder_).size(), kCachedReleases + 2);
}

TEST_F(CacheWriterTest, WhatSomebodyRemovedIsWrittenAgainAndThatIsLogged) {
  testing::internal::CaptureStdout();
  Load(first_);
  Load(second_);
  const SignedState state = State(1, first_);
  Write(state);
  Write(state);
  ASSERT_GT(fs::remove_all(folder_), 0);
  Write(state);
  Write(state);
  EXPECT_TRUE(Has(first_));
  EXPECT_TRUE(Has(second_));
  EXPECT_TRUE(Has(state));
  EXPECT_THAT(EndOfLog(), ElementsAre(AllOf(HasSubstr("cache_emptied"), HasSubstr(":2"))));
}

TEST_F(CacheWriterTest, ThatTheFolderCannotBeWrittenIsLoggedOnceAndThatItCanAgain) {
  testing::internal::CaptureStdout();
  // Also root cannot write below a file.
  ASSERT_GT(fs::remove_all(folder_), 0);
  std::ofstream(folder_) << "a file";
  Load(first_);
  const SignedState state = State(1, first_);
  Write(state);
  Write(state);
  ASSERT_TRUE(fs::remove(folder_));
  Write(state);
  Write(state);
  EXPECT_TRUE(Has(state));
  EXPECT_THAT(EndOfLog(),
              ElementsAre(AllOf(HasSubstr("cache_not_written"), HasSubstr(folder_ + "/sha256-"),
                                HasSubstr("Not a directory")),
                          HasSubstr("cache_written")));
}

}  // namespace
}  // namespace zhiping::releases
