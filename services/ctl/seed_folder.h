// Writing seed folders (common/releases/seed.h): what is there is never replaced by something else.
#pragma once

#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"

namespace zhiping::ctl {

// Whether the file may become the release with these bytes: it is not there, or holds the same
// release already (a new signature of the same bytes). Errors: FILE_UNWRITABLE.
absl::Status CheckReleaseFile(const std::string& path, absl::string_view bytes);

// The text of the seed.json at `path`, with the release in force for the programme; the other
// programmes in it stay. Errors: those of ReadSeedFile, if it is there.
absl::StatusOr<std::string> SeedWith(const std::string& path, const std::string& programme,
                                     const std::string& digest);

}  // namespace zhiping::ctl
