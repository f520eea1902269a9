// Folders as sources: a seed that is only read, and a cache of what was loaded.
#pragma once

#include <map>
#include <memory>
#include <set>
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

// Releases that a cache keeps besides those that it must: a year of weekly corrections, 13 MB.
inline constexpr size_t kCachedReleases = 52;

// A folder in which a follower keeps what it loaded, as it was signed.
class ReleaseCache : public Source {
 public:
  // Whether it is there, whatever its bytes.
  virtual bool HasRelease(const std::string& digest) const = 0;
  virtual absl::Status KeepRelease(const std::string& digest, absl::string_view envelope) = 0;
  virtual absl::Status KeepState(const std::string& programme, absl::string_view envelope) = 0;

  // The id that the instance of this folder gave itself: whoever holds the folder is that instance,
  // however the process before ended. Empty if none is kept, the folder is a copy of the one that
  // it was kept in, or others may hold it too.
  virtual std::string FindInstanceId() const = 0;
  virtual absl::Status KeepInstanceId(const std::string& id) = 0;

  // Removes the releases that are not `needed` (digests) and not among the kCachedReleases others
  // that were kept or found last.
  virtual void Prune(const std::set<std::string>& needed) = 0;
};

// Makes the folder if it is not there, and locks it. Where nothing can be written, it is used
// without a lock. Errors: FILE_UNWRITABLE; FOLDER_IN_USE.
absl::StatusOr<std::unique_ptr<ReleaseCache>> NewReleaseCache(const std::string& folder);

}  // namespace zhiping::releases
