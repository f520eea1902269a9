#include "tests/faults/sqlite_away.h"

#include <cstdio>
#include <cstdlib>

namespace zhiping::faults {

OutsideLock::OutsideLock(const std::string& file) {
  if (sqlite3_open(file.c_str(), &handle_) != SQLITE_OK ||
      sqlite3_busy_timeout(handle_, 20'000) != SQLITE_OK ||
      sqlite3_exec(handle_, "BEGIN EXCLUSIVE", nullptr, nullptr, nullptr) != SQLITE_OK) {
    std::fprintf(stderr, "%s: %s\n", file.c_str(), sqlite3_errmsg(handle_));
    std::abort();
  }
}

void FullDisk::Limit(rlim_t bytes) const {
  const struct rlimit size = {bytes, RLIM_INFINITY};
  if (prlimit(process_, RLIMIT_FSIZE, &size, nullptr) == 0) return;
  std::perror("prlimit");
  std::abort();
}

}  // namespace zhiping::faults
