// A lock between processes.
#pragma once

#include <string>

namespace zhiping {

// Held until it is destroyed or its process ends, however that ends.
class FileLock {
 public:
  enum class Taking {
    kTaken,
    // By another process, or another FileLock of this one.
    kHeld,
    // The file cannot be made, or its file system has no locks; errno says why.
    kImpossible,
  };

  FileLock() = default;
  ~FileLock();
  FileLock(const FileLock&) = delete;
  FileLock& operator=(const FileLock&) = delete;

  // Makes the file if it is not there; it stays. REQUIRES: called once.
  Taking Take(const std::string& path);

  // Tells the locked file from all others: it stays over restarts of the machine and when the file
  // is moved within its file system; a copy has another. Empty if the system says nothing of it.
  // REQUIRES: taken.
  std::string Identity() const;

 private:
  int descriptor_ = -1;
};

}  // namespace zhiping
