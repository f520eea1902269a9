#include "tests/faults/stepped_clock.h"

#include <fcntl.h>
#include <sys/mman.h>
#include <unistd.h>

#include <cstdio>
#include <cstdlib>

#include "absl/strings/str_cat.h"
#include "tests/processes/process.h"

namespace zhiping::faults {
namespace {

constexpr size_t kBytes = 2 * sizeof(int64_t);

std::atomic<int64_t>* NewShared(const std::string& path) {
  const int file = open(path.c_str(), O_RDWR | O_CREAT, 0644);
  void* bytes = MAP_FAILED;
  if (file >= 0 && ftruncate(file, kBytes) == 0) {
    bytes = mmap(nullptr, kBytes, PROT_READ | PROT_WRITE, MAP_SHARED, file, 0);
  }
  if (bytes == MAP_FAILED) {
    std::perror(path.c_str());
    std::abort();
  }
  close(file);
  return static_cast<std::atomic<int64_t>*>(bytes);
}

}  // namespace

SteppedClock::SteppedClock()
    : file_(processes::NewFolder() + "/clock"), shared_(NewShared(file_)) {}

SteppedClock::~SteppedClock() { munmap(shared_, kBytes); }

std::vector<std::string> SteppedClock::starter() const {
  return {"env", absl::StrCat("LD_PRELOAD=", ZHIPING_STEPPED_CLOCK),
          absl::StrCat("ZHIPING_CLOCK_FILE=", file_)};
}

}  // namespace zhiping::faults
