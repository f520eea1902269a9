#include "common/files/file.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <filesystem>
#include <system_error>

#include "absl/strings/str_cat.h"
#include "common/files/new_file.h"
#include "common/status/error.h"
#include "common/status/status_macros.h"
#include "common/status/system_error.h"

namespace zhiping {
namespace {

namespace fs = std::filesystem;

// Closes what it holds; −1 is nothing.
class Descriptor {
 public:
  explicit Descriptor(int number) : number_(number) {}
  ~Descriptor() {
    if (number_ > STDERR_FILENO) close(number_);
  }
  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;
  int number() const { return number_; }

 private:
  const int number_;
};

absl::Status Unreadable(const std::string& path, int error) {
  const auto why = SystemErrorText(error);
  return MakeError(absl::StatusCode::kInvalidArgument, Reason::FILE_UNREADABLE,
                   absl::StrCat("不能读取“", path, "”：", why.zh(), "。"),
                   absl::StrCat("Cannot read \"", path, "\": ", why.en(), "."), {{"path", path}});
}

absl::Status TooLarge(const std::string& path, size_t max_bytes) {
  return MakeError(
      absl::StatusCode::kInvalidArgument, Reason::TOO_LARGE,
      absl::StrCat("文件“", path, "”超过 ", max_bytes, " 字节的上限；请确认是否选错了文件。"),
      absl::StrCat("The file \"", path, "\" is larger than the ", max_bytes,
                   " bytes that are read. Is it the right file?"),
      {{"maxBytes", absl::StrCat(max_bytes)}, {"path", path}});
}

absl::Status NotRegular(const std::string& path) {
  return MakeError(absl::StatusCode::kInvalidArgument, Reason::FILE_UNREADABLE,
                   absl::StrCat("不能读取“", path, "”：它不是普通文件。"),
                   absl::StrCat("Cannot read \"", path, "\": it is no regular file."),
                   {{"path", path}});
}

absl::StatusOr<std::string> Read(const Descriptor& file, const std::string& path, size_t max_bytes,
                                 bool only_regular) {
  if (file.number() < 0) return Unreadable(path, errno);
  struct stat about {};
  if (fstat(file.number(), &about) != 0) return Unreadable(path, errno);
  if (S_ISDIR(about.st_mode)) return Unreadable(path, EISDIR);
  if (only_regular && !S_ISREG(about.st_mode)) return NotRegular(path);
  if (S_ISREG(about.st_mode) && static_cast<size_t>(about.st_size) > max_bytes) {
    return TooLarge(path, max_bytes);
  }
  std::string bytes;
  char buffer[1 << 16];
  while (true) {
    const ssize_t size = read(file.number(), buffer, sizeof(buffer));
    if (size < 0 && errno == EINTR) continue;
    if (size < 0) return Unreadable(path, errno);
    if (size == 0) return bytes;
    bytes.append(buffer, static_cast<size_t>(size));
    if (bytes.size() > max_bytes) return TooLarge(path, max_bytes);
  }
}

}  // namespace

absl::StatusOr<std::string> ReadFile(const std::string& path, size_t max_bytes) {
  const Descriptor file(path == "-" ? STDIN_FILENO : open(path.c_str(), O_RDONLY | O_CLOEXEC));
  return Read(file, path, max_bytes, /*only_regular=*/false);
}

absl::StatusOr<std::string> ReadRegularFile(const std::string& path, size_t max_bytes) {
  // Opening a pipe would wait for whoever writes into it.
  const Descriptor file(open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK));
  return Read(file, path, max_bytes, /*only_regular=*/true);
}

bool IsFolder(const std::string& path) {
  std::error_code ignored;
  return fs::is_directory(path, ignored);
}

void RemovePartialFiles(const std::string& folder) {
  std::error_code ignored;
  for (const auto& entry : fs::directory_iterator(folder, ignored)) {
    if (entry.path().extension() == NewFile::kPartialSuffix) fs::remove(entry.path(), ignored);
  }
}

absl::Status WriteFile(const std::string& path, absl::string_view bytes, Overwrite overwrite,
                       bool secret) {
  std::error_code ignored;
  if (overwrite == Overwrite::kOnlyEqual && fs::exists(path, ignored)) {
    const auto existing = ReadFile(path, bytes.size());
    if (existing.ok() && *existing == bytes) return absl::OkStatus();
  }
  NewFile file;
  RETURN_IF_ERROR(file.Open(path, overwrite, secret));
  RETURN_IF_ERROR(file.Write(bytes));
  return file.Finish();
}

}  // namespace zhiping
