// Releases as bytes: made once, named by their SHA-256, and refused unless understood in full.
#pragma once

#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "common/criteria/folder.h"
#include "zhiping/catalogue/v1/release.pb.h"

namespace zhiping::criteria {

// Version of the scoring software, as results name it.
inline constexpr char kEngineVersion[] = ZHIPING_VERSION;

// The newest score semantics; an engine implements all from 1 to this.
inline constexpr int kLatestSemantics = 1;

// Label of criteria that were never published, such as a folder.
inline constexpr char kUnpublishedLabel[] = "unpublished";

// The largest release that is read, in bytes.
inline constexpr size_t kMaxReleaseBytes = 64 << 20;

// A release of the folder's edition, rulebook and vectors under the latest semantics.
catalogue::v1::Release MakeRelease(const Folder& folder, absl::string_view label);

// The bytes of a release: deterministic, the same for equal messages within one build.
std::string SerializeRelease(const catalogue::v1::Release& release);

// `sha256:` and the lower-case hex SHA-256 of the bytes.
std::string DigestOf(absl::string_view bytes);

// Whether this is such a digest.
bool IsDigest(absl::string_view digest);

// Whether a label is `<year>-<number>` for that year, number from 1.
bool IsReleaseLabel(absl::string_view label, int year);

// Errors: TOO_LARGE; MALFORMED (damaged bytes, or a label that is none); UNKNOWN_FIELD for a field,
// an enum value or an oneof that this engine does not know or that is unset where one is needed
// (naming its path); UNKNOWN_SEMANTICS.
absl::StatusOr<catalogue::v1::Release> ParseRelease(absl::string_view bytes);

}  // namespace zhiping::criteria
