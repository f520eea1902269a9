// P7 on PostgreSQL: with its database frozen or cut off the assessment service says so within the
// deadline, is not ready, costs no more than before, and recovers by itself.
#include "tests/faults/away.h"
#include "tests/processes/postgres.h"
#include "tests/processes/tcp_gate.h"

namespace zhiping::faults {
namespace {

class DatabaseAwayTest : public AwayTest, public testing::WithParamInterface<bool> {
 protected:
  DatabaseAwayTest() {
    Start({{"--database", postgres_.Url(postgres_.NewDatabase(), gate_.port())}});
  }

  void TakeAway() {
    if (GetParam()) return postgres_.Freeze();
    gate_.Cut();
  }
  void GiveBack() {
    if (GetParam()) return postgres_.Thaw();
    gate_.Open();
  }

  processes::Postgres postgres_;
  processes::TcpGate gate_{postgres_.port()};
};

TEST_P(DatabaseAwayTest, IsSaidInTimeAndComesBack) {
  ExpectWell();
  TakeAway();
  // At first, and when it is known.
  for (int tried = 0; tried < 2; ++tried) {
    ExpectUnavailable([&](absl::Duration timeout) { return Submit(timeout); });
    ExpectUnavailable([&](absl::Duration timeout) { return Read(timeout); });
    ExpectUnavailable([&](absl::Duration timeout) { return ListLog(timeout); });
    EXPECT_TRUE(Becomes(/*ready=*/false));
    EXPECT_TRUE(Lives());
  }
  GiveBack();
  EXPECT_TRUE(Becomes(/*ready=*/true));
  ExpectWell();
}

TEST_P(DatabaseAwayTest, CostsNoMoreThanBefore) {
  // What is needed once is there.
  CallAtOnce(kCallers, absl::Seconds(3), Calls::kSucceed);
  const Usage before = UsageNow();
  TakeAway();
  const Usage during = CallAtOnce(kCallers, absl::Seconds(6), Calls::kAreRefused);
  GiveBack();
  EXPECT_TRUE(Becomes(/*ready=*/true));
  ExpectWell();
  ExpectNoMore(before, during);
  ExpectNoMore(before, CallAtOnce(kCallers, absl::Seconds(2), Calls::kSucceed));
}

INSTANTIATE_TEST_SUITE_P(Faults, DatabaseAwayTest, testing::Bool(),
                         [](const auto& test) { return test.param ? "Frozen" : "CutOff"; });

}  // namespace
}  // namespace zhiping::faults
