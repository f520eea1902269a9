#include "common/rpc/bounded_pool.h"

#include <gtest/gtest.h>

#include <atomic>

#include "absl/synchronization/blocking_counter.h"
#include "absl/synchronization/notification.h"
#include "tests/unit/status_matchers.h"

namespace zhiping::rpc {
namespace {

TEST(BoundedPool, RunsWhatItTookAndRefusesWhatIsTooMuch) {
  absl::Notification started, go;
  std::atomic<int> ran = 0;
  {
    BoundedPool pool(1, 2);
    ASSERT_OK(pool.Submit([&] {
      started.Notify();
      go.WaitForNotification();
      ++ran;
    }));
    started.WaitForNotification();
    ASSERT_OK(pool.Submit([&] { ++ran; }));
    ASSERT_OK(pool.Submit([&] { ++ran; }));
    EXPECT_EQ(pool.waiting(), 2U);
    EXPECT_THAT(pool.Submit([&] { ran += 100; }), HasReason(Reason::OVERLOADED));
    go.Notify();
  }
  EXPECT_EQ(ran, 3);
}

TEST(BoundedPool, ThreadsWorkSideBySide) {
  BoundedPool pool(3, 10);
  absl::BlockingCounter together(3);
  absl::Notification all;
  for (int i = 0; i < 3; ++i) {
    ASSERT_OK(pool.Submit([&] {
      together.DecrementCount();
      all.WaitForNotification();
    }));
  }
  together.Wait();  // Would hang with fewer than three threads.
  all.Notify();
}

}  // namespace
}  // namespace zhiping::rpc
