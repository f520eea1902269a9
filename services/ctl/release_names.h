// Releases by the names that people type: a digest or its beginning, or a label.
#pragma once

#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "services/ctl/catalogue_client.h"

namespace zhiping::ctl {

// What --help says about such an argument.
inline constexpr char kReleaseNameZh[] =
    "发布版：摘要（sha256:…）或其开头至少 8 位，或标签（如 2026-1）";
inline constexpr char kReleaseNameEn[] =
    "The release: its digest (sha256:…) or the first 8 digits of it or more, or its label (such as "
    "2026-1)";

// The digest of the only release of the list with that name.
//
// Errors: WRONG_USAGE for what is no such name; RELEASE_NOT_FOUND; AMBIGUOUS with the candidates.
absl::StatusOr<std::string> FindRelease(absl::string_view name,
                                        const catalogue::v1::ListReleasesResponse& releases);

// The same among the published releases of the programme; empty: of all. A whole digest is taken as
// it is, since what is not published yet is in no list.
absl::StatusOr<std::string> DigestOf(absl::string_view name, const std::string& programme,
                                     CatalogueClient& client);

}  // namespace zhiping::ctl
