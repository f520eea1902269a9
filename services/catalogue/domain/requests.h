// Checks of what callers of the catalogue send.
#pragma once

#include <optional>
#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "common/identity/caller.h"
#include "common/status/error.h"
#include "google/protobuf/timestamp.pb.h"
#include "zhiping/catalogue/v1/catalogue_admin_service.pb.h"

namespace zhiping::catalogue {

// Who acts, as it is recorded: `NAME <SUBJECT@ISSUER>`, or `unauthenticated:NAME` with the name
// that the request states where nobody is asked who they are.
std::string RecordedActor(const identity::Caller& caller, const v1::Actor& stated);

// Violations with the JSON names of fields: FIELD_REQUIRED, TOO_LARGE, INVALID_FIELD. Whoever is
// identified states no name.
void CheckActor(const identity::Caller& caller, const v1::Actor& actor, Violations& violations);
// Whoever decides what is in force has to say why: FIELD_REQUIRED.
void CheckReason(const v1::Actor& actor, Violations& violations);
// A UUID of version 4 in lower case.
void CheckRequestId(absl::string_view request_id, Violations& violations);
// Lower-case letters, digits and `-`, at most 64.
void CheckProgramme(absl::string_view programme, absl::string_view field, Violations& violations);
// `sha256:` and 64 hex digits.
void CheckDigest(absl::string_view digest, absl::string_view field, Violations& violations);
// An instance as its message says.
void CheckInstance(const v1::Instance& instance, Violations& violations);

// The instant; absent if the message is. A violation if it is no instant of the years 1 … 9999.
std::optional<absl::Time> ReadInstant(bool present, const google::protobuf::Timestamp& instant,
                                      absl::string_view field, Violations& violations);

}  // namespace zhiping::catalogue
