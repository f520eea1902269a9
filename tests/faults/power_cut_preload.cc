// Loaded into a program by LD_PRELOAD: keeps, in the folder ZHIPING_UNSYNCED_FOLDER, what is needed
// to take back every write to an SQLite database that was not synced since. While there is a file
// `ignore` in it, a sync says that it was done, and nothing is. See power_cut.h.
#include "tests/faults/power_cut_preload.h"

#include <dlfcn.h>
#include <fcntl.h>
#include <linux/limits.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <mutex>
#include <string>
#include <vector>

namespace {

using zhiping::faults::UnsyncedWrite;

template <typename Function>
Function Real(const char* name) {
  return reinterpret_cast<Function>(dlsym(RTLD_NEXT, name));
}

std::mutex& Mutex() {
  static std::mutex* const mutex = new std::mutex;
  return *mutex;
}

const std::string& Folder() {
  static const std::string* const folder = [] {
    const char* const given = std::getenv("ZHIPING_UNSYNCED_FOLDER");
    if (given == nullptr) abort();
    return new std::string(given);
  }();
  return *folder;
}

bool EndsWith(const std::string& text, const char* end) {
  const size_t size = std::strlen(end);
  return text.size() >= size && text.compare(text.size() - size, size, end) == 0;
}

// Where the writes of a file are kept; empty: it is none of a database.
std::string KeptFor(const std::string& name) {
  if (!EndsWith(name, ".db") && !EndsWith(name, ".db-wal") && !EndsWith(name, ".db-journal")) {
    return "";
  }
  return Folder() + name.substr(name.rfind('/'));
}

std::string KeptFor(int file) {
  char path[PATH_MAX];
  const std::string link = "/proc/self/fd/" + std::to_string(file);
  const ssize_t size = readlink(link.c_str(), path, sizeof(path));
  return KeptFor(std::string(path, size < 0 ? 0 : static_cast<size_t>(size)));
}

// Before `size` bytes from `offset` on are changed, or the file is cut there (size 0).
void Keep(int file, off64_t offset, size_t size) {
  const std::string kept = KeptFor(file);
  struct stat64 status = {};
  if (kept.empty() || fstat64(file, &status) != 0) return;
  UnsyncedWrite write = {offset, 0, status.st_size};
  const off64_t end = size == 0 ? status.st_size : offset + static_cast<off64_t>(size);
  std::vector<char> old(end > offset ? static_cast<size_t>(end - offset) : 0);
  const ssize_t read = pread64(file, old.data(), old.size(), offset);
  write.size = read < 0 ? 0 : read;
  FILE* const out = std::fopen(kept.c_str(), "a");
  if (out == nullptr) abort();
  if (std::fwrite(&write, sizeof(write), 1, out) != 1 ||
      std::fwrite(old.data(), 1, static_cast<size_t>(write.size), out) !=
          static_cast<size_t>(write.size) ||
      std::fclose(out) != 0) {
    abort();
  }
}

int Sync(int file, const char* name) {
  const std::lock_guard<std::mutex> lock(Mutex());
  const std::string kept = KeptFor(file);
  if (kept.empty()) return Real<int (*)(int)>(name)(file);
  if (access((Folder() + "/ignore").c_str(), F_OK) == 0) return 0;
  const int result = Real<int (*)(int)>(name)(file);
  if (result == 0 && truncate(kept.c_str(), 0) != 0 && errno != ENOENT) abort();
  return result;
}

}  // namespace

extern "C" {

ssize_t pwrite64(int file, const void* bytes, size_t size, off64_t offset) {
  const std::lock_guard<std::mutex> lock(Mutex());
  Keep(file, offset, size);
  return Real<ssize_t (*)(int, const void*, size_t, off64_t)>("pwrite64")(file, bytes, size,
                                                                          offset);
}

int ftruncate64(int file, off64_t size) noexcept {
  const std::lock_guard<std::mutex> lock(Mutex());
  Keep(file, size, 0);
  return Real<int (*)(int, off64_t)>("ftruncate64")(file, size);
}

int unlink(const char* path) noexcept {
  const std::lock_guard<std::mutex> lock(Mutex());
  const int result = Real<int (*)(const char*)>("unlink")(path);
  const std::string kept = KeptFor(std::string(path));
  if (result == 0 && !kept.empty() && truncate(kept.c_str(), 0) != 0 && errno != ENOENT) abort();
  return result;
}

int fdatasync(int file) { return Sync(file, "fdatasync"); }
int fsync(int file) { return Sync(file, "fsync"); }

}  // extern "C"
