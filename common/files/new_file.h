// A file that is written piece by piece, and is there whole or not at all.
//
//   NewFile file;
//   RETURN_IF_ERROR(file.Open(path, Overwrite::kNever, /*secret=*/true));
//   for (const auto& line : lines) RETURN_IF_ERROR(file.Write(line));
//   return file.Finish();
#pragma once

#include <string>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "common/files/file.h"

namespace zhiping {

// Written beside its path, and moved there by Finish.
class NewFile {
 public:
  // Ending of its name until then.
  static constexpr char kPartialSuffix[] = ".partial";

  NewFile() = default;
  // Removes what was not finished. A program that is killed leaves it.
  ~NewFile();
  NewFile(const NewFile&) = delete;
  NewFile& operator=(const NewFile&) = delete;

  // Readable for its owner only if `secret`. Missing folders above it are made. An existing file is
  // an error unless it is replaced. Errors of these three: FILE_UNWRITABLE. REQUIRES: called once.
  absl::Status Open(const std::string& path, Overwrite overwrite, bool secret);
  absl::Status Write(absl::string_view bytes);
  // On the disk. REQUIRES: called once.
  absl::Status Finish();

 private:
  absl::Status CheckFree() const;

  std::string path_, partial_;
  Overwrite overwrite_ = Overwrite::kNever;
  // −1: none is open.
  int descriptor_ = -1;
};

}  // namespace zhiping
