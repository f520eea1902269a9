// Two replicas of the catalogue behind one thin line: each may be asked, and neither holds up what
// the other sends.
#include <iostream>

#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "common/releases/catalogue_source.h"
#include "common/rpc/channel.h"
#include "tests/faults/suite.h"
#include "tests/processes/tcp_gate.h"
#include "tests/unit/status_matchers.h"

namespace zhiping::faults {
namespace {

constexpr int64_t kBytesPerSecond = 80'000;
// That of release_flags.cc; a release may take four times as long.
constexpr absl::Duration kTimeout = absl::Seconds(1);

// What is seen of two replicas is one of them at two ports.
class TwoReplicasTest : public testing::Test {
 protected:
  explicit TwoReplicasTest(processes::ThinLine* line)
      : one_(catalogue_.port(), line), other_(catalogue_.port(), line) {}

  void SetUp() override {
    catalogue_.StartAndAwait();
    published_ = catalogue_.PublishNew();
  }
  // gRPC's name for both.
  std::string Both() const {
    return absl::StrCat("ipv4:127.0.0.1:", one_.port(), ",127.0.0.1:", other_.port());
  }
  // Connected to both, as by `--catalogue`.
  std::unique_ptr<releases::Source> ConnectedToBoth() const {
    auto source = releases::NewCatalogueSource(
        rpc::NewChannel(Both(), {catalogue::v1::CatalogueService::service_full_name()}), kTimeout);
    for (int answers = 0; answers < 4;) answers += source->FindState(kProgramme).ok() ? 1 : 0;
    return source;
  }

  Suite suite_;
  CatalogueProcess catalogue_{suite_, {{"--confirm-interval", "10s"}}};
  processes::TcpGate one_, other_;
  catalogue::v1::Activation published_;
};

class ThinLineTest : private processes::ThinLine, public TwoReplicasTest {
 protected:
  ThinLineTest() : ThinLine(kBytesPerSecond), TwoReplicasTest(this) {}
};

TEST_F(ThinLineTest, AReleaseArrivesByIt) {
  const auto source = ConnectedToBoth();
  for (int i = 0; i < 3; ++i) {
    const absl::Time start = absl::Now();
    const auto release = source->FindRelease(published_.digest());
    ASSERT_OK(release);
    std::cout << release->size() << " bytes in " << absl::Now() - start << "\n";
    // Else the line is not thin.
    EXPECT_GT(absl::Now() - start, absl::Seconds(2));
  }
}

TEST_F(ThinLineTest, AnInstanceStartsByIt) {
  ScoringProcess scoring(suite_, {{"--catalogue", Both()}, {"--poll-interval", "5s"}});
  const absl::Time start = absl::Now();
  scoring.Start();
  ASSERT_TRUE(scoring.Reaches(published_.revision(), absl::Seconds(30))) << scoring.Output();
  std::cout << "started in " << absl::Now() - start << "\n";
  ASSERT_OK(scoring.Score());
}

class FrozenReplicaTest : public TwoReplicasTest {
 protected:
  FrozenReplicaTest() : TwoReplicasTest(nullptr) {}
};

TEST_F(FrozenReplicaTest, HoldsUpNoReleaseThatTheOtherHas) {
  const auto source = ConnectedToBoth();
  for (processes::TcpGate* const frozen : {&one_, &other_}) {
    frozen->Freeze();
    // Round robin begins with each of them.
    for (int i = 0; i < 4; ++i) {
      const absl::Time start = absl::Now();
      EXPECT_OK(source->FindState(kProgramme));
      EXPECT_OK(source->FindRelease(published_.digest()));
      EXPECT_LT(absl::Now() - start, absl::Seconds(1));
    }
    frozen->Open();
    EXPECT_OK(source->FindRelease(published_.digest()));
  }
}

TEST_F(FrozenReplicaTest, HoldsUpNoStart) {
  for (processes::TcpGate* const frozen : {&one_, &other_}) {
    frozen->Freeze();
    ScoringProcess scoring(suite_, {{"--catalogue", Both()}});
    const absl::Time start = absl::Now();
    scoring.StartAndAwait();
    EXPECT_TRUE(scoring.Reaches(published_.revision()));
    EXPECT_LT(absl::Now() - start, absl::Seconds(3));
    std::cout << "started in " << absl::Now() - start << "\n";
    frozen->Open();
  }
}

}  // namespace
}  // namespace zhiping::faults
