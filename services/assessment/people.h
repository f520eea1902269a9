// Who does something, as it is kept and as people read it.
#pragma once

#include <optional>
#include <string>

#include "common/identity/access_rule.h"
#include "common/rpc/call.h"
#include "services/assessment/domain/act.h"
#include "services/assessment/domain/enterprise.h"
#include "zhiping/assessment/v1/record.pb.h"

namespace zhiping::assessment {

// Issuer, subject and unit of the caller; the name is that of the natural person, for whom a
// platform acts if it is one.
v1::PersonRecord PersonOf(const rpc::Call& call);

// With the roles that the caller has. Where nobody is asked who they are, everybody has all of
// them, and acts for the unit whose turn it is: `unit`.
Actor ActorOf(const rpc::Call& call, const std::string& unit = "");

// Whether it is the enterprise itself that calls, or somebody for it: nobody who reaches the file
// as an official, whatever roles they have besides. REQUIRES: they reach it.
bool IsForEnterprise(const rpc::Call& call, const v1::SubmissionRecord& file);

// What of an enterprise the caller sets, of those that CheckFile lets set anything.
Setter SetterOf(const rpc::Call& call, const std::string& uscc);

// Whether the caller is a platform that acts for the enterprise.
bool IsEnrolledFor(const rpc::Call& call, const v1::Enterprise& enterprise);

// What the rights of callers are judged by. `programme`: empty for the enterprise's own entry.
identity::FileCoordinates CoordinatesOf(const v1::EnterpriseRecord& enterprise,
                                        const std::string& programme);

// Whether the caller may have a file of the enterprise, which need not be there: Call::CheckFile or
// CheckAbsent.
absl::Status CheckFile(const rpc::Call& call, const std::optional<v1::EnterpriseRecord>& enterprise,
                       const std::string& programme);

// Of an entry that is not there yet: a platform that registers it acts for it.
identity::FileCoordinates CoordinatesOfNew(const rpc::Call& call);

}  // namespace zhiping::assessment
