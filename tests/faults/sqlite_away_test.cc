// P7 on SQLite: while its file is locked by another program, or the disk is full, the assessment
// service says so within the deadline, gives what can be read without being recorded, costs no more
// than before, and recovers by itself. It stays ready: what is read is answered, and there is no
// other instance.
#include "tests/faults/sqlite_away.h"

#include "absl/strings/str_cat.h"
#include "tests/faults/away.h"
#include "tests/unit/status_matchers.h"

namespace zhiping::faults {
namespace {

enum class Fault { kLocked, kFull };

class SqliteAwayTest : public AwayTest, public testing::WithParamInterface<Fault> {
 protected:
  SqliteAwayTest() { Start({{"--database", absl::StrCat("sqlite:", file_)}}); }

  void TakeAway() {
    if (GetParam() == Fault::kLocked) {
      lock_ = std::make_unique<OutsideLock>(file_);
    } else {
      disk_ = std::make_unique<FullDisk>(assessment().pid());
      // What the log of the file still has room for.
      EXPECT_TRUE(processes::Eventually([this] { return !Submit(absl::Seconds(2)).ok(); }));
    }
  }
  void GiveBack() {
    lock_.reset();
    disk_.reset();
    EXPECT_TRUE(
        processes::Eventually([this] { return Submit(absl::Seconds(2)).ok(); }, absl::Seconds(5)));
  }

  const std::string file_ = processes::NewFolder() + "/assessment.db";
  std::unique_ptr<OutsideLock> lock_;
  std::unique_ptr<FullDisk> disk_;
};

TEST_P(SqliteAwayTest, IsSaidInTimeAndComesBack) {
  ExpectWell();
  TakeAway();
  for (int tried = 0; tried < 2; ++tried) {
    ExpectUnavailable([&](absl::Duration timeout) { return Submit(timeout); });
    // Reading a file is recorded before the answer, which takes a transaction; but no room if that
    // was recorded a moment ago.
    if (GetParam() == Fault::kLocked) {
      ExpectUnavailable([&](absl::Duration timeout) { return Read(timeout); });
    }
    EXPECT_OK(ListLog(absl::Seconds(2)));
    EXPECT_TRUE(Becomes(/*ready=*/true));
    EXPECT_TRUE(Lives());
  }
  GiveBack();
  ExpectWell();
}

TEST_P(SqliteAwayTest, CostsNoMoreThanBefore) {
  CallAtOnce(kCallers, absl::Seconds(3), Calls::kSucceed);
  const Usage before = UsageNow();
  TakeAway();
  const Usage during = CallAtOnce(kCallers, absl::Seconds(6), Calls::kAreReadOnly);
  GiveBack();
  ExpectWell();
  ExpectNoMore(before, during);
}

INSTANTIATE_TEST_SUITE_P(Faults, SqliteAwayTest, testing::Values(Fault::kLocked, Fault::kFull),
                         [](const auto& test) {
                           return test.param == Fault::kLocked ? "Locked" : "DiskFull";
                         });

}  // namespace
}  // namespace zhiping::faults
