// Who runs what: convergence (启用进度) of a programme, and its alarms.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "absl/time/time.h"
#include "services/catalogue/domain/history.h"
#include "zhiping/catalogue/v1/catalogue_admin_service.pb.h"
#include "zhiping/catalogue/v1/catalogue_service.pb.h"

namespace zhiping::catalogue {

// An instance that is UNKNOWN and said nothing for this long is not waited for any more.
inline constexpr absl::Duration kInstanceExpiry = absl::Hours(24);

// `record`: what the instance said last, at `last_seen`. `lost`: it is UNKNOWN (失联).
v1::InstanceConvergence ConvergenceOf(const v1::SubscribeRequest& record, absl::Time last_seen,
                                      bool lost, const v1::ActivationState& state);

// `exposed`: the catalogue listens to other machines, though nothing is approved yet. However many
// rollbacks nobody has countersigned, they are one alarm, which names the latest.
std::vector<v1::CatalogueAlarm> AlarmsOf(const History& history, bool exposed, absl::Time now);

// Absent unless instances said that they will not apply the pending activation.
std::optional<v1::CatalogueAlarm> PendingRefusedAlarm(
    const History& history,
    const google::protobuf::RepeatedPtrField<v1::InstanceConvergence>& instances, absl::Time now);

// Absent unless several processes have one id, each of which is one of the instances.
std::optional<v1::CatalogueAlarm> InstanceIdSharedAlarm(
    const google::protobuf::RepeatedPtrField<v1::InstanceConvergence>& instances);

// What instances report cannot be written into the database since then.
v1::CatalogueAlarm ReportsNotWrittenAlarm(absl::Time since);

// The clock of this replica is behind that of another one, `by` so much: it heard from `instance`
// at an instant that is still to come here.
v1::CatalogueAlarm ClocksDifferAlarm(const std::string& instance, absl::Duration by,
                                     absl::Time since);

// As many instances are kept as may be: others may run that are not listed. Nothing says since
// when.
v1::CatalogueAlarm TooManyInstancesAlarm(int most);

}  // namespace zhiping::catalogue
