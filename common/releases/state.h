// Signed activation states: opening one, and what it says at an instant.
#pragma once

#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "common/envelope/trust.h"
#include "zhiping/catalogue/v1/activation.pb.h"

namespace zhiping::releases {

// The largest envelope of a state, in bytes.
inline constexpr size_t kMaxStateEnvelopeBytes = 1 << 20;

// A state whose signatures count.
struct SignedState {
  catalogue::v1::ActivationState state;
  // As it was signed.
  std::string envelope;

  absl::Time confirmed_at() const;
};

// Verifies the envelope at the instant that its state carries.
//
// Errors: those of ParseEnvelope and Trust::Verify; MALFORMED for a payload that is no such state;
// UNKNOWN_PROGRAMME if it is for another programme.
absl::StatusOr<SignedState> OpenState(absl::string_view envelope_json, absl::string_view programme,
                                      const envelope::Trust& trust);

// The programme that a state claims to be for, unverified; empty if the envelope holds no state.
std::string ProgrammeOf(absl::string_view envelope_json);

// The activation that a state puts in force at `now`: the pending one from its instant on, else the
// current one; null if nothing was ever published.
const catalogue::v1::Activation* InForceAt(const catalogue::v1::ActivationState& state,
                                           absl::Time now);

// What a start at `now` needs: the activation in force, then the one to come.
std::vector<const catalogue::v1::Activation*> NeededAt(const catalogue::v1::ActivationState& state,
                                                       absl::Time now);

// The highest revision that a state names; 0 if none.
int32_t HighestRevision(const catalogue::v1::ActivationState& state);

}  // namespace zhiping::releases
