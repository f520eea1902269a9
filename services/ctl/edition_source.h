// Editions from the disk: a folder that people write, or the file of a release.
#pragma once

#include <memory>
#include <optional>
#include <string>

#include "absl/status/statusor.h"
#include "common/criteria/criteria.h"
#include "common/criteria/folder.h"
#include "common/criteria/release.h"

namespace zhiping::ctl {

// The largest envelope with a release that is read: it writes four characters for three bytes.
inline constexpr size_t kMaxEnvelopeBytes = criteria::kMaxReleaseBytes / 3 * 4 + (1 << 20);

// Reads the files of an edition folder, whatever is in them. Fails only if there is no such folder
// or a file of it cannot be read: FILE_UNREADABLE, TOO_LARGE.
absl::StatusOr<criteria::FolderFiles> ReadFolderFiles(const std::string& path);

// An edition folder as a release with that label. Errors: FILE_UNREADABLE; INVALID_RELEASE with
// everything that validation finds.
absl::StatusOr<catalogue::v1::Release> ReleaseOfFolder(const std::string& path,
                                                       absl::string_view label);

struct OpenedCriteria {
  std::shared_ptr<const criteria::Criteria> criteria;
  // Of an edition folder, if it has any; a release carries none.
  std::optional<catalogue::v1::Notes> notes;
};

// An edition folder (as unpublished criteria), or the file of a release, compiled. A release is
// verified by the trust file, its digest checked and its golden vectors scored before it is used.
// Errors: as ReleaseOfFolder; WRONG_USAGE for a file without a trust file; those of
// releases::OpenRelease.
absl::StatusOr<OpenedCriteria> OpenCriteria(const std::string& path, const std::string& trust_file);

}  // namespace zhiping::ctl
