#include "common/releases/folder_source.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "common/criteria/release.h"
#include "common/files/file.h"
#include "common/releases/seed.h"
#include "tests/processes/process.h"
#include "tests/unit/status_matchers.h"

namespace zhiping::releases {
namespace {

namespace fs = std::filesystem;
using testing::HasSubstr;

class ReleaseCacheTest : public testing::Test {
 protected:
  static std::string Digest(int number) { return criteria::DigestOf(absl::StrCat(number)); }

  // Releases 0, 1, …, each a minute younger than the one before; the last is a minute old.
  void Keep(int releases) {
    for (int i = 0; i < releases; ++i) {
      std::vector<std::string> before = ReleaseFiles(folder_);
      ASSERT_OK(cache_->KeepRelease(Digest(i), absl::StrCat(i)));
      for (const auto& file : ReleaseFiles(folder_)) {
        if (std::find(before.begin(), before.end(), file) != before.end()) continue;
        fs::last_write_time(file,
                            fs::file_time_type::clock::now() - std::chrono::minutes(releases - i));
      }
    }
  }
  bool Has(int release) { return cache_->FindRelease(Digest(release)).ok(); }

  // As somebody may write it on a command line.
  const std::string folder_ = processes::NewFolder() + "/cache/";
  std::unique_ptr<ReleaseCache> cache_ = *NewReleaseCache(folder_);
};

TEST_F(ReleaseCacheTest, KeepsWhatIsNamedAndWhatWasUsedLast) {
  constexpr int kNewest = static_cast<int>(kCachedReleases);
  Keep(kNewest + 5);
  ASSERT_TRUE(Has(3)) << "and so it was used last";
  cache_->Prune({Digest(0), Digest(1)});
  // Two are named, one was used, and one of the others had to go for it.
  std::vector<int> gone;
  for (int i = 0; i < kNewest + 5; ++i) {
    if (!Has(i)) gone.push_back(i);
  }
  EXPECT_THAT(gone, testing::ElementsAre(2, 4, 5));
}

TEST_F(ReleaseCacheTest, RemovesNothingElse) {
  const std::string own = folder_ + "my-own" + kReleaseSuffix;
  ASSERT_OK(WriteFile(own, "a file", Overwrite::kNever));
  fs::last_write_time(own, fs::file_time_type::clock::now() - std::chrono::hours(1000));
  ASSERT_OK(cache_->KeepState("programme", "a state"));
  Keep(static_cast<int>(kCachedReleases) + 1);
  cache_->Prune({});
  EXPECT_FALSE(Has(0));
  EXPECT_TRUE(Has(1));
  EXPECT_OK(cache_->FindState("programme"));
  EXPECT_TRUE(fs::exists(own));
}

TEST_F(ReleaseCacheTest, OneAtATimeUsesAFolder) {
  const auto second = NewReleaseCache(folder_);
  ASSERT_THAT(second, HasReason(Reason::FOLDER_IN_USE));
  EXPECT_THAT(DetailOf(second.status()).message().zh(), HasSubstr(folder_));
  EXPECT_THAT(DetailOf(second.status()).message().en(), HasSubstr(folder_));
  // Whoever only reads needs no lock.
  EXPECT_OK(NewSeedSource(folder_));
  cache_ = nullptr;
  EXPECT_OK(NewReleaseCache(folder_));
}

TEST_F(ReleaseCacheTest, AFolderThatCannotBeLockedIsUsed) {
  cache_ = nullptr;
  fs::remove(folder_ + ".lock");
  // Also root cannot write there.
  fs::create_directory(folder_ + ".lock");
  EXPECT_OK(NewReleaseCache(folder_));
}

TEST_F(ReleaseCacheTest, WhoeverHasTheFolderIsTheSameInstance) {
  EXPECT_EQ(cache_->FindInstanceId(), "");
  ASSERT_OK(cache_->KeepInstanceId("scoring-vm-73829b5b"));
  cache_ = nullptr;
  EXPECT_EQ((*NewReleaseCache(folder_))->FindInstanceId(), "scoring-vm-73829b5b");
  const std::string moved = processes::NewFolder() + "/moved";
  fs::rename(folder_.substr(0, folder_.size() - 1), moved);
  EXPECT_EQ((*NewReleaseCache(moved))->FindInstanceId(), "scoring-vm-73829b5b");
}

TEST_F(ReleaseCacheTest, ACopyOfTheFolderIsAnotherInstance) {
  ASSERT_OK(cache_->KeepInstanceId("scoring-vm-73829b5b"));
  ASSERT_OK(cache_->KeepRelease(Digest(1), "a release"));
  const std::string copy = processes::NewFolder() + "/copy";
  fs::copy(folder_, copy, fs::copy_options::recursive);
  auto copied = *NewReleaseCache(copy);
  EXPECT_EQ(copied->FindInstanceId(), "");
  EXPECT_OK(copied->FindRelease(Digest(1)));
  ASSERT_OK(copied->KeepInstanceId("scoring-vm-00000001"));
  EXPECT_EQ(copied->FindInstanceId(), "scoring-vm-00000001");
  EXPECT_EQ(cache_->FindInstanceId(), "scoring-vm-73829b5b");
  // Also where it takes the place of the first, and without what begins with a dot.
  copied = nullptr;
  cache_ = nullptr;
  fs::remove_all(folder_);
  fs::copy(copy, folder_, fs::copy_options::recursive);
  EXPECT_EQ((*NewReleaseCache(folder_))->FindInstanceId(), "");
  fs::remove(copy + "/.lock");
  EXPECT_EQ((*NewReleaseCache(copy))->FindInstanceId(), "");
}

TEST_F(ReleaseCacheTest, AnIdWithoutALockIsNobodys) {
  ASSERT_OK(WriteFile(folder_ + "instance", "scoring-vm-73829b5b", Overwrite::kReplace));
  EXPECT_EQ(cache_->FindInstanceId(), "");
  cache_ = nullptr;
  fs::remove(folder_ + ".lock");
  fs::create_directory(folder_ + ".lock");
  cache_ = *NewReleaseCache(folder_);
  EXPECT_OK(cache_->KeepInstanceId("scoring-vm-00000001"));
  EXPECT_EQ(cache_->FindInstanceId(), "");
}

TEST(NewReleaseCacheTest, WhyTheFolderCannotBeMadeIsSaidInEitherLanguage) {
  const std::string file = processes::NewFolder() + "/file";
  ASSERT_OK(WriteFile(file, "", Overwrite::kNever));
  for (const std::string& folder : {file, file + "/below"}) {
    const auto cache = NewReleaseCache(folder);
    EXPECT_THAT(cache, HasReason(Reason::FILE_UNWRITABLE));
    const auto message = DetailOf(cache.status()).message();
    EXPECT_THAT(message.zh(), HasSubstr("”：路径中有一段不是文件夹。"));
    EXPECT_THAT(message.en(), HasSubstr("cannot be made: Not a directory."));
  }
}

}  // namespace
}  // namespace zhiping::releases
