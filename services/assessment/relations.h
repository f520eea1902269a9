// Whom an enterprise names: the one that it is a branch of, and the one that it took over (承继).
#pragma once

#include <functional>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "common/rpc/call.h"
#include "services/assessment/store.h"
#include "zhiping/assessment/v1/enterprise.pb.h"
#include "zhiping/assessment/v1/record.pb.h"

namespace zhiping::assessment {

// Whether the caller may have the files of the enterprise.
using Reaches = std::function<bool(const v1::EnterpriseRecord&)>;

// Of a method with the scope FILE. `call` outlives it.
Reaches FilesOf(const rpc::Call& call);

// What the caller makes the enterprise say of others. `present`: as it was; null: it is new.
//
// Errors, INVALID_ARGUMENT, with a field that begins with `at`: ENTERPRISE_NOT_FOUND for another
// predecessor than before which the caller does not reach, registered or not, since its answers can
// be carried over; RELATION_CIRCLE, followed upwards as far as the caller reaches.
absl::Status CheckRelations(StoreTransaction& transaction, const v1::Enterprise* present,
                            const v1::Enterprise& enterprise, const Reaches& reaches,
                            absl::string_view at);

}  // namespace zhiping::assessment
