// What an enterprise asks to have changed: asked for, accepted, declined, replaced.
#pragma once

#include <string>

#include "absl/status/statusor.h"
#include "services/assessment/domain/context.h"
#include "zhiping/assessment/v1/enterprise_service.pb.h"
#include "zhiping/assessment/v1/record.pb.h"

namespace zhiping::assessment {

// A change request with the enterprise as it is then.
struct ChangedEnterprise {
  v1::EnterpriseRecord enterprise;
  v1::ChangeRequestRecord request;
};

// The next change request of the enterprise, for the unit that would be its review unit. The
// enterprise only counts it. A request that is open before is to be replaced (Replaced).
//
// Errors, all at once: violations under `fields` for what cannot be requested (FIELD_REQUIRED,
// INVALID_FIELD), `reason`, and `proposed` as UpdateEnterprise says, or INVALID_FIELD where it is
// what the enterprise has already.
absl::StatusOr<ChangedEnterprise> RequestChange(const v1::EnterpriseRecord& enterprise,
                                                const v1::RequestChangeRequest& request,
                                                const v1::PersonRecord& by, const Context& context);

// The enterprise gets the values. Errors: CHANGE_DECIDED (FAILED_PRECONDITION); STALE_ETAG
// (ABORTED) if one of the fields is no longer as it was when the change was requested; SAME_PERSON
// (PERMISSION_DENIED) if they requested it themselves; violations for `note`, and for values that
// are no longer right, such as a review unit that was dissolved.
absl::StatusOr<ChangedEnterprise> AcceptChange(const v1::EnterpriseRecord& enterprise,
                                               const v1::ChangeRequestRecord& request,
                                               const std::string& note, const v1::PersonRecord& by,
                                               const Context& context);

// Nothing of the enterprise changes. Errors: CHANGE_DECIDED, SAME_PERSON; violations for `note`,
// which is required.
absl::StatusOr<v1::ChangeRequestRecord> DeclineChange(const v1::ChangeRequestRecord& request,
                                                      const std::string& note,
                                                      const v1::PersonRecord& by, absl::Time now);

// An open request after the enterprise has become as it is here: for the unit that receives it now.
v1::ChangeRequestRecord Received(v1::ChangeRequestRecord request, const v1::Enterprise& enterprise);

// An open request whose place a later one takes. REQUIRES: it is open.
v1::ChangeRequestRecord Replaced(v1::ChangeRequestRecord request, absl::Time now);

}  // namespace zhiping::assessment
