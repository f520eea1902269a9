#include "tests/faults/lost_submissions.h"

#include <cstdlib>
#include <iostream>

#include "absl/time/clock.h"
#include "tests/unit/status_matchers.h"

namespace zhiping::faults {
namespace {

// Whatever was acknowledged by then is judged.
constexpr absl::Duration kLongest = absl::Minutes(4);

uint32_t Seed() {
  const char* const given = std::getenv("ZHIPING_SEED");
  const uint32_t seed =
      given == nullptr ? std::random_device()() : static_cast<uint32_t>(std::stoul(given));
  std::cout << "ZHIPING_SEED=" << seed << "\n";
  return seed;
}

}  // namespace

LostSubmissionsTest::LostSubmissionsTest() : seed_(Seed()) {}

void LostSubmissionsTest::Start(const Flags& flags, const std::vector<std::string>& starter) {
  catalogue_.StartAndAwait();
  catalogue_.PublishNew();
  scoring_.StartAndAwait();
  ASSERT_TRUE(scoring_.Reaches(1));
  assessment_ = std::make_unique<AssessmentProcess>(suite_, catalogue_, scoring_, flags, starter);
  assessment_->StartAndAwait();
  writers_ = std::make_unique<SubmissionWriters>(assessment_->channel(), scoring_.channel(), seed_);
  ASSERT_OK(writers_->Prepare());
}

void LostSubmissionsTest::WriteDuring(int rounds, int acknowledged,
                                      const std::function<void(int)>& round) {
  const absl::Time end = absl::Now() + kLongest;
  writers_->WriteWhile([&] {
    for (int i = 0; i < rounds && !HasFailure(); ++i) {
      const int due = acknowledged * (i + 1) / rounds;
      processes::Eventually([&] { return writers_->acknowledged() >= due; }, end - absl::Now());
      Pause(0, 600);
      round(i);
      AwaitServing();
    }
    Pause(300, 500);
  });
}

void LostSubmissionsTest::ExpectKept(int acknowledged) {
  const auto verdict = writers_->Judge();
  ASSERT_OK(verdict);
  EXPECT_EQ(FindingsOf(*verdict), 0) << verdict->dump(1);
  EXPECT_GE((*verdict)["acknowledged"], acknowledged);
  // Those that were made to be refused.
  EXPECT_GT((*verdict)["refused"], 0);
  // Those of drafts that were edited while they were submitted: neither all nor none in time.
  EXPECT_GT((*verdict)["edited"], 0);
  EXPECT_GT((*verdict)["outdated"], 0);
  // Those whose callers had not heard when the faults were over.
  EXPECT_GT((*verdict)["unheard"], 0);
}

int LostSubmissionsTest::Lost() {
  const auto verdict = writers_->Judge();
  EXPECT_OK(verdict);
  return verdict.ok() ? (*verdict)["findings"]["lost"].get<int>() : 0;
}

void LostSubmissionsTest::Pause(int least_milliseconds, int most_milliseconds) {
  absl::SleepFor(absl::Milliseconds(
      std::uniform_int_distribution<int>(least_milliseconds, most_milliseconds)(random_)));
}

void LostSubmissionsTest::AwaitServing() {
  EXPECT_TRUE(processes::Eventually([this] { return assessment_->Serving(); }, absl::Seconds(30)));
}

}  // namespace zhiping::faults
