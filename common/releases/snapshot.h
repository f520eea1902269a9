// Which releases can be scored under at one moment, and which is in force for each programme.
// Immutable and thread-safe; a request uses one snapshot from beginning to end.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <string>

#include "absl/container/flat_hash_map.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "common/criteria/criteria.h"
#include "zhiping/common/v1/score_result.pb.h"

namespace zhiping::releases {

// Criteria, and what an answer has to say about how they were chosen.
struct Chosen {
  std::shared_ptr<const criteria::Criteria> criteria;
  // Of the activation; 0 for a pinned release, and when a seed names the release.
  int32_t revision = 0;
  common::v1::Freshness::Value freshness = common::v1::Freshness::OFFLINE;
};

// How a caller names criteria.
struct Choice {
  // Empty where there is only one.
  absl::string_view programme;
  // Empty: the release in force.
  absl::string_view release_digest;
  // The least revision that will do; 0: any.
  int32_t min_revision = 0;
};

class Snapshot {
 public:
  // By digest.
  using Available = absl::flat_hash_map<std::string, std::shared_ptr<const criteria::Criteria>>;
  // By programme, in the order of their ids.
  using InForce = std::map<std::string, Chosen, std::less<>>;

  // REQUIRES: what is in force is available.
  Snapshot(Available available, InForce in_force)
      : available_(std::move(available)), in_force_(std::move(in_force)) {}

  // Errors, with fields of scoring.v1.Criteria: MIN_REVISION_WITH_DIGEST, INVALID_FIELD,
  // FIELD_REQUIRED (`programme`), UNKNOWN_PROGRAMME, NO_ACTIVE_RELEASE, RELEASE_NOT_FOUND,
  // REVISION_NOT_REACHED.
  absl::StatusOr<Chosen> Choose(const Choice& choice) const;

  const Available& available() const { return available_; }
  const InForce& in_force() const { return in_force_; }

 private:
  absl::StatusOr<Chosen> ChoosePinned(const Choice& choice) const;
  absl::StatusOr<Chosen> ChooseInForce(absl::string_view programme) const;

  Available available_;
  InForce in_force_;
};

}  // namespace zhiping::releases
