// Folders as sources: a seed that is only read, and a cache of what was loaded.
#pragma once

#include <map>
#include <memory>
#include <string>

#include "absl/status/statusor.h"
#include "common/releases/source.h"

namespace zhiping::releases {

// Ending of a file with a programme's last signed state: `<programme>.state.json`.
inline constexpr char kStateSuffix[] = ".state.json";

// The releases and states of a seed folder, found by what they hold, whatever their files are
// called. A file that cannot be read is left out. Errors: FILE_UNREADABLE if there is no such
// folder.
absl::StatusOr<std::unique_ptr<Source>> NewSeedSource(const std::string& folder);

// A folder in which a follower keeps what it loaded, as it was signed.
class ReleaseCache : public Source {
 public:
  virtual absl::Status KeepRelease(const std::string& digest, absl::string_view envelope) = 0;
  virtual absl::Status KeepState(const std::string& programme, absl::string_view envelope) = 0;
};

// Makes the folder if it is not there. One process at a time uses it. Errors: FILE_UNWRITABLE.
absl::StatusOr<std::unique_ptr<ReleaseCache>> NewReleaseCache(const std::string& folder);

}  // namespace zhiping::releases
