#include "common/audit/operations_service.h"

#include <algorithm>
#include <utility>

#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "common/audit/export_stream.h"
#include "common/audit/signed_head.h"
#include "common/rpc/page_token.h"
#include "common/status/error.h"
#include "common/status/status_macros.h"
#include "common/text/uscc.h"
#include "common/time/timestamp.h"

namespace zhiping::audit {
namespace {

using common::v1::ListAuditEntriesRequest;
using common::v1::ListAuditEntriesResponse;

constexpr int kReadAtOnce = 1000;
// Entries that one call looks at, as the proto says.
constexpr int kMostLookedAt = 20'000;
constexpr absl::Duration kReadTimeout = absl::Seconds(10);

bool Fits(const ListAuditEntriesRequest& request, absl::Time from, absl::Time until,
          const sql::LogEntry& stored, const AuditEntry& entry) {
  const absl::Time instant = absl::FromUnixMicros(stored.instant_micros);
  return instant >= from && instant < until &&
         (request.kind() == AuditEntry::KIND_UNSPECIFIED || request.kind() == entry.kind()) &&
         (request.subject().empty() || request.subject() == entry.caller().subject());
}

absl::Time InstantOr(bool present, const google::protobuf::Timestamp& instant,
                     absl::Time otherwise) {
  return present ? FromTimestamp(instant) : otherwise;
}

absl::StatusOr<sql::LogCursor> CursorIn(const std::vector<std::string>& position) {
  sql::LogCursor cursor;
  cursor.incarnation = absl::HexStringToBytes(position[0]);
  ASSIGN_OR_RETURN(cursor.position, rpc::PositionNumber(position[1]));
  cursor.hash = absl::HexStringToBytes(position[2]);
  return cursor;
}

absl::Status List(const AuditLog& audit, const ListAuditEntriesRequest& request,
                  ListAuditEntriesResponse& response) {
  ASSIGN_OR_RETURN(const rpc::Page page,
                   rpc::ReadPage(request, request.page_size(), 0, request.page_token(), 3));
  const absl::Time deadline = absl::Now() + kReadTimeout;
  const absl::Time from = InstantOr(request.has_from(), request.from(), absl::InfinitePast());
  const absl::Time until = InstantOr(request.has_until(), request.until(), absl::InfiniteFuture());
  // A database that only reads gives what was moved until then.
  audit.Sequence(deadline).IgnoreError();
  ASSIGN_OR_RETURN(const sql::LogRange range, audit.entries().Between(deadline, from, until));
  sql::LogCursor after = range.after;
  if (!page.position.empty()) {
    ASSIGN_OR_RETURN(after, CursorIn(page.position));
  }
  for (int looked_at = 0; looked_at < kMostLookedAt;) {
    ASSIGN_OR_RETURN(const sql::LogPage read, audit.entries().Read(deadline, after, kReadAtOnce));
    after.incarnation = read.next.incarnation;
    for (const sql::LogEntry& stored : read.entries) {
      if (stored.position > range.last) return absl::OkStatus();
      if (response.entries_size() == page.size) break;
      after.position = stored.position;
      after.hash = stored.hash;
      ++looked_at;
      AuditEntry entry;
      if (!entry.ParseFromString(stored.bytes)) {
        return absl::InternalError(absl::StrCat("audit entry ", stored.position, " is damaged"));
      }
      if (!Fits(request, from, until, stored, entry)) continue;
      auto& listed = *response.add_entries();
      listed.set_position(stored.position);
      *listed.mutable_entry() = std::move(entry);
    }
    if (after.position >= range.last) return absl::OkStatus();
    if (response.entries_size() == page.size) break;
  }
  response.set_next_page_token(rpc::MakePageToken(
      request, {absl::BytesToHexString(after.incarnation), absl::StrCat(after.position),
                absl::BytesToHexString(after.hash)}));
  return absl::OkStatus();
}

absl::Status ListKept(const KeptHeads& kept, const common::v1::ListKeptAuditHeadsRequest& request,
                      common::v1::ListKeptAuditHeadsResponse& response) {
  ASSIGN_OR_RETURN(const rpc::Page page,
                   rpc::ReadPage(request, request.page_size(), 0, request.page_token(), 3));
  KeptHead after;
  if (!page.position.empty()) {
    after.log = page.position[0];
    ASSIGN_OR_RETURN(after.position, rpc::PositionNumber(page.position[1]));
    after.hash = page.position[2];
  }
  ASSIGN_OR_RETURN(const auto heads, kept.List(absl::Now() + kReadTimeout, after, page.size + 1));
  for (const KeptHead& head : heads) {
    if (response.heads_size() == page.size) {
      response.set_next_page_token(
          rpc::MakePageToken(request, {after.log, absl::StrCat(after.position), after.hash}));
      break;
    }
    auto& listed = *response.add_heads();
    listed.set_envelope(head.envelope);
    ASSIGN_OR_RETURN(*listed.mutable_head(), ReadHead(head.envelope));
    *listed.mutable_kept_at() = ToTimestamp(head.kept_at);
    listed.set_contradicts(head.contradicts);
    after = head;
  }
  return absl::OkStatus();
}

void Describe(const identity::Caller& caller, const identity::UnitsToday& today,
              common::v1::WhoAmIResponse& response) {
  response.set_unauthenticated(caller.unauthenticated);
  response.set_service(caller.service);
  response.set_issuer(caller.issuer);
  response.set_subject(caller.subject);
  response.set_name(caller.name);
  for (const identity::Role::Value role : caller.roles.List()) response.add_roles(role);
  response.set_uscc(caller.uscc);
  response.set_uscc_invalid(!caller.uscc.empty() && !NormaliseUscc(caller.uscc).ok());
  response.set_review_unit(caller.review_unit);
  response.set_review_unit_invalid(!caller.review_unit.empty() &&
                                   today.units.Find(caller.review_unit, today.day) == nullptr);
  for (const std::string& programme : caller.programmes) response.add_programmes(programme);
  if (caller.expires != absl::InfiniteFuture()) {
    *response.mutable_expires_at() = ToTimestamp(caller.expires);
  }
}

}  // namespace

common::v1::AuditRecord ToRecord(sql::LogEntry entry) {
  common::v1::AuditRecord record;
  record.set_position(entry.position);
  record.set_previous_hash(std::move(entry.prev_hash));
  record.set_hash(std::move(entry.hash));
  record.set_instant_micros(entry.instant_micros);
  record.set_entry_bytes(std::move(entry.bytes));
  return record;
}

absl::Status NotKept() {
  return MakeError(absl::StatusCode::kFailedPrecondition, Reason::AUDIT_NOT_KEPT,
                   "本服务没有审计日志：启动时未给出 --audit-database。",
                   "This service keeps no audit log: it was started without --audit-database.");
}

OperationsService::OperationsService(const AuditLog* audit, rpc::BoundedPool& pool,
                                     const rpc::CallEnvironment& environment)
    : audit_(audit),
      pool_(pool),
      who_am_i_(environment, common::v1::OperationsService::service_full_name(), "WhoAmI"),
      list_audit_entries_(environment, common::v1::OperationsService::service_full_name(),
                          "ListAuditEntries"),
      export_audit_(environment, common::v1::OperationsService::service_full_name(), "ExportAudit"),
      get_audit_head_(environment, common::v1::OperationsService::service_full_name(),
                      "GetAuditHead"),
      keep_audit_head_(environment, common::v1::OperationsService::service_full_name(),
                       "KeepAuditHead"),
      list_kept_audit_heads_(environment, common::v1::OperationsService::service_full_name(),
                             "ListKeptAuditHeads") {}

grpc::ServerUnaryReactor* OperationsService::WhoAmI(grpc::CallbackServerContext* context,
                                                    const common::v1::WhoAmIRequest* request,
                                                    common::v1::WhoAmIResponse* response) {
  return who_am_i_.Handle(*context, *request, [response](const rpc::Call& call) {
    Describe(call.caller(), call.Today(), *response);
    return absl::OkStatus();
  });
}

grpc::ServerUnaryReactor* OperationsService::ListAuditEntries(
    grpc::CallbackServerContext* context, const ListAuditEntriesRequest* request,
    ListAuditEntriesResponse* response) {
  return list_audit_entries_.HandleIn(pool_, *context, *request, [this, request, response] {
    return audit_ == nullptr ? NotKept() : List(*audit_, *request, *response);
  });
}

grpc::ServerUnaryReactor* OperationsService::GetAuditHead(
    grpc::CallbackServerContext* context, const common::v1::GetAuditHeadRequest* request,
    common::v1::GetAuditHeadResponse* response) {
  return get_audit_head_.HandleIn(pool_, *context, *request, [this, response]() -> absl::Status {
    if (audit_ == nullptr) return NotKept();
    ASSIGN_OR_RETURN(*response->mutable_envelope(), audit_->SignHead(absl::Now() + kReadTimeout));
    return absl::OkStatus();
  });
}

grpc::ServerUnaryReactor* OperationsService::KeepAuditHead(
    grpc::CallbackServerContext* context, const common::v1::KeepAuditHeadRequest* request,
    common::v1::KeepAuditHeadResponse* /*response*/) {
  return keep_audit_head_.HandleIn(pool_, *context, *request, [this, request](rpc::Call& call) {
    if (kept_heads() == nullptr) return NotKept();
    return kept_heads()->Keep(absl::Now() + kReadTimeout, call.caller().service,
                              request->envelope());
  });
}

grpc::ServerUnaryReactor* OperationsService::ListKeptAuditHeads(
    grpc::CallbackServerContext* context, const common::v1::ListKeptAuditHeadsRequest* request,
    common::v1::ListKeptAuditHeadsResponse* response) {
  return list_kept_audit_heads_.HandleIn(pool_, *context, *request,
                                         [this, request, response]() -> absl::Status {
                                           if (kept_heads() == nullptr) return NotKept();
                                           return ListKept(*kept_heads(), *request, *response);
                                         });
}

grpc::ServerWriteReactor<common::v1::ExportAuditResponse>* OperationsService::ExportAudit(
    grpc::CallbackServerContext* context, const common::v1::ExportAuditRequest* request) {
  auto stream = std::make_shared<ExportStream>(*context, export_audit_, audit_, pool_);
  // It may be finished, and gone, when Start returns; gRPC waits for the reactor all the same.
  ExportStream& opened = *stream;
  opened.Start(stream, *request);
  return stream.get();
}

}  // namespace zhiping::audit
