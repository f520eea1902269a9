#include "common/audit/denied_calls.h"

#include <utility>

namespace zhiping::audit {
namespace {

int64_t MinuteOf(absl::Time time) {
  return absl::ToInt64Minutes(absl::Floor(time - absl::UnixEpoch(), absl::Minutes(1)));
}

}  // namespace

void DeniedCalls::Add(const identity::Caller& caller, absl::string_view method,
                      Reason::Value reason, absl::Time now) {
  const int64_t minute = MinuteOf(now);
  Key key = {minute,         caller.issuer,      caller.subject, caller.acting_for,
             caller.service, std::string(method)};
  auto row = rows_.find(key);
  if (row == rows_.end()) {
    // Methods are few: their rows without a caller have no bound.
    const bool full = rows_.size() >= kMostDeniedRows;
    if (full) key = {minute, "", "", "", "", std::string(method)};
    bool added = false;
    std::tie(row, added) = rows_.try_emplace(std::move(key));
    if (added) {
      row->second = NewEntry(AuditEntry::DENIED, full ? identity::Caller() : caller, method, now);
      row->second.set_outcome(Reason::Value_Name(reason));
      return;
    }
  }
  row->second.set_count(row->second.count() + 1);
}

std::vector<AuditEntry> DeniedCalls::TakeDue(absl::Time now) {
  std::vector<AuditEntry> due;
  const bool all = now == absl::InfiniteFuture();
  const int64_t minute = all ? 0 : MinuteOf(now);
  for (auto row = rows_.begin(); row != rows_.end();) {
    // A clock that was set back leaves rows of minutes to come: they are over too.
    if (!all && std::get<0>(row->first) == minute) {
      ++row;
      continue;
    }
    due.push_back(std::move(row->second));
    row = rows_.erase(row);
  }
  return due;
}

}  // namespace zhiping::audit
