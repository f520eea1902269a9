#include "common/redis/breaker.h"

#include <gtest/gtest.h>

namespace zhiping::redis {
namespace {

constexpr std::chrono::seconds kPause(2);

class BreakerTest : public testing::Test {
 protected:
  void Open() {
    for (int i = 0; i < 3; ++i) {
      ASSERT_TRUE(breaker_.Allow(now_));
      breaker_.Failed(now_);
    }
    ASSERT_EQ(breaker_.state(), BreakerState::kOpen);
  }

  Breaker breaker_{3, absl::FromChrono(kPause)};
  Breaker::Time now_{std::chrono::hours(1)};
};

TEST_F(BreakerTest, OpensAfterFailuresInARowOnly) {
  for (int i = 0; i < 10; ++i) {
    breaker_.Failed(now_);
    breaker_.Failed(now_);
    breaker_.Succeeded();
    EXPECT_TRUE(breaker_.Allow(now_));
  }
  breaker_.Failed(now_);
  breaker_.Failed(now_);
  EXPECT_EQ(breaker_.state(), BreakerState::kClosed);
  breaker_.Failed(now_);
  EXPECT_EQ(breaker_.state(), BreakerState::kOpen);
}

TEST_F(BreakerTest, LetsNobodyThroughBeforeThePauseIsOver) {
  Open();
  EXPECT_FALSE(breaker_.Allow(now_));
  EXPECT_FALSE(breaker_.Allow(now_ + kPause - std::chrono::nanoseconds(1)));
}

TEST_F(BreakerTest, LetsOneThroughAfterThePauseAndClosesWhenItSucceeds) {
  Open();
  EXPECT_TRUE(breaker_.Allow(now_ + kPause));
  EXPECT_EQ(breaker_.state(), BreakerState::kProbing);
  EXPECT_FALSE(breaker_.Allow(now_ + 10 * kPause));
  breaker_.Succeeded();
  EXPECT_EQ(breaker_.state(), BreakerState::kClosed);
  EXPECT_TRUE(breaker_.Allow(now_ + kPause));
}

TEST_F(BreakerTest, PausesAgainWhenTheProbeFails) {
  Open();
  now_ += kPause;
  ASSERT_TRUE(breaker_.Allow(now_));
  breaker_.Failed(now_);
  EXPECT_EQ(breaker_.state(), BreakerState::kOpen);
  EXPECT_FALSE(breaker_.Allow(now_ + kPause / 2));
  EXPECT_TRUE(breaker_.Allow(now_ + kPause));
}

TEST_F(BreakerTest, CallsThatBeganBeforeItOpenedDoNotProlongThePause) {
  Open();
  breaker_.Failed(now_ + kPause / 2);
  EXPECT_TRUE(breaker_.Allow(now_ + kPause));
}

TEST_F(BreakerTest, CountsAnewAfterItHasClosed) {
  Open();
  ASSERT_TRUE(breaker_.Allow(now_ + kPause));
  breaker_.Succeeded();
  breaker_.Failed(now_);
  breaker_.Failed(now_);
  EXPECT_EQ(breaker_.state(), BreakerState::kClosed);
}

}  // namespace
}  // namespace zhiping::redis
