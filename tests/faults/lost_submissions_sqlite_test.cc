// P1 and P2 on SQLite: an acknowledged submission is never lost, and never counted twice, whatever
// is killed while enterprises submit; also if the machine loses its power.
#include "absl/strings/str_cat.h"
#include "tests/faults/lost_submissions.h"
#include "tests/faults/power_cut.h"
#include "tests/faults/sqlite_away.h"

namespace zhiping::faults {
namespace {

class SqliteLostSubmissionsTest : public LostSubmissionsTest {};

TEST_F(SqliteLostSubmissionsTest, NothingIsLostThatWasAcknowledgedWhenTheServiceIsKilled) {
  Start({});
  WriteDuring(8, kEnoughSubmissions, [&](int) {
    assessment().Kill();
    Pause(0, 200);
    assessment().Start();
  });
  ExpectKept();
}

TEST_F(SqliteLostSubmissionsTest, NothingIsLostThatWasAcknowledgedWhenNothingCanBeWritten) {
  const std::string file = processes::NewFolder() + "/assessment.db";
  Start({{"--database", absl::StrCat("sqlite:", file)}});
  WriteDuring(6, 1000, [&](int round) {
    if (round % 2 == 0) {
      const OutsideLock lock(file);
      Pause(500, 1500);
    } else {
      const FullDisk disk(assessment().pid());
      Pause(500, 1500);
    }
  });
  ExpectKept(1000);
}

class PowerCutTest : public LostSubmissionsTest {
 protected:
  void StartOnSqlite() {
    Start({{"--database", absl::StrCat("sqlite:", folder_, "/assessment.db")}}, power_.starter());
  }
  // How many writes were taken back.
  int CutThePower(int rounds, int acknowledged) {
    int taken_back = 0;
    WriteDuring(rounds, acknowledged, [&](int) {
      assessment().Kill();
      taken_back += power_.Cut(folder_);
      assessment().Start();
    });
    return taken_back;
  }

  const std::string folder_ = processes::NewFolder();
  const PowerCut power_;
};

TEST_F(PowerCutTest, OnSqliteNothingIsLostThatWasAcknowledged) {
  StartOnSqlite();
  // The power was cut while something was under way.
  EXPECT_GT(CutThePower(8, kEnoughSubmissions), 0);
  ExpectKept();
}

// The control: without what P1 rests on, acknowledged submissions are lost, and this test sees it.
TEST_F(PowerCutTest, OnSqliteWithoutSyncsAcknowledgedOnesAreLost) {
  StartOnSqlite();
  power_.IgnoreSyncs();
  CutThePower(1, 1);
  EXPECT_GT(Lost(), 0);
}

}  // namespace
}  // namespace zhiping::faults
