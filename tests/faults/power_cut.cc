#include "tests/faults/power_cut.h"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <filesystem>

#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "tests/faults/power_cut_preload.h"
#include "tests/processes/process.h"

namespace zhiping::faults {
namespace {

void Check(bool done, const std::string& path) {
  if (done) return;
  std::perror(path.c_str());
  std::abort();
}

// The writes, in their order; the last one may have been cut off before it was done.
std::vector<std::pair<UnsyncedWrite, absl::string_view>> WritesIn(absl::string_view kept) {
  std::vector<std::pair<UnsyncedWrite, absl::string_view>> writes;
  while (kept.size() >= sizeof(UnsyncedWrite)) {
    UnsyncedWrite write;
    std::memcpy(&write, kept.data(), sizeof(write));
    kept.remove_prefix(sizeof(write));
    const auto size = static_cast<size_t>(write.size);
    if (kept.size() < size) break;
    writes.emplace_back(write, kept.substr(0, size));
    kept.remove_prefix(size);
  }
  return writes;
}

}  // namespace

PowerCut::PowerCut() : unsynced_(processes::NewFolder()) {}

std::vector<std::string> PowerCut::starter() const {
  return {"env", absl::StrCat("LD_PRELOAD=", ZHIPING_POWER_CUT),
          absl::StrCat("ZHIPING_UNSYNCED_FOLDER=", unsynced_)};
}

void PowerCut::IgnoreSyncs() const {
  const std::string path = unsynced_ + "/ignore";
  const int file = open(path.c_str(), O_WRONLY | O_CREAT, 0644);
  Check(file >= 0, path);
  close(file);
}

int PowerCut::Cut(const std::string& folder) const {
  int taken_back = 0;
  for (const auto& entry : std::filesystem::directory_iterator(unsynced_)) {
    const std::string name = entry.path().filename();
    if (name == "ignore") continue;
    const std::string path = absl::StrCat(folder, "/", name);
    const std::string kept = processes::Contents(entry.path());
    const auto writes = WritesIn(kept);
    const int file = open(path.c_str(), O_RDWR);
    // Removed.
    if (file < 0 && errno == ENOENT && writes.empty()) continue;
    Check(file >= 0, path);
    for (auto write = writes.rbegin(); write != writes.rend(); ++write) {
      const auto& [what, old] = *write;
      Check(pwrite(file, old.data(), old.size(), what.offset) == what.size, path);
      Check(ftruncate(file, what.file_size) == 0, path);
      ++taken_back;
    }
    close(file);
    Check(truncate(entry.path().c_str(), 0) == 0, entry.path());
  }
  return taken_back;
}

}  // namespace zhiping::faults
