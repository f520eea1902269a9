// Tells ThreadSanitizer what Abseil's synchronization does. Debian's Abseil is not built with
// ThreadSanitizer, so without this every field guarded by an absl::Mutex is reported as a race.
// Linked into every program of the preset `tsan`; the linker's --wrap sends our calls here
// (tsan.cmake).
#include "absl/synchronization/blocking_counter.h"
#include "absl/synchronization/mutex.h"
#include "absl/synchronization/notification.h"
#include "absl/time/time.h"

extern "C" {
void __tsan_acquire(void* address);
void __tsan_release(void* address);
void AnnotateIgnoreReadsBegin(const char* file, int line);
void AnnotateIgnoreReadsEnd(const char* file, int line);
}

namespace {

// While Abseil runs, it evaluates the conditions of other waiters with the lock held, which
// ThreadSanitizer cannot see.
class InsideAbseil {
 public:
  InsideAbseil() { AnnotateIgnoreReadsBegin(__FILE__, __LINE__); }
  ~InsideAbseil() { AnnotateIgnoreReadsEnd(__FILE__, __LINE__); }
};

template <typename Result, typename... Parameters, typename... Arguments>
Result Call(Result (*function)(Parameters...), Arguments... arguments) {
  InsideAbseil inside;
  return function(arguments...);
}

// What Notification::HasBeenNotified, which is inline, reads.
void* FlagOf(absl::Notification* notification) {
  return reinterpret_cast<char*>(notification) + sizeof(absl::Mutex);
}

}  // namespace

// Defines what calls of the function with the mangled name `symbol` reach instead.
#define ZHIPING_WRAP(name, symbol, result, ...)             \
  result Real##name(__VA_ARGS__) __asm__("__real_" symbol); \
  result Wrap##name(__VA_ARGS__) __asm__("__wrap_" symbol); \
  result Wrap##name(__VA_ARGS__)

#define ZHIPING_MUTEX "_ZN4absl7debian35Mutex"
#define ZHIPING_CONDVAR "_ZN4absl7debian37CondVar"

using absl::BlockingCounter;
using absl::Condition;
using absl::CondVar;
using absl::Duration;
using absl::Mutex;
using absl::Notification;
using absl::Time;

// ---- Taking and giving back a lock

ZHIPING_WRAP(Lock, ZHIPING_MUTEX "4LockEv", void, Mutex* mutex) {
  Call(RealLock, mutex);
  __tsan_acquire(mutex);
}

ZHIPING_WRAP(Unlock, ZHIPING_MUTEX "6UnlockEv", void, Mutex* mutex) {
  __tsan_release(mutex);
  Call(RealUnlock, mutex);
}

ZHIPING_WRAP(TryLock, ZHIPING_MUTEX "7TryLockEv", bool, Mutex* mutex) {
  const bool locked = Call(RealTryLock, mutex);
  if (locked) __tsan_acquire(mutex);
  return locked;
}

ZHIPING_WRAP(ReaderLock, ZHIPING_MUTEX "10ReaderLockEv", void, Mutex* mutex) {
  Call(RealReaderLock, mutex);
  __tsan_acquire(mutex);
}

ZHIPING_WRAP(ReaderUnlock, ZHIPING_MUTEX "12ReaderUnlockEv", void, Mutex* mutex) {
  __tsan_release(mutex);
  Call(RealReaderUnlock, mutex);
}

// ---- Waiting: the lock is given back and taken again

ZHIPING_WRAP(LockWhen, ZHIPING_MUTEX "8LockWhenERKNS0_9ConditionE", void, Mutex* mutex,
             const Condition* condition) {
  Call(RealLockWhen, mutex, condition);
  __tsan_acquire(mutex);
}

ZHIPING_WRAP(LockWhenWithTimeout,
             ZHIPING_MUTEX "19LockWhenWithTimeoutERKNS0_9ConditionENS0_8DurationE", bool,
             Mutex* mutex, const Condition* condition, Duration timeout) {
  const bool met = Call(RealLockWhenWithTimeout, mutex, condition, timeout);
  __tsan_acquire(mutex);
  return met;
}

ZHIPING_WRAP(LockWhenWithDeadline,
             ZHIPING_MUTEX "20LockWhenWithDeadlineERKNS0_9ConditionENS0_4TimeE", bool, Mutex* mutex,
             const Condition* condition, Time deadline) {
  const bool met = Call(RealLockWhenWithDeadline, mutex, condition, deadline);
  __tsan_acquire(mutex);
  return met;
}

ZHIPING_WRAP(Await, ZHIPING_MUTEX "5AwaitERKNS0_9ConditionE", void, Mutex* mutex,
             const Condition* condition) {
  __tsan_release(mutex);
  Call(RealAwait, mutex, condition);
  __tsan_acquire(mutex);
}

ZHIPING_WRAP(AwaitWithTimeout, ZHIPING_MUTEX "16AwaitWithTimeoutERKNS0_9ConditionENS0_8DurationE",
             bool, Mutex* mutex, const Condition* condition, Duration timeout) {
  __tsan_release(mutex);
  const bool met = Call(RealAwaitWithTimeout, mutex, condition, timeout);
  __tsan_acquire(mutex);
  return met;
}

ZHIPING_WRAP(AwaitWithDeadline, ZHIPING_MUTEX "17AwaitWithDeadlineERKNS0_9ConditionENS0_4TimeE",
             bool, Mutex* mutex, const Condition* condition, Time deadline) {
  __tsan_release(mutex);
  const bool met = Call(RealAwaitWithDeadline, mutex, condition, deadline);
  __tsan_acquire(mutex);
  return met;
}

ZHIPING_WRAP(CondWait, ZHIPING_CONDVAR "4WaitEPNS0_5MutexE", void, CondVar* changed, Mutex* mutex) {
  __tsan_release(mutex);
  Call(RealCondWait, changed, mutex);
  __tsan_acquire(mutex);
}

ZHIPING_WRAP(CondWaitWithTimeout, ZHIPING_CONDVAR "15WaitWithTimeoutEPNS0_5MutexENS0_8DurationE",
             bool, CondVar* changed, Mutex* mutex, Duration timeout) {
  __tsan_release(mutex);
  const bool late = Call(RealCondWaitWithTimeout, changed, mutex, timeout);
  __tsan_acquire(mutex);
  return late;
}

ZHIPING_WRAP(CondWaitWithDeadline, ZHIPING_CONDVAR "16WaitWithDeadlineEPNS0_5MutexENS0_4TimeE",
             bool, CondVar* changed, Mutex* mutex, Time deadline) {
  __tsan_release(mutex);
  const bool late = Call(RealCondWaitWithDeadline, changed, mutex, deadline);
  __tsan_acquire(mutex);
  return late;
}

// ---- One-time signals

ZHIPING_WRAP(Notify, "_ZN4absl7debian312Notification6NotifyEv", void, Notification* notification) {
  __tsan_release(FlagOf(notification));
  Call(RealNotify, notification);
}

ZHIPING_WRAP(WaitForNotification, "_ZNK4absl7debian312Notification19WaitForNotificationEv", void,
             Notification* notification) {
  Call(RealWaitForNotification, notification);
  __tsan_acquire(FlagOf(notification));
}

ZHIPING_WRAP(WaitForNotificationWithTimeout,
             "_ZNK4absl7debian312Notification30WaitForNotificationWithTimeoutENS0_8DurationE", bool,
             Notification* notification, Duration timeout) {
  const bool notified = Call(RealWaitForNotificationWithTimeout, notification, timeout);
  if (notified) __tsan_acquire(FlagOf(notification));
  return notified;
}

ZHIPING_WRAP(DecrementCount, "_ZN4absl7debian315BlockingCounter14DecrementCountEv", bool,
             BlockingCounter* counter) {
  __tsan_release(counter);
  return Call(RealDecrementCount, counter);
}

ZHIPING_WRAP(CounterWait, "_ZN4absl7debian315BlockingCounter4WaitEv", void,
             BlockingCounter* counter) {
  Call(RealCounterWait, counter);
  __tsan_acquire(counter);
}
