#include "common/identity/issuer_keys.h"

#include <gtest/gtest.h>

#include <atomic>

#include "common/status/error.h"
#include "tests/unit/status_matchers.h"

namespace zhiping::identity {
namespace {

class SetClock final : public Clock {
 public:
  absl::Time Now() const override { return absl::UnixEpoch(); }
  absl::Duration Steady() const override { return steady; }
  absl::Duration steady = absl::Hours(1);
};

// A sign-on that is away, and counts who asks.
class CountingSource final : public KeySource {
 public:
  explicit CountingSource(std::atomic<int>& readings) : readings_(readings) {}
  absl::StatusOr<std::string> Read() override {
    ++readings_;
    return MakeError(absl::StatusCode::kUnavailable, Reason::ISSUER_KEYS_UNAVAILABLE, "无", "away");
  }

 private:
  std::atomic<int>& readings_;
};

bool Becomes(const std::atomic<int>& value, int expected, absl::Duration within) {
  const absl::Time give_up = absl::Now() + within;
  while (value < expected && absl::Now() < give_up) absl::SleepFor(absl::Milliseconds(1));
  return value >= expected;
}

// Anybody may send tokens with key ids that nobody knows: the sign-on hears of one in a second.
TEST(IssuerKeysTest, AreReadAgainAtMostOnceASecond) {
  SetClock clock;
  std::atomic<int> readings = 0;
  IssuerKeys keys("issuer", std::make_unique<CountingSource>(readings), absl::Hours(1), clock,
                  [](const std::string&, const KeysReading&) {});
  EXPECT_THAT(keys.FirstRead(), HasReason(Reason::ISSUER_KEYS_UNAVAILABLE));
  for (int read = 2; read < 5; ++read) {
    keys.ReadSoon();
    EXPECT_TRUE(Becomes(readings, read, absl::Seconds(10)));
    clock.steady += absl::Milliseconds(999);
    for (int i = 0; i < 100; ++i) keys.ReadSoon();
    EXPECT_FALSE(Becomes(readings, read + 1, absl::Milliseconds(100)));
    clock.steady += absl::Milliseconds(1);
  }
}

}  // namespace
}  // namespace zhiping::identity
