// Loaded into a program by LD_PRELOAD: adds to the time of day what the file ZHIPING_CLOCK_FILE
// says, from one moment to the next, also for waits that have begun; and to the clock that counts
// suspensions. See README.md for what is not
// covered.
#include <dlfcn.h>
#include <fcntl.h>
#include <linux/futex.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <time.h>
#include <unistd.h>

#include <atomic>
#include <cerrno>
#include <cstdarg>
#include <cstdint>
#include <cstdlib>

namespace {

constexpr int64_t kSecond = 1'000'000'000;
// A wait notices within this time that the clock was set.
constexpr int64_t kSlice = 10'000'000;

// In nanoseconds: how far the time of day is off, and how long the machine was suspended.
const std::atomic<int64_t>* Shared() {
  static const auto* const shared = [] {
    const char* const path = std::getenv("ZHIPING_CLOCK_FILE");
    const int file = path == nullptr ? -1 : open(path, O_RDONLY);
    void* const bytes = mmap(nullptr, 2 * sizeof(int64_t), PROT_READ, MAP_SHARED, file, 0);
    if (bytes == MAP_FAILED) abort();
    close(file);
    return static_cast<const std::atomic<int64_t>*>(bytes);
  }();
  return shared;
}

// What the program would call without this library. Kept in an atomic and not in a static of a
// function: whoever waits for such a static to be made calls syscall().
template <typename Function>
Function Real(std::atomic<Function>& kept, const char* name) {
  if (kept.load() == nullptr) kept = reinterpret_cast<Function>(dlsym(RTLD_NEXT, name));
  return kept;
}

int64_t Nanoseconds(const timespec& time) { return time.tv_sec * kSecond + time.tv_nsec; }

timespec Timespec(int64_t nanoseconds) {
  return {static_cast<time_t>(nanoseconds / kSecond), static_cast<long>(nanoseconds % kSecond)};
}

int64_t Now() {
  timespec now;
  clock_gettime(CLOCK_REALTIME, &now);
  return Nanoseconds(now);
}

long RealSyscall(long number, const long (&of)[6]) {
  static constinit std::atomic<long (*)(long, ...)> kept = nullptr;
  return Real(kept, "syscall")(number, of[0], of[1], of[2], of[3], of[4], of[5]);
}

// A futex wait until an instant of the time of day, as the kernel does it: by the clock as it is
// set while the wait lasts.
long WaitUntil(int64_t end, long (&of)[6]) {
  of[1] = FUTEX_WAIT | (of[1] & FUTEX_PRIVATE_FLAG);
  while (true) {
    const int64_t left = end - Now();
    if (left <= 0) {
      errno = ETIMEDOUT;
      return -1;
    }
    const timespec slice = Timespec(left < kSlice ? left : kSlice);
    of[3] = reinterpret_cast<long>(&slice);
    const long result = RealSyscall(SYS_futex, of);
    if (result == 0 || errno != ETIMEDOUT) return result;
  }
}

}  // namespace

extern "C" {

int clock_gettime(clockid_t clock, timespec* time) noexcept {
  static constinit std::atomic<int (*)(clockid_t, timespec*)> kept = nullptr;
  const int result = Real(kept, "clock_gettime")(clock, time);
  if (result == 0 && (clock == CLOCK_REALTIME || clock == CLOCK_REALTIME_COARSE)) {
    *time = Timespec(Nanoseconds(*time) + Shared()[0].load());
  }
  if (result == 0 && clock == CLOCK_BOOTTIME) {
    *time = Timespec(Nanoseconds(*time) + Shared()[1].load());
  }
  return result;
}

int gettimeofday(timeval* time, void*) noexcept {
  const int64_t now = Now();
  *time = {static_cast<time_t>(now / kSecond), static_cast<suseconds_t>(now % kSecond / 1000)};
  return 0;
}

time_t time(time_t* time) noexcept {
  const time_t now = Now() / kSecond;
  if (time != nullptr) *time = now;
  return now;
}

long syscall(long number, ...) noexcept {
  long of[6];
  va_list list;
  va_start(list, number);
  for (long& argument : of) argument = va_arg(list, long);
  va_end(list);
  const auto* const end = reinterpret_cast<const timespec*>(of[3]);
  if (number == SYS_futex && (of[1] & FUTEX_CLOCK_REALTIME) != 0 && end != nullptr) {
    return WaitUntil(Nanoseconds(*end), of);
  }
  return RealSyscall(number, of);
}

}  // extern "C"
