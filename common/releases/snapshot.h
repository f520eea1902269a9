// Which releases can be scored under at one moment, and which is in force for each programme.
// Immutable and thread-safe; a request uses one snapshot from beginning to end.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>

#include "absl/container/flat_hash_map.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "common/criteria/criteria.h"
#include "common/releases/freshness.h"

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
  std::string programme;
  // Empty: the release in force.
  std::string release_digest;
  // The least revision that will do; 0: any.
  int32_t min_revision = 0;
};

// What a programme runs.
struct ReleaseInForce {
  // Null: the catalogue confirms that nothing is published.
  std::shared_ptr<const criteria::Criteria> criteria;
  int32_t revision = 0;
  // Absent: no catalogue is configured, and a seed names the release.
  std::optional<Confirmation> confirmation;
  // Digests of the programme's withdrawn releases: nothing may be submitted under them any more.
  std::set<std::string> withdrawn = {};
};

class Snapshot {
 public:
  // By digest.
  using Available = absl::flat_hash_map<std::string, std::shared_ptr<const criteria::Criteria>>;
  // By programme, in the order of their ids.
  using InForce = std::map<std::string, ReleaseInForce, std::less<>>;

  // `unknown`: programmes that are followed, of which nothing is known yet.
  // REQUIRES: what is in force is available.
  Snapshot(Available available, InForce in_force, FreshnessLimits limits = {},
           std::vector<std::string> unknown = {})
      : available_(std::move(available)),
        in_force_(std::move(in_force)),
        limits_(limits),
        unknown_(std::move(unknown)) {}

  // `steady`: the steady clock now.
  //
  // Errors, with fields of scoring.v1.Criteria: MIN_REVISION_WITH_DIGEST, INVALID_FIELD,
  // FIELD_REQUIRED (`programme`), UNKNOWN_PROGRAMME, NO_ACTIVE_RELEASE, CRITERIA_UNKNOWN,
  // CRITERIA_EXPIRED; and, of what may be found in time, RELEASE_NOT_FOUND and
  // REVISION_NOT_REACHED.
  absl::StatusOr<Chosen> Choose(const Choice& choice, absl::Duration steady) const;

  common::v1::Freshness::Value FreshnessOf(const ReleaseInForce& in_force,
                                           absl::Duration steady) const;

  const Available& available() const { return available_; }
  const InForce& in_force() const { return in_force_; }
  const std::vector<std::string>& unknown() const { return unknown_; }
  // What is in force, for logs: `jiangsu-ai: 2026-1 sha256:…`, more with commas.
  std::string InForceText() const;

 private:
  absl::StatusOr<Chosen> ChoosePinned(const Choice& choice, absl::Duration steady) const;
  absl::StatusOr<Chosen> ChooseInForce(absl::string_view programme, absl::Duration steady) const;
  absl::StatusOr<InForce::const_iterator> FindProgramme(absl::string_view programme) const;

  const Available available_;
  const InForce in_force_;
  const FreshnessLimits limits_;
  const std::vector<std::string> unknown_;
};

}  // namespace zhiping::releases
