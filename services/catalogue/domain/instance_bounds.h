// How much is kept of what instances say of themselves: they may have a defect, or be anybody where
// nobody is asked who they are, so that whatever is kept is bounded in size and number. The limits
// of single fields stand in instance.proto and catalogue_service.proto.
#pragma once

#include <cstddef>

#include "absl/status/status.h"
#include "zhiping/catalogue/v1/catalogue_service.pb.h"

namespace zhiping::catalogue {

// That one stream may follow: more than any service does.
inline constexpr int kMostProgrammes = 64;

struct FollowerLimits {
  // Instances that are kept at once, of all programmes: with the limits of their fields they fit in
  // the 4 MiB that a client of GetConvergence takes.
  int instances = 1'000;
  // Streams that a replica serves at once.
  int streams = 2'000;
  // Programmes that are followed at a replica and that nothing was imported for: all of its streams
  // together. Each costs a signature at every confirmation.
  int unknown_programmes = 256;
  // Refusals of one release, and of all states of a programme, that a replica logs between two
  // starts.
  int logged_refusals = 1'000;
};

// What a message of Subscribe may have. Errors: TOO_LARGE (INVALID_ARGUMENT).
absl::Status CheckSize(const v1::SubscribeRequest& message);

// What is kept of messages that are not too large: known fields, each within its limit; a text is
// cut after a whole character, and what is no digest or no hash is left out.
v1::Instance Bounded(const v1::Instance& instance);
v1::InstanceReport Bounded(const v1::InstanceReport& report);
v1::LogHead Bounded(const v1::LogHead& head);

}  // namespace zhiping::catalogue
