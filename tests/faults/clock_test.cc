// An instance whose clock is wrong, beside one whose clock is right. The instance is in this
// process, so that its clock can be set; the catalogue is a process of its own.
#include <atomic>

#include "absl/time/clock.h"
#include "common/releases/release_flags.h"
#include "common/releases/seed.h"
#include "common/rpc/channel.h"
#include "common/rpc/server.h"
#include "common/rpc/status.h"
#include "common/time/timestamp.h"
#include "services/scoring/scoring_service.h"
#include "tests/faults/suite.h"
#include "tests/unit/status_matchers.h"

namespace zhiping::faults {
namespace {

using common::v1::Freshness;
using scoring::v1::ProgrammeStatus;

// The machine's clock, off by what a test sets; its steady clock is right.
class WrongClock final : public Clock {
 public:
  explicit WrongClock(absl::Duration off) : off_(off) {}
  absl::Time Now() const override { return absl::Now() + off_.load(); }
  absl::Duration Steady() const override { return SystemClock().Steady(); }
  void SetOff(absl::Duration off) { off_ = off; }

 private:
  std::atomic<absl::Duration> off_;
};

// The scoring service of main.cc with a clock of a test's.
class ScoringWithClock {
 public:
  ScoringWithClock(const releases::ReleaseFlags& flags, absl::Duration off)
      : clock_(off),
        releases_(*releases::ServedReleases::Create(flags, "scoring", {}, clock_, metrics_, log_)),
        access_(*rpc::AccessControl::Open({}, clock_, log_)),
        trust_(*releases::ReadTrustFile(flags.trust_file)),
        service_(releases_->releases(), clock_, pool_, *trust_, {metrics_, log_, *access_}) {
    rpc::ServerOptions options;
    options.listen = "127.0.0.1:0";
    server_ = *rpc::Server::Start(options,
                                  {{scoring::v1::ScoringService::service_full_name(), &service_}});
    stub_ = scoring::v1::ScoringService::NewStub(
        rpc::NewChannel(absl::StrCat("127.0.0.1:", server_->port()), {}));
    releases_->Start([this] { server_->SetReady(true); });
  }

  void SetOff(absl::Duration off) { clock_.SetOff(off); }

  ProgrammeStatus Status() const {
    const auto context = rpc::NewContext(absl::Seconds(2));
    scoring::v1::GetStatusResponse response;
    const bool answered = stub_->GetStatus(context.get(), {}, &response).ok();
    return answered && !response.programmes().empty() ? response.programmes(0) : ProgrammeStatus();
  }
  absl::StatusOr<scoring::v1::ScoreResponse> Score(const std::string& digest = "") const {
    scoring::v1::ScoreRequest request = SampleRequest();
    request.mutable_criteria()->set_release_digest(digest);
    const auto context = rpc::NewContext(absl::Seconds(10));
    scoring::v1::ScoreResponse response;
    const absl::Status status =
        rpc::FromGrpcStatus(stub_->Score(context.get(), request, &response));
    if (!status.ok()) return status;
    return response;
  }
  bool Becomes(Freshness::Value freshness) const {
    return processes::Eventually([&] { return Status().freshness() == freshness; });
  }

 private:
  WrongClock clock_;
  const rpc::Log log_{rpc::Severity::kError};
  rpc::Metrics metrics_;
  rpc::BoundedPool pool_{2, 64};
  const std::unique_ptr<releases::ServedReleases> releases_;
  const std::unique_ptr<rpc::AccessControl> access_;
  const std::shared_ptr<const envelope::Trust> trust_;
  scoring::ScoringService service_;
  std::unique_ptr<rpc::Server> server_;
  std::unique_ptr<scoring::v1::ScoringService::Stub> stub_;
};

class ClockTest : public testing::Test {
 protected:
  void SetUp() override {
    catalogue_.StartAndAwait();
    published_ = catalogue_.PublishNew();
    flags_.trust_file = suite_.trust_file();
    flags_.catalogue = catalogue_.address();
    flags_.programmes = {kProgramme};
    flags_.poll_interval = absl::Milliseconds(200);
  }
  void ExpectFresh(const ScoringWithClock& scoring) {
    ASSERT_TRUE(scoring.Becomes(Freshness::FRESH));
    EXPECT_FALSE(scoring.Status().clock_behind());
    const auto score = scoring.Score();
    ASSERT_OK(score);
    EXPECT_EQ(score->result().freshness(), Freshness::FRESH);
  }

  Suite suite_;
  CatalogueProcess catalogue_{suite_};
  releases::ReleaseFlags flags_;
  catalogue::v1::Activation published_;
};

TEST_F(ClockTest, ALittleWrongIsNoMatter) {
  for (const absl::Duration off : {absl::Seconds(-4), absl::Seconds(4)}) {
    ExpectFresh(ScoringWithClock(flags_, off));
  }
}

TEST_F(ClockTest, BehindByMoreThanFiveSecondsIsStaleUntilItIsSet) {
  ScoringWithClock scoring(flags_, absl::Seconds(-10));
  ASSERT_TRUE(scoring.Becomes(Freshness::STALE));
  EXPECT_TRUE(scoring.Status().clock_behind());
  const auto score = scoring.Score();
  ASSERT_OK(score);
  EXPECT_EQ(score->result().freshness(), Freshness::STALE);
  EXPECT_EQ(score->result().release_digest(), published_.digest());
  scoring.SetOff(absl::ZeroDuration());
  ExpectFresh(scoring);
}

TEST_F(ClockTest, FarAheadIsStaleOrExpiredUntilItIsSet) {
  ScoringWithClock scoring(flags_, absl::Hours(1));
  ASSERT_TRUE(scoring.Becomes(Freshness::STALE));
  EXPECT_FALSE(scoring.Status().clock_behind());
  EXPECT_OK(scoring.Score());
  scoring.SetOff(absl::Hours(25));
  ASSERT_TRUE(scoring.Becomes(Freshness::EXPIRED));
  EXPECT_THAT(scoring.Score(), HasReason(Reason::CRITERIA_EXPIRED));
  EXPECT_OK(scoring.Score(published_.digest()));
  scoring.SetOff(absl::ZeroDuration());
  ExpectFresh(scoring);
}

// What was confirmed ages by the steady clock: setting the time of day makes nothing older or
// fresher.
TEST_F(ClockTest, SettingTheClockWhileTheCatalogueIsAwayChangesNothing) {
  flags_.limits = {absl::Seconds(2), absl::Hours(24)};
  ScoringWithClock scoring(flags_, absl::ZeroDuration());
  ExpectFresh(scoring);
  catalogue_.Freeze();
  scoring.SetOff(absl::Hours(25));
  EXPECT_NE(scoring.Status().freshness(), Freshness::EXPIRED);
  EXPECT_OK(scoring.Score());
  ASSERT_TRUE(scoring.Becomes(Freshness::STALE));
  scoring.SetOff(absl::Hours(-25));
  EXPECT_EQ(scoring.Status().freshness(), Freshness::STALE);
  scoring.SetOff(absl::ZeroDuration());
  catalogue_.Thaw();
  ExpectFresh(scoring);
}

TEST_F(ClockTest, AScheduledSwitchComesByTheInstancesOwnClockWithTheCatalogueAway) {
  const ScoringWithClock right(flags_, absl::ZeroDuration());
  const ScoringWithClock behind(flags_, absl::Seconds(-2));
  const ScoringWithClock ahead(flags_, absl::Seconds(2));
  for (const auto* scoring : {&right, &behind, &ahead}) ExpectFresh(*scoring);
  catalogue::v1::PublishReleaseRequest request;
  request.set_digest(catalogue_.ImportNew());
  const absl::Time instant = absl::Now() + absl::Seconds(5);
  *request.mutable_in_force_from() = ToTimestamp(instant);
  ASSERT_OK(catalogue_.Publish(request));
  for (const auto* scoring : {&right, &behind, &ahead}) {
    ASSERT_TRUE(processes::Eventually([&] { return scoring->Status().available_size() == 2; }));
  }
  catalogue_.Freeze();
  const auto switched = [&](const ScoringWithClock& scoring) {
    EXPECT_TRUE(processes::Eventually([&] { return scoring.Status().revision() == 2; }));
    return absl::Now() - instant;
  };
  constexpr absl::Duration kNear = absl::Milliseconds(500);
  EXPECT_LT(absl::AbsDuration(switched(ahead) + absl::Seconds(2)), kNear);
  EXPECT_LT(absl::AbsDuration(switched(right)), kNear);
  EXPECT_LT(absl::AbsDuration(switched(behind) - absl::Seconds(2)), kNear);
  catalogue_.Thaw();
  for (const auto* scoring : {&right, &behind, &ahead}) {
    ExpectFresh(*scoring);
    EXPECT_EQ(scoring->Status().revision(), 2);
  }
}

}  // namespace
}  // namespace zhiping::faults
