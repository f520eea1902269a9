// The programmes that a catalogue has to do with.
#pragma once

#include <map>
#include <string>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "services/catalogue/store.h"

namespace zhiping::catalogue {

enum class ProgrammeIs {
  // Something was imported or fenced for it, or a revision of it was met.
  kStored,
  // Only followed, by an instance that is kept.
  kFollowed,
};

// By name. Errors: those of the database.
absl::StatusOr<std::map<std::string, ProgrammeIs>> Programmes(Store& store, absl::Time deadline);

// Whether it is one of those; any other is a misspelt name. Errors: UNKNOWN_PROGRAMME.
absl::Status CheckKnownProgramme(Store& store, absl::Time deadline, const std::string& programme);

}  // namespace zhiping::catalogue
