#include "services/assessment/domain/target.h"

#include <string>

#include "common/requests/fields.h"
#include "common/status/error.h"
#include "common/status/status_macros.h"
#include "services/assessment/domain/enterprise_checks.h"
#include "services/assessment/domain/uscc.h"

namespace zhiping::assessment {

absl::StatusOr<v1::Target> NormaliseTarget(v1::Target row) {
  Violations violations;
  CheckUscc("enterprise", *row.mutable_enterprise(), violations);
  if (row.plant().empty()) row.set_plant(std::string(kMainPlant));
  CheckSlug(row.plant(), "plant", violations);
  if (!v1::Channel::Value_IsValid(row.channel())) {
    violations.Add("channel", Reason::INVALID_FIELD,
                   "channel 应为 STAGED（逐级推荐）或 DIRECT（直报省级）。",
                   "channel is STAGED or DIRECT.");
  } else if (row.channel() == v1::Channel::CHANNEL_UNSPECIFIED) {
    row.set_channel(v1::Channel::STAGED);
  }
  RETURN_IF_ERROR(violations.ToStatus());
  return row;
}

v1::Channel::Value ChannelOf(const std::optional<v1::Target>& target) {
  return target.has_value() && target->channel() == v1::Channel::DIRECT ? v1::Channel::DIRECT
                                                                        : v1::Channel::STAGED;
}

}  // namespace zhiping::assessment
