// The folder in which an instance keeps what it fetched: damaged, gone, not writable, full, shared.
#include <sys/resource.h>

#include <filesystem>
#include <fstream>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "common/envelope/envelope.h"
#include "common/files/file.h"
#include "common/releases/folder_source.h"
#include "common/releases/seed.h"
#include "common/releases/state.h"
#include "common/time/timestamp.h"
#include "tests/faults/suite.h"
#include "tests/unit/status_matchers.h"

namespace zhiping::faults {
namespace {

namespace fs = std::filesystem;
using testing::HasSubstr;

class CacheFolderTest : public testing::Test {
 protected:
  void SetUp() override {
    catalogue_.StartAndAwait();
    published_ = catalogue_.PublishNew();
    scoring_.StartAndAwait();
    ASSERT_TRUE(IsKept(published_));
  }

  // The instance is held up meanwhile: it would make the folder again.
  void RemoveFolder() {
    scoring_.Freeze();
    fs::remove_all(cache_);
  }
  // Whether the folder comes to hold the release, and a state that names it.
  bool IsKept(const catalogue::v1::Activation& activation) {
    const auto trust = *releases::ReadTrustFile(suite_.trust_file());
    return processes::Eventually([&] {
      const auto kept = releases::NewSeedSource(cache_);
      if (!kept.ok()) return false;
      const auto release = (*kept)->FindRelease(activation.digest());
      const auto bytes = (*kept)->FindState(kProgramme);
      if (!release.ok() || !bytes.ok()) return false;
      const auto state = releases::OpenState(*bytes, kProgramme, *trust);
      return state.ok() && state->state.current().revision() == activation.revision() &&
             *release == *catalogue_.Blob(activation.digest());
    });
  }
  // Whether an instance that has nothing but the folder comes to run the revision.
  bool StartsFrom(const std::string& folder, int32_t revision,
                  absl::Duration timeout = absl::Seconds(20)) {
    ScoringProcess alone(suite_, {{"--catalogue", nobody_}, {"--cache-dir", folder}});
    alone.Start();
    return alone.Reaches(revision, timeout);
  }
  bool StartsFromTheFolder(int32_t revision, absl::Duration timeout = absl::Seconds(20)) {
    return StartsFrom(cache_, revision, timeout);
  }
  bool NothingStartsFromTheFolder() {
    return !StartsFromTheFolder(published_.revision(), absl::Seconds(1));
  }
  // Without what a killed instance was writing.
  std::vector<std::string> Files() {
    std::vector<std::string> files;
    for (const auto& entry : fs::directory_iterator(cache_)) {
      if (entry.path().extension() == ".json") files.push_back(entry.path().string());
    }
    return files;
  }
  // With the catalogue there again, the folder is mended, and serves.
  void ExpectMended() {
    ASSERT_TRUE(scoring_.Reaches(published_.revision()));
    ASSERT_TRUE(IsKept(published_));
    scoring_.Kill();
    EXPECT_TRUE(StartsFromTheFolder(published_.revision()));
  }

  Suite suite_;
  // Where no catalogue is.
  const std::string nobody_ = absl::StrCat("127.0.0.1:", processes::FreePort());
  const std::string cache_ = processes::NewFolder() + "/cache";
  CatalogueProcess catalogue_{suite_};
  ScoringProcess scoring_{suite_,
                          {{"--catalogue", catalogue_.address()}, {"--cache-dir", cache_}},
                          // A file that grows too large is an error, as a full disk is.
                          {"env", "--ignore-signal=XFSZ"}};
  catalogue::v1::Activation published_;
};

TEST_F(CacheFolderTest, AnyFileCutOffIsAMissAndIsMended) {
  scoring_.Terminate();
  ASSERT_TRUE(StartsFromTheFolder(1));
  ASSERT_EQ(Files().size(), 2);
  for (const std::string& file : Files()) {
    const std::string whole = processes::Contents(file);
    for (const size_t size : {whole.size() / 2, size_t{0}}) {
      fs::resize_file(file, size);
      EXPECT_TRUE(NothingStartsFromTheFolder()) << file;
      scoring_.StartAndAwait();
      ExpectMended();
    }
  }
}

// Also one that came into force at its instant, and not what was scheduled and cancelled.
TEST_F(CacheFolderTest, AStartFromTheFolderRunsWhatWasScheduled) {
  const auto schedule = [&](absl::Duration in, int32_t instead_of) {
    catalogue::v1::PublishReleaseRequest request;
    request.set_digest(catalogue_.ImportNew());
    *request.mutable_in_force_from() = ToTimestamp(absl::Now() + in);
    request.set_cancel_pending_revision(instead_of);
    return catalogue_.Publish(request);
  };
  const auto cancelled = schedule(absl::Seconds(10), 0);
  ASSERT_OK(cancelled);
  ASSERT_TRUE(processes::Eventually([&] { return releases::ReleaseFiles(cache_).size() == 2; }));
  const auto published = schedule(absl::Seconds(2), cancelled->activation().revision());
  ASSERT_OK(published);
  published_ = published->activation();
  ASSERT_TRUE(scoring_.Reaches(published_.revision()));
  EXPECT_TRUE(IsKept(published_));
  catalogue_.Kill();
  scoring_.Kill();
  EXPECT_TRUE(StartsFromTheFolder(published_.revision()));
  absl::SleepFor(FromTimestamp(cancelled->activation().in_force_from()) - absl::Now());
  EXPECT_TRUE(StartsFromTheFolder(published_.revision()));
}

TEST_F(CacheFolderTest, WhatAKilledInstanceWasWritingIsRemoved) {
  scoring_.Kill();
  const std::string partial = Files().front() + ".1.partial";
  ASSERT_OK(WriteFile(partial, "half", Overwrite::kNever));
  scoring_.StartAndAwait();
  EXPECT_FALSE(fs::exists(partial));
  ExpectMended();
}

TEST_F(CacheFolderTest, AnEmptiedFolderIsFilledAgainThoughNothingIsPublished) {
  const auto pinned = published_;
  published_ = catalogue_.PublishNew();
  ASSERT_TRUE(IsKept(published_));
  scoring_.Terminate();
  fs::remove_all(cache_);
  scoring_.StartAndAwait();
  ASSERT_OK(scoring_.ScorePinned(pinned.digest()));
  ASSERT_TRUE(IsKept(published_));
  RemoveFolder();
  scoring_.Thaw();
  ASSERT_TRUE(IsKept(published_));
  ASSERT_TRUE(processes::Eventually([&] { return releases::ReleaseFiles(cache_).size() == 2; }));
  EXPECT_THAT(scoring_.Output(), HasSubstr("cache_emptied"));
  scoring_.Kill();
  ScoringProcess alone(suite_, {{"--catalogue", nobody_}, {"--cache-dir", cache_}});
  alone.StartAndAwait();
  ASSERT_TRUE(alone.Reaches(published_.revision()));
  EXPECT_OK(alone.ScorePinned(pinned.digest()));
}

TEST_F(CacheFolderTest, AFolderThatIsGoneHoldsNothingUpAndIsFilledAgain) {
  RemoveFolder();
  // Also root cannot write below a file.
  ASSERT_OK(WriteFile(cache_, "a file", Overwrite::kNever));
  scoring_.Thaw();
  published_ = catalogue_.PublishNew();
  ASSERT_TRUE(scoring_.Reaches(2));
  EXPECT_TRUE(processes::Eventually(
      [&] { return absl::StrContains(scoring_.Output(), "cache_not_written"); }));
  published_ = catalogue_.PublishNew();
  ASSERT_TRUE(scoring_.Reaches(3));
  // Said once, not at every attempt.
  const std::string output = scoring_.Output();
  EXPECT_EQ(output.find("cache_not_written"), output.rfind("cache_not_written"));
  EXPECT_THAT(output, HasSubstr(cache_));
  fs::remove(cache_);
  EXPECT_TRUE(
      processes::Eventually([&] { return absl::StrContains(scoring_.Output(), "cache_written"); }));
  ExpectMended();
}

TEST_F(CacheFolderTest, AFullDiskHoldsNothingUpAndIsUsedAgain) {
  const auto limit = [&](rlim_t bytes) {
    const struct rlimit size = {bytes, RLIM_INFINITY};
    ASSERT_EQ(prlimit(scoring_.pid(), RLIMIT_FSIZE, &size, nullptr), 0);
  };
  // States still fit, and what the service prints; releases do not.
  limit(64 << 10);
  published_ = catalogue_.PublishNew();
  ASSERT_TRUE(scoring_.Reaches(2));
  ASSERT_TRUE(processes::Eventually(
      [&] { return absl::StrContains(scoring_.Output(), "cache_not_written"); }));
  EXPECT_OK(scoring_.Score());
  // What was kept before serves on, as a copy of the folder shows; nothing half written is left.
  const std::string copy = processes::NewFolder() + "/copy";
  fs::copy(cache_, copy);
  EXPECT_TRUE(StartsFrom(copy, 1));
  for (const auto& file : releases::ReleaseFiles(cache_)) {
    EXPECT_OK(envelope::ParseEnvelope(processes::Contents(file))) << file;
  }
  limit(RLIM_INFINITY);
  ExpectMended();
}

TEST_F(CacheFolderTest, AnotherInstanceOnTheSameFolderIsRefusedUntilTheFirstHasEnded) {
  ScoringProcess second(suite_, {{"--catalogue", catalogue_.address()}, {"--cache-dir", cache_}});
  second.Start();
  EXPECT_EQ(second.AwaitEnd(), 1);
  EXPECT_THAT(second.Output(), HasSubstr("正被另一个进程使用"));
  EXPECT_THAT(second.Output(), HasSubstr("is in use by another process"));
  EXPECT_THAT(second.Output(), HasSubstr(cache_));
  EXPECT_OK(scoring_.Score());
  scoring_.Kill();
  second.StartAndAwait();
  EXPECT_OK(second.Score());
}

// Nobody misses an instance that was killed and is back, whatever port it has now.
TEST_F(CacheFolderTest, AnInstanceThatWasKilledIsTheSameWhenItIsBack) {
  const auto ids = [&] {
    std::vector<std::string> listed;
    const auto convergence = catalogue_.Convergence();
    if (!convergence.ok()) return listed;
    for (const auto& instance : convergence->instances()) {
      listed.push_back(instance.instance().id());
    }
    return listed;
  };
  ASSERT_TRUE(processes::Eventually([&] { return ids().size() == 1; }));
  const std::vector<std::string> before = ids();
  scoring_.Kill();
  ScoringProcess again(suite_, {{"--catalogue", catalogue_.address()}, {"--cache-dir", cache_}});
  again.StartAndAwait();
  const auto next = catalogue_.PublishNew();
  ASSERT_TRUE(again.Reaches(next.revision()));
  EXPECT_TRUE(processes::Eventually([&] {
    const auto convergence = catalogue_.Convergence();
    return convergence.ok() && convergence->instances_size() == 1 &&
           convergence->instances(0).report().revision() == next.revision();
  }));
  EXPECT_EQ(ids(), before);
}

// It would hide behind the first: of two lines with one id, one is the other's.
TEST_F(CacheFolderTest, ACopiedFolderMakesAnotherInstance) {
  const std::string copy = processes::NewFolder() + "/copy";
  fs::copy(cache_, copy, fs::copy_options::recursive);
  ASSERT_TRUE(fs::exists(copy + "/instance"));
  ScoringProcess second(suite_, {{"--catalogue", catalogue_.address()}, {"--cache-dir", copy}});
  second.StartAndAwait();
  EXPECT_TRUE(processes::Eventually([&] {
    const auto convergence = catalogue_.Convergence();
    return convergence.ok() && convergence->instances_size() == 2 &&
           convergence->instances(0).instance().id() != convergence->instances(1).instance().id();
  }));
  second.Kill();
  EXPECT_TRUE(processes::Eventually([&] {
    const auto convergence = catalogue_.Convergence();
    return convergence.ok() &&
           std::count_if(convergence->instances().begin(), convergence->instances().end(),
                         [](const auto& instance) {
                           return instance.status() == catalogue::v1::InstanceConvergence::UNKNOWN;
                         }) == 1;
  }));
}

TEST_F(CacheFolderTest, AFileInItsPlaceIsRefusedAtTheStart) {
  const std::string file = processes::NewFolder() + "/file";
  std::ofstream(file) << "a file";
  ScoringProcess refused(suite_, {{"--catalogue", catalogue_.address()}, {"--cache-dir", file}});
  refused.Start();
  EXPECT_EQ(refused.AwaitEnd(), 1);
  EXPECT_THAT(refused.Output(), HasSubstr(file));
}

}  // namespace
}  // namespace zhiping::faults
