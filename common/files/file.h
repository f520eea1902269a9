// Reading and writing whole files, with errors that people understand.
#pragma once

#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"

namespace zhiping {

// Reads at most max_bytes + 1 bytes, whatever the file's size. `-` is standard input.
// Errors: FILE_UNREADABLE; TOO_LARGE.
absl::StatusOr<std::string> ReadFile(const std::string& path, size_t max_bytes);

// The same of a regular file, which no pipe can stand for, since whoever reads that waits for ever:
// for what a running service reads again and again.
absl::StatusOr<std::string> ReadRegularFile(const std::string& path, size_t max_bytes);

bool IsFolder(const std::string& path);

// Removes from the folder what programs left there that were killed while they wrote a file.
// REQUIRES: nobody writes into it.
void RemovePartialFiles(const std::string& folder);

enum class Overwrite {
  // An existing file is replaced.
  kReplace,
  // An existing file is an error, unless it has the same bytes.
  kOnlyEqual,
  // An existing file is an error.
  kNever,
};

// Writes a file whole or not at all, readable for its owner only if `secret`. Missing folders above
// it are made. Errors: FILE_UNWRITABLE.
absl::Status WriteFile(const std::string& path, absl::string_view bytes, Overwrite overwrite,
                       bool secret = false);

}  // namespace zhiping
