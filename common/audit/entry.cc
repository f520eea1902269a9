#include "common/audit/entry.h"

#include <string>

#include "common/time/timestamp.h"

namespace zhiping::audit {

AuditEntry NewEntry(AuditEntry::Kind kind, const identity::Caller& caller, absl::string_view method,
                    absl::Time instant) {
  AuditEntry entry;
  entry.set_kind(kind);
  entry.set_method(std::string(method));
  auto& who = *entry.mutable_caller();
  who.set_unauthenticated(caller.unauthenticated);
  who.set_service(caller.service);
  who.set_issuer(caller.issuer);
  who.set_subject(caller.subject);
  who.set_name(caller.name);
  who.set_review_unit(caller.review_unit);
  who.set_uscc(caller.uscc);
  who.set_acting_for(caller.acting_for);
  for (const identity::Role::Value role : caller.roles.List()) who.add_roles(role);
  *entry.mutable_instant() = ToTimestamp(instant);
  entry.set_outcome("OK");
  entry.set_count(1);
  return entry;
}

}  // namespace zhiping::audit
