// Checks of what callers of the catalogue alone send; what all services check is in
// common/requests/fields.h.
#pragma once

#include <string>

#include "absl/strings/string_view.h"
#include "common/identity/caller.h"
#include "common/requests/fields.h"
#include "common/status/error.h"
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
// An instance as its message says.
void CheckInstance(const v1::Instance& instance, Violations& violations);

}  // namespace zhiping::catalogue
