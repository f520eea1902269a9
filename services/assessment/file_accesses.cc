#include "services/assessment/file_accesses.h"

#include <algorithm>
#include <iterator>
#include <utility>

#include "absl/strings/str_split.h"
#include "absl/time/clock.h"
#include "common/status/error.h"
#include "common/status/status_macros.h"
#include "common/time/timestamp.h"

namespace zhiping::assessment {
namespace {

constexpr absl::Duration kWriteTimeout = absl::Seconds(5);

absl::Status NotRecorded(const absl::Status& status) {
  const std::string text = LogText(status);
  return WithLogText(
      MakeError(absl::StatusCode::kUnavailable, Reason::AUDIT_UNAVAILABLE,
                "暂时无法记录对企业材料的查阅，因此不提供内容，请稍后重试。",
                "The read of an enterprise's file cannot be recorded at present, so it is not "
                "given: try again later."),
      text.empty() ? status.message() : absl::string_view(text));
}

// The role in which somebody reads: the first that reads files.
std::string RoleOf(const identity::Caller& caller) {
  using identity::Role;
  for (const Role::Value role :
       {Role::REVIEWER, Role::UNIT_HEAD, Role::CAMPAIGN_OFFICER, Role::PLATFORM}) {
    if (caller.roles.Has(role)) return identity::RoleName(role);
  }
  const auto roles = caller.roles.List();
  return roles.empty() ? caller.service : identity::RoleName(roles.front());
}

}  // namespace

absl::Status FileAccesses::Write(const identity::Caller& caller, absl::string_view method,
                                 const std::vector<rpc::EnterpriseFile>& files) const {
  const absl::Time now = environment_.Now();
  v1::FileAccess access;
  *access.mutable_read_at() = ToTimestamp(now);
  access.set_unit(caller.review_unit);
  const auto* const unit =
      environment_.reference.review_units().Find(caller.review_unit, environment_.At(now).day());
  if (unit != nullptr) access.set_unit_name(unit->name);
  access.set_role(RoleOf(caller));
  const std::vector<absl::string_view> names = absl::StrSplit(method, '/');
  access.set_method(std::string(names.back()));
  return environment_.store.Change(
      absl::Now() + kWriteTimeout, [&](StoreTransaction& transaction) -> absl::Status {
        for (const rpc::EnterpriseFile& file : files) {
          v1::FileAccess one = access;
          one.set_kind(file.kind);
          one.set_file(file.id);
          one.set_purpose(file.purpose);
          RETURN_IF_ERROR(transaction.RecordAccess(file.enterprise, caller.person(), one));
        }
        return absl::OkStatus();
      });
}

void FileAccesses::RecordReads(rpc::CallerPtr caller, absl::string_view method,
                               std::vector<rpc::EnterpriseFile> files,
                               std::function<void(const absl::Status&)> done) {
  std::vector<rpc::EnterpriseFile> told;
  // Services read for all: their reading shows nobody a file. What a platform does for an
  // enterprise is the enterprise's own.
  if (caller->service.empty()) {
    std::copy_if(files.begin(), files.end(), std::back_inserter(told),
                 [](const rpc::EnterpriseFile& file) { return !file.acted_on; });
  }
  if (told.empty()) {
    return audit_.RecordReads(std::move(caller), method, std::move(files), std::move(done));
  }
  const absl::Status submitted =
      pool_.Submit([this, caller, method = std::string(method), files, told, done] {
        const absl::Status written = Write(*caller, method, told);
        if (!written.ok()) return done(NotRecorded(written));
        audit_.RecordReads(caller, method, files, done);
      });
  if (!submitted.ok()) done(submitted);
}

}  // namespace zhiping::assessment
