// Timed waits of the whole program, gRPC's threads included, by the steady clock.
//
// gRPC waits with Abseil, and this version of Abseil waits until an instant of the time of day:
// after the clock is set back by an hour, what was to take 100 ms takes an hour more. Here a wait
// ends after as long as was left when it began, whatever the clock is set to meanwhile.
//
// The two functions are those by which Abseil lets a program bring its own semaphore: its own are
// weak symbols. Nothing else calls them, so that CMakeLists.txt puts this file into every program.
#include <linux/futex.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <cerrno>
#include <chrono>
#include <cstdint>

#include "absl/base/config.h"
#include "absl/synchronization/internal/create_thread_identity.h"
#include "absl/synchronization/internal/per_thread_sem.h"
#include "absl/time/clock.h"
#include "absl/time/time.h"

#if ABSL_LTS_RELEASE_VERSION >= 20230802
#error \
    "This Abseil has waits by the steady clock: look whether gRPC uses them and this file can go."
#endif

namespace {

using absl::base_internal::ThreadIdentity;
using absl::synchronization_internal::KernelTimeout;
using Count = std::atomic<int32_t>;
static_assert(sizeof(Count) == sizeof(int32_t) && Count::is_always_lock_free, "not a futex");

// How often the thread was posted without having noticed, in the place that Abseil reserves for
// that and sets to zero for a new thread.
Count& CountOf(ThreadIdentity* identity) {
  return *reinterpret_cast<Count*>(identity->waiter_state.data);
}

bool TakeOne(Count& count) {
  int32_t value = count.load(std::memory_order_relaxed);
  while (value > 0) {
    if (count.compare_exchange_weak(value, value - 1, std::memory_order_acquire,
                                    std::memory_order_relaxed)) {
      return true;
    }
  }
  return false;
}

// For up to two seconds after the clock was set, absl::Now() still goes by the old one, and
// instants of both come in. Such a wait ends at once; whoever waited finds that it is early, and
// waits again.
constexpr absl::Duration kSet = absl::Seconds(1);
constexpr absl::Duration kAtOnce = absl::Milliseconds(10);

absl::Duration Left(KernelTimeout timeout) {
  const absl::Time now = absl::FromChrono(std::chrono::system_clock::now());
  if (absl::AbsDuration(absl::Now() - now) > kSet) return kAtOnce;
  return std::max(absl::TimeFromTimespec(timeout.MakeAbsTimespec()) - now, absl::ZeroDuration());
}

timespec SteadyInstant(absl::Duration from_now) {
  timespec now;
  clock_gettime(CLOCK_MONOTONIC, &now);
  return absl::ToTimespec(absl::DurationFromTimespec(now) + from_now);
}

// Waits until the count is no longer zero; false: `end`, an instant of the steady clock unless it
// is null, has come.
bool AwaitPost(Count& count, const timespec* end) {
  return syscall(SYS_futex, &count, FUTEX_WAIT_BITSET_PRIVATE, 0, end, nullptr,
                 FUTEX_BITSET_MATCH_ANY) == 0 ||
         errno != ETIMEDOUT;
}

}  // namespace

extern "C" {

void ABSL_INTERNAL_C_SYMBOL(AbslInternalPerThreadSemPost)(ThreadIdentity* identity) {
  Count& count = CountOf(identity);
  if (count.fetch_add(1, std::memory_order_release) == 0) {
    syscall(SYS_futex, &count, FUTEX_WAKE_PRIVATE, 1);
  }
}

bool ABSL_INTERNAL_C_SYMBOL(AbslInternalPerThreadSemWait)(KernelTimeout timeout) {
  Count& count = CountOf(absl::synchronization_internal::GetOrCreateCurrentThreadIdentity());
  if (TakeOne(count)) return true;
  const timespec end = timeout.has_timeout() ? SteadyInstant(Left(timeout)) : timespec{};
  while (AwaitPost(count, timeout.has_timeout() ? &end : nullptr)) {
    if (TakeOne(count)) return true;
  }
  return false;
}

}  // extern "C"
