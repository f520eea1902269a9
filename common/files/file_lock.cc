#include "common/files/file_lock.h"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>

#include "absl/strings/str_cat.h"

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

std::string FileLock::Identity() const {
  struct statx file = {};
  const bool known = statx(descriptor_, "", AT_EMPTY_PATH, STATX_INO | STATX_BTIME, &file) == 0 &&
                     (file.stx_mask & STATX_INO) != 0;
  if (!known) return "";
  std::string identity = absl::StrCat(file.stx_ino);
  // Numbers are given again, and new file systems begin with the same ones. Not the device's
  // number, which a restart or mounting it again may change.
  if ((file.stx_mask & STATX_BTIME) != 0) {
    absl::StrAppend(&identity, " ", file.stx_btime.tv_sec, ".", file.stx_btime.tv_nsec);
  }
  return identity;
}

}  // namespace zhiping
