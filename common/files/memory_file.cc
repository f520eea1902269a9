#include "common/files/memory_file.h"

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>

#include "absl/strings/str_cat.h"
#include "common/files/file.h"
#include "common/status/error.h"
#include "common/status/status_macros.h"
#include "common/status/system_error.h"

namespace zhiping {
namespace {

absl::Status Failed(int error) {
  const auto why = SystemErrorText(error);
  return MakeError(absl::StatusCode::kInvalidArgument, Reason::FILE_UNWRITABLE,
                   absl::StrCat("不能在内存中建立文件：", why.zh(), "。"),
                   absl::StrCat("Cannot make a file in memory: ", why.en(), "."));
}

bool WriteAll(int descriptor, absl::string_view bytes) {
  while (!bytes.empty()) {
    const ssize_t size = write(descriptor, bytes.data(), bytes.size());
    if (size < 0 && errno == EINTR) continue;
    if (size <= 0) return false;
    bytes.remove_prefix(static_cast<size_t>(size));
  }
  return true;
}

// A file with the bytes; −1 and errno if there can be none.
int NewFileOf(absl::string_view bytes, int64_t modified) {
  const int descriptor = memfd_create("zhiping", MFD_CLOEXEC);
  if (descriptor < 0) return -1;
  const timespec times[2] = {{modified, 0}, {modified, 0}};
  if (WriteAll(descriptor, bytes) && futimens(descriptor, times) == 0) return descriptor;
  const int error = errno;
  close(descriptor);
  errno = error;
  return -1;
}

}  // namespace

absl::StatusOr<std::unique_ptr<MemoryFile>> MemoryFile::Create(absl::string_view bytes) {
  std::unique_ptr<MemoryFile> file(new MemoryFile());
  RETURN_IF_ERROR(file->Replace(bytes));
  RETURN_IF_ERROR(ReadFile(file->path(), bytes.size()).status());
  return file;
}

MemoryFile::~MemoryFile() {
  if (descriptor_ >= 0) close(descriptor_);
}

std::string MemoryFile::path() const { return absl::StrCat("/proc/self/fd/", descriptor_); }

absl::Status MemoryFile::Replace(absl::string_view bytes) {
  const int next = NewFileOf(bytes, modified_ + 1);
  if (next < 0) return Failed(errno);
  ++modified_;
  if (descriptor_ < 0) {
    descriptor_ = next;
    return absl::OkStatus();
  }
  // At once: a path is opened to one of them.
  const int error = dup3(next, descriptor_, O_CLOEXEC) < 0 ? errno : 0;
  close(next);
  return error == 0 ? absl::OkStatus() : Failed(error);
}

}  // namespace zhiping
