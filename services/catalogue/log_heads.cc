#include "services/catalogue/log_heads.h"

#include "absl/strings/escaping.h"
#include "common/status/error.h"
#include "common/status/status_macros.h"

namespace zhiping::catalogue {
namespace {

bool Same(const v1::LogHead& a, const v1::LogHead& b) {
  return a.incarnation() == b.incarnation() && a.position() == b.position() && a.hash() == b.hash();
}

}  // namespace

v1::LogHead ToMessage(const sql::LogCursor& head) {
  v1::LogHead message;
  message.set_incarnation(absl::BytesToHexString(head.incarnation));
  message.set_position(head.position);
  message.set_hash(head.hash);
  return message;
}

absl::Status LogHeads::Check(absl::Time deadline, const std::string& instance,
                             const v1::LogHead& met) {
  if (logged_ || Same(met, found_)) return absl::OkStatus();
  ASSIGN_OR_RETURN(sql::LogCursor head, changes_.Head(deadline));
  // What was met before a restore is another history.
  if (absl::BytesToHexString(head.incarnation) != met.incarnation()) return absl::OkStatus();
  const int64_t last = head.position;
  head.position = met.position();
  head.hash = met.hash();
  absl::Status found = changes_.Read(deadline, head, 1).status();
  if (found.ok()) {
    found_ = met;
    return absl::OkStatus();
  }
  if (DetailOf(found).reason() != Reason::FEED_REWOUND) return found;
  logged_ = true;
  log_.Write(rpc::Severity::kError, "log_head_changed",
             {{"instance", instance}, {"position", met.position()}, {"lastPosition", last}});
  return absl::OkStatus();
}

}  // namespace zhiping::catalogue
