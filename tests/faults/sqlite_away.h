// What is in the way of writing to an SQLite file.
#pragma once

#include <sqlite3.h>
#include <sys/resource.h>
#include <sys/types.h>

#include <string>

namespace zhiping::faults {

// Another program that has the file locked, as somebody who forgot their sqlite3 has.
class OutsideLock {
 public:
  // Waits until it has it. The test program ends if that takes too long.
  explicit OutsideLock(const std::string& file);
  ~OutsideLock() { sqlite3_close(handle_); }
  OutsideLock(const OutsideLock&) = delete;
  OutsideLock& operator=(const OutsideLock&) = delete;

 private:
  sqlite3* handle_ = nullptr;
};

// A disk on which files of the process grow to a few pages and no further.
class FullDisk {
 public:
  explicit FullDisk(pid_t process) : process_(process) { Limit(64 << 10); }
  ~FullDisk() { Limit(RLIM_INFINITY); }
  FullDisk(const FullDisk&) = delete;
  FullDisk& operator=(const FullDisk&) = delete;

 private:
  void Limit(rlim_t bytes) const;

  const pid_t process_;
};

}  // namespace zhiping::faults
