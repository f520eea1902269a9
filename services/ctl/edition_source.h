// Editions from the disk: a folder that people write.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "common/criteria/criteria.h"
#include "common/criteria/folder.h"

namespace zhiping::ctl {

// Reads an edition folder and everything that is wrong with it. Fails only if there is no such
// folder or it cannot be read: FILE_UNREADABLE.
absl::StatusOr<criteria::Folder> ReadFolder(const std::string& path,
                                            std::vector<catalogue::v1::Finding>& findings);

// An edition folder as a release with that label. Errors: FILE_UNREADABLE; INVALID_RELEASE with
// everything that validation finds.
absl::StatusOr<catalogue::v1::Release> ReleaseOfFolder(const std::string& path,
                                                       absl::string_view label);

// A folder, compiled, under the label of unpublished criteria.
absl::StatusOr<std::shared_ptr<const criteria::Criteria>> CriteriaOfFolder(const std::string& path);

}  // namespace zhiping::ctl
