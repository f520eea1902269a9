// A seed folder: signed releases, and `seed.json` that names the one in force for each programme.
// For services without a catalogue, and for a first start.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "common/criteria/release.h"
#include "common/envelope/trust.h"
#include "common/releases/snapshot.h"
#include "zhiping/catalogue/v1/release.pb.h"

namespace zhiping::releases {

inline constexpr char kSeedFile[] = "seed.json";
// Ending of a file with a release's envelope.
inline constexpr char kReleaseSuffix[] = ".release.json";

// The largest envelope of a release, in bytes: it writes four characters for three bytes.
inline constexpr size_t kMaxReleaseEnvelopeBytes = criteria::kMaxReleaseBytes / 3 * 4 + (1 << 20);

// The files with releases in a folder, in the order of their names.
std::vector<std::string> ReleaseFiles(const std::string& folder);

// Reads a seed.json. Errors, naming the file: FILE_UNREADABLE and those of ParseSeed.
absl::StatusOr<catalogue::v1::Seed> ReadSeedFile(const std::string& path);

// Reads every release of the folder; all can be scored under when pinned. What is in force is
// OFFLINE, with revision 0.
//
// Errors, naming the file: those of ReadSeedFile and OpenRelease; RELEASE_NOT_FOUND (seed.json
// names a release that is not there), UNKNOWN_PROGRAMME (or one of another programme),
// FIELD_REQUIRED (or none).
absl::StatusOr<std::shared_ptr<const Snapshot>> ReadSeed(const std::string& folder,
                                                         const envelope::Trust& trust,
                                                         absl::Time now);

// Reads a trust file. Errors: FILE_UNREADABLE and those of Trust::Parse.
absl::StatusOr<std::shared_ptr<const envelope::Trust>> ReadTrustFile(const std::string& path);

}  // namespace zhiping::releases
