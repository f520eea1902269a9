#include "common/files/file_lock.h"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>

namespace zhiping {

FileLock::~FileLock() {
  if (descriptor_ >= 0) close(descriptor_);
}

FileLock::Taking FileLock::Take(const std::string& path) {
  descriptor_ = open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, S_IRUSR | S_IWUSR);
  if (descriptor_ < 0) return Taking::kImpossible;
  if (flock(descriptor_, LOCK_EX | LOCK_NB) == 0) return Taking::kTaken;
  return errno == EWOULDBLOCK ? Taking::kHeld : Taking::kImpossible;
}

}  // namespace zhiping
