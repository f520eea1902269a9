// The text of a seed folder's `seed.json`: the catalogue::v1::Seed as proto3 JSON.
#pragma once

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "zhiping/catalogue/v1/release.pb.h"

namespace zhiping::releases {

// Every entry has a programme and a digest, and no programme is there twice. There may be no entry.
//
// Errors: those of ParseStrictJson; else as violations, each with its field: MALFORMED (another
// member, or a value of another type), FIELD_REQUIRED, DUPLICATE_ID.
absl::StatusOr<catalogue::v1::Seed> ParseSeed(absl::string_view json);

}  // namespace zhiping::releases
