#include "common/files/file.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <filesystem>
#include <system_error>
#include <utility>

#include "absl/strings/str_cat.h"
#include "common/status/error.h"
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
  bool Close() { return close(std::exchange(number_, -1)) == 0; }

 private:
  int number_;
};

absl::Status Unreadable(const std::string& path, int error) {
  const auto why = SystemErrorText(error);
  return MakeError(absl::StatusCode::kInvalidArgument, Reason::FILE_UNREADABLE,
                   absl::StrCat("不能读取“", path, "”：", why.zh(), "。"),
                   absl::StrCat("Cannot read \"", path, "\": ", why.en(), "."), {{"path", path}});
}

absl::Status Unwritable(const std::string& path, absl::string_view zh, absl::string_view en) {
  return MakeError(absl::StatusCode::kFailedPrecondition, Reason::FILE_UNWRITABLE,
                   absl::StrCat("不能写入“", path, "”：", zh, "。"),
                   absl::StrCat("Cannot write \"", path, "\": ", en, "."), {{"path", path}});
}

absl::Status Unwritable(const std::string& path, int error) {
  const auto why = SystemErrorText(error);
  return Unwritable(path, why.zh(), why.en());
}

absl::Status TooLarge(const std::string& path, size_t max_bytes) {
  return MakeError(
      absl::StatusCode::kInvalidArgument, Reason::TOO_LARGE,
      absl::StrCat("文件“", path, "”超过 ", max_bytes, " 字节的上限；请确认是否选错了文件。"),
      absl::StrCat("The file \"", path, "\" is larger than the ", max_bytes,
                   " bytes that are read. Is it the right file?"),
      {{"maxBytes", absl::StrCat(max_bytes)}, {"path", path}});
}

bool WriteAll(int file, absl::string_view bytes) {
  while (!bytes.empty()) {
    const ssize_t written = write(file, bytes.data(), bytes.size());
    if (written < 0 && errno == EINTR) continue;
    if (written <= 0) return false;
    bytes.remove_prefix(static_cast<size_t>(written));
  }
  return true;
}

// Ending of a file that is being written.
constexpr char kPartialSuffix[] = ".partial";

// Writes beside the path and moves it there, so that no reader sees half a file.
absl::Status Replace(const std::string& path, absl::string_view bytes, bool secret) {
  const std::string partial = absl::StrCat(path, ".", getpid(), kPartialSuffix);
  Descriptor file(open(partial.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC,
                       secret ? S_IRUSR | S_IWUSR : S_IRUSR | S_IWUSR | S_IRGRP | S_IROTH));
  if (file.number() < 0) return Unwritable(path, errno);
  if (!WriteAll(file.number(), bytes) || fsync(file.number()) != 0 || !file.Close() ||
      rename(partial.c_str(), path.c_str()) != 0) {
    const int error = errno;
    unlink(partial.c_str());
    return Unwritable(path, error);
  }
  return absl::OkStatus();
}

}  // namespace

absl::StatusOr<std::string> ReadFile(const std::string& path, size_t max_bytes) {
  const Descriptor file(path == "-" ? STDIN_FILENO : open(path.c_str(), O_RDONLY | O_CLOEXEC));
  if (file.number() < 0) return Unreadable(path, errno);
  struct stat about {};
  if (fstat(file.number(), &about) != 0) return Unreadable(path, errno);
  if (S_ISDIR(about.st_mode)) return Unreadable(path, EISDIR);
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

bool IsFolder(const std::string& path) {
  std::error_code ignored;
  return fs::is_directory(path, ignored);
}

void RemovePartialFiles(const std::string& folder) {
  std::error_code ignored;
  for (const auto& entry : fs::directory_iterator(folder, ignored)) {
    if (entry.path().extension() == kPartialSuffix) fs::remove(entry.path(), ignored);
  }
}

absl::Status WriteFile(const std::string& path, absl::string_view bytes, Overwrite overwrite,
                       bool secret) {
  std::error_code error;
  const fs::path folder = fs::path(path).parent_path();
  if (!folder.empty()) fs::create_directories(folder, error);
  if (error) return Unwritable(path, error.value());
  if (IsFolder(path)) return Unwritable(path, EISDIR);
  if (overwrite != Overwrite::kReplace && fs::exists(path, error)) {
    if (overwrite == Overwrite::kOnlyEqual) {
      const auto existing = ReadFile(path, bytes.size());
      if (existing.ok() && *existing == bytes) return absl::OkStatus();
    }
    return Unwritable(path, "文件已存在，且不会被覆盖；请换一个文件名，或先移走它",
                      "the file exists and is never overwritten; choose another name, or move it");
  }
  return Replace(path, bytes, secret);
}

}  // namespace zhiping
