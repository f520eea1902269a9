// Finds a release by its digest and makes criteria of it that may be scored under.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "common/criteria/criteria.h"
#include "common/envelope/trust.h"
#include "common/releases/source.h"

namespace zhiping::releases {

struct LoadedRelease {
  std::shared_ptr<const criteria::Criteria> criteria;
  // As it was signed.
  std::string envelope;
  // Name of the source that had it.
  std::string source;
};

// Thread-safe; blocks as long as its sources do.
class Loader {
 public:
  // Sources are asked in this order. REQUIRES: all outlive the loader.
  Loader(std::vector<Source*> sources, const envelope::Trust& trust)
      : sources_(std::move(sources)), trust_(trust) {}

  // The release with that digest, of that programme (empty: any), its signatures judged at
  // `instant`, its golden vectors scored.
  //
  // Bytes with another digest or without a trusted signature are a miss: the next source is asked.
  //
  // Errors: INVALID_FIELD for what is no digest; RELEASE_NOT_FOUND (NOT_FOUND if no source has it,
  // or the one that publishes says that it has none; UNAVAILABLE if one did not answer); else why
  // the release must not be used, as the source that publishes it gave it (IsRefusal).
  absl::StatusOr<LoadedRelease> Load(const std::string& digest, const std::string& programme,
                                     absl::Time instant) const;

 private:
  const std::vector<Source*> sources_;
  const envelope::Trust& trust_;
};

// The error of Load for a release that may be there: UNAVAILABLE RELEASE_NOT_FOUND.
absl::Status CannotFetchNow(const std::string& digest);

// Whether an error of Load says that asking again is of no use until the release is mended.
bool IsRefusal(const absl::Status& status);

}  // namespace zhiping::releases
