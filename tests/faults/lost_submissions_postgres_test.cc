// P1 and P2 on PostgreSQL: an acknowledged submission is never lost, and never counted twice, when
// all of PostgreSQL's processes and the service are killed while enterprises submit.
#include "tests/faults/lost_submissions.h"
#include "tests/processes/postgres.h"
#include "tests/processes/tcp_gate.h"

namespace zhiping::faults {
namespace {

class PostgresLostSubmissionsTest : public LostSubmissionsTest {
 protected:
  // By that port; 0: the server's own.
  void StartOn(processes::Postgres& postgres, int port = 0) {
    Start({{"--database", postgres.Url(postgres.NewDatabase(), port)}});
  }
  // Kills PostgreSQL, and every other time the service, at random moments.
  void WriteWhileKilled(processes::Postgres& postgres, int rounds, int acknowledged) {
    WriteDuring(rounds, acknowledged, [&](int round) {
      postgres.Kill();
      if (round % 2 == 1) assessment().Kill();
      Pause(0, 200);
      postgres.Start();
      if (round % 2 == 1) assessment().Start();
    });
  }
};

TEST_F(PostgresLostSubmissionsTest, NothingIsLostThatWasAcknowledgedWhenEverythingIsKilled) {
  processes::Postgres postgres;
  StartOn(postgres);
  WriteWhileKilled(postgres, 6, kEnoughSubmissions);
  ExpectKept();
}

TEST_F(PostgresLostSubmissionsTest, NothingIsLostThatWasAcknowledgedWhenItIsFrozenOrCutOff) {
  processes::Postgres postgres;
  processes::TcpGate gate(postgres.port());
  StartOn(postgres, gate.port());
  WriteDuring(6, 1000, [&](int round) {
    if (round % 2 == 0) {
      postgres.Freeze();
      Pause(500, 1500);
      postgres.Thaw();
    } else {
      gate.Cut();
      Pause(0, 500);
      gate.Open();
    }
  });
  ExpectKept(1000);
}

// The control: without what P1 rests on, acknowledged submissions are lost, and this test sees it.
TEST_F(PostgresLostSubmissionsTest, WithoutSynchronousCommitAcknowledgedOnesAreLost) {
  processes::Postgres postgres(
      {.fsync = true,
       .more = {"synchronous_commit=off", "wal_writer_delay=10s", "wal_writer_flush_after=0"},
       .primary = nullptr});
  StartOn(postgres);
  int lost = 0;
  for (int tried = 0; tried < 5 && lost == 0; ++tried) {
    WriteWhileKilled(postgres, 2, 200 * (tried + 1));
    lost = Lost();
  }
  EXPECT_GT(lost, 0);
}

}  // namespace
}  // namespace zhiping::faults
