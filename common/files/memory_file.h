// A file that is nowhere but in the memory of this process, for libraries that take only paths.
#pragma once

#include <cstdint>
#include <memory>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"

namespace zhiping {

// Used by one thread; its path may be opened by any.
class MemoryFile {
 public:
  // Errors: FILE_UNWRITABLE; FILE_UNREADABLE if the system shows no /proc/self/fd.
  static absl::StatusOr<std::unique_ptr<MemoryFile>> Create(absl::string_view bytes);
  ~MemoryFile();
  MemoryFile(const MemoryFile&) = delete;
  MemoryFile& operator=(const MemoryFile&) = delete;

  // The same path, as long as this lives. Whoever has opened it goes on reading what was there.
  std::string path() const;

  // Whole: nobody who opens the path sees a part. The time of modification grows by a second, by
  // which whoever opens it twice sees that it was replaced in between. Errors: FILE_UNWRITABLE;
  // what was there stays.
  absl::Status Replace(absl::string_view bytes);

 private:
  MemoryFile() = default;

  // −1: none yet.
  int descriptor_ = -1;
  // In seconds since 1970.
  int64_t modified_ = 0;
};

}  // namespace zhiping
