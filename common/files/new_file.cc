#include "common/files/new_file.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <filesystem>
#include <system_error>
#include <utility>

#include "absl/strings/str_cat.h"
#include "common/status/error.h"
#include "common/status/status_macros.h"
#include "common/status/system_error.h"

namespace zhiping {
namespace {

namespace fs = std::filesystem;

absl::Status Unwritable(const std::string& path, absl::string_view zh, absl::string_view en) {
  return MakeError(absl::StatusCode::kFailedPrecondition, Reason::FILE_UNWRITABLE,
                   absl::StrCat("不能写入“", path, "”：", zh, "。"),
                   absl::StrCat("Cannot write \"", path, "\": ", en, "."), {{"path", path}});
}

absl::Status Unwritable(const std::string& path, int error) {
  const auto why = SystemErrorText(error);
  return Unwritable(path, why.zh(), why.en());
}

}  // namespace

NewFile::~NewFile() {
  if (descriptor_ < 0) return;
  close(descriptor_);
  unlink(partial_.c_str());
}

absl::Status NewFile::CheckFree() const {
  std::error_code ignored;
  if (!fs::exists(path_, ignored)) return absl::OkStatus();
  return Unwritable(path_, "文件已存在，且不会被覆盖；请换一个文件名，或先移走它",
                    "the file exists and is never overwritten; choose another name, or move it");
}

absl::Status NewFile::Open(const std::string& path, Overwrite overwrite, bool secret) {
  path_ = path;
  partial_ = absl::StrCat(path, ".", getpid(), kPartialSuffix);
  overwrite_ = overwrite;
  std::error_code error;
  const fs::path folder = fs::path(path).parent_path();
  if (!folder.empty()) fs::create_directories(folder, error);
  if (error) return Unwritable(path_, error.value());
  if (IsFolder(path)) return Unwritable(path_, EISDIR);
  if (overwrite_ != Overwrite::kReplace) RETURN_IF_ERROR(CheckFree());
  descriptor_ = open(partial_.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC,
                     secret ? S_IRUSR | S_IWUSR : S_IRUSR | S_IWUSR | S_IRGRP | S_IROTH);
  return descriptor_ < 0 ? Unwritable(path_, errno) : absl::OkStatus();
}

absl::Status NewFile::Write(absl::string_view bytes) {
  while (!bytes.empty()) {
    const ssize_t written = write(descriptor_, bytes.data(), bytes.size());
    if (written < 0 && errno == EINTR) continue;
    if (written <= 0) return Unwritable(path_, errno);
    bytes.remove_prefix(static_cast<size_t>(written));
  }
  return absl::OkStatus();
}

absl::Status NewFile::Finish() {
  // It may have come since; of two that write the same, each may be the last.
  if (overwrite_ == Overwrite::kNever) RETURN_IF_ERROR(CheckFree());
  if (fsync(descriptor_) != 0) return Unwritable(path_, errno);
  if (close(std::exchange(descriptor_, -1)) != 0 || rename(partial_.c_str(), path_.c_str()) != 0) {
    const int error = errno;
    unlink(partial_.c_str());
    return Unwritable(path_, error);
  }
  return absl::OkStatus();
}

}  // namespace zhiping
