#include "services/ctl/audit_export.h"

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"
#include "common/audit/signed_head.h"
#include "common/sql/log_chain.h"
#include "common/status/error.h"
#include "common/status/status_macros.h"
#include "common/text/strict_json.h"
#include "common/time/timestamp.h"
#include "google/protobuf/util/json_util.h"
#include "google/protobuf/util/message_differencer.h"
#include "services/ctl/command_line.h"
#include "services/ctl/json_output.h"

namespace zhiping::ctl {
namespace {

using common::v1::AuditEntry;
using common::v1::AuditHead;
using common::v1::AuditRecord;

constexpr char kLog[] = "audit";

std::string Range(int64_t from, int64_t to) {
  return from == to ? absl::StrCat(from) : absl::StrCat(from, "–", to);
}

absl::Status Broken(int64_t position, const std::string& zh, const std::string& en) {
  return MakeError(absl::StatusCode::kDataLoss, Reason::LOG_BROKEN, zh, en,
                   {{"log", kLog}, {"position", absl::StrCat(position)}});
}

// By its service and its id.
common::v1::LocalText NameOf(const AuditHead& head) {
  return MakeText(absl::StrCat(head.service(), " 的日志 ", head.log()),
                  absl::StrCat("the log ", head.log(), " of ", head.service()));
}

absl::Status OfAnotherLog(const AuditHead& head, const AuditHead& own) {
  const auto its = NameOf(head);
  const auto read = NameOf(own);
  return MakeError(
      absl::StatusCode::kFailedPrecondition, Reason::INVALID_FIELD,
      absl::StrCat("--head：日志头属于 ", its.zh(), "，而要校验的是 ", read.zh(),
                   "，两者无法相互核对，未作任何校验；请给出这份日志自己的日志头。"),
      absl::StrCat("--head: a head is of ", its.en(), ", and what is to be verified is ", read.en(),
                   ": they cannot be compared, and nothing was verified. Give heads of this log."),
      {{"field", "--head"}});
}

absl::Status NotNamed() {
  return MakeError(
      absl::StatusCode::kFailedPrecondition, Reason::INVALID_FIELD,
      "--head：要校验的日志没有签名说明它是哪一份（服务没有日志头的签名密钥，或是由旧版 "
      "zhipingctl 导出的），无从判断日志头是否是它的，未作任何校验；请用现在的 zhipingctl "
      "重新导出。",
      "--head: no signature says which log this is (its service has no key for heads, or an older "
      "zhipingctl exported it), so whether heads are of it cannot be told, and nothing was "
      "verified. Export it anew with this zhipingctl.",
      {{"field", "--head"}});
}

// What a restore explains; nothing if there was none between the head and the log.
common::v1::LocalText Restored(const AuditHead& head, const AuditHead& own) {
  if (head.incarnation() == own.incarnation()) return {};
  return MakeText(
      absl::StrCat("签署时数据库的 incarnation 是 ", head.incarnation(), "，现在是 ",
                   own.incarnation(), "：其间从备份恢复过，备份之后的记录会因此丢失。"),
      absl::StrCat(" It was signed in incarnation ", head.incarnation(),
                   " of the database, which is now ", own.incarnation(),
                   ": a backup was restored in between, which loses what came after the backup."));
}

// `agreed`: the last position before that has its head.
absl::Status WrittenAnew(const AuditHead& head, int64_t agreed, const AuditHead& own) {
  const auto restored = Restored(head, own);
  return Broken(head.position(),
                absl::StrCat("审计日志与另存的签名日志头不符：位置 ", head.position(),
                             " 处不是当时签署的记录。位置 ", Range(agreed + 1, head.position()),
                             " 的记录被改写过，或末尾被删除后又续写了别的记录。", restored.zh()),
                absl::StrCat("The audit log does not have the entry at position ", head.position(),
                             " that the signed head was kept of: entries at ",
                             agreed + 1 == head.position() ? "position " : "positions ",
                             Range(agreed + 1, head.position()),
                             " were changed, or the end was removed and others were written.",
                             restored.en()));
}

absl::Status EndMissing(int64_t last, const AuditHead& head, const AuditHead& own) {
  const int64_t kept = head.position();
  const auto restored = Restored(head, own);
  return Broken(
      last + 1,
      absl::StrCat("审计日志与另存的签名日志头不符：末尾有记录缺失。日志止于位置 ", last,
                   "，而另存的日志头到过位置 ", kept, "：缺位置 ", Range(last + 1, kept),
                   " 的记录。", restored.zh()),
      absl::StrCat("Entries at the end of the audit log are missing: it ends at position ", last,
                   ", and the signed head that was kept is of position ", kept,
                   ". Missing: ", Range(last + 1, kept), ".", restored.en()));
}

// In the same form as the errors of trust files.
std::string Instant(absl::Time instant) {
  return absl::FormatTime(absl::RFC3339_sec, instant, absl::FixedTimeZone(8 * 60 * 60));
}

// `head`: of the last entry before which, or with which, those up to `removed` are gone.
absl::Status RemovedTooEarly(const AuditHead& head, int64_t removed) {
  const absl::Time signed_at = FromTimestamp(head.signed_at());
  const int64_t days = absl::ToInt64Hours(audit::kLeastRetention) / 24;
  const std::string until = Instant(signed_at + audit::kLeastRetention);
  return Broken(
      1,
      absl::StrCat("审计日志开头位置 ", Range(1, removed),
                   " 的记录已被删除，但还没有到可以删除的时候：位置 ", head.position(),
                   " 处的日志头签于 ", Instant(signed_at), "，此前的记录至少保留 ", days,
                   " 天，到 ", until, " 才可删除。"),
      absl::StrCat(
          "Entries at the beginning of the audit log were removed too early: ", Range(1, removed),
          ". The head at position ", head.position(), " was signed at ", Instant(signed_at),
          "; entries before are kept for at least ", days, " days, until ", until, "."));
}

absl::Status BeginningMissing(int64_t first) {
  return Broken(
      1,
      absl::StrCat("审计日志开头缺位置 ", Range(1, first - 1), " 的记录，也没有与位置 ", first,
                   " 相符的签名日志头说明它们是按保留期限删除的。"),
      absl::StrCat("Entries at the beginning of the audit log are missing: ", Range(1, first - 1),
                   ". No signed head of position ", first, " says that retention removed them."));
}

// A cut stands once, before all entries, and its own entry stays.
absl::Status CutMisplaced(int64_t position) {
  return Broken(position,
                absl::StrCat("审计日志的截断处（位置 ", position, "）不在开头，或者那里没有记录。"),
                absl::StrCat("The cut of the audit log at position ", position,
                             " is not at its beginning, or has no entry."));
}

std::vector<AuditHead> ByPosition(std::vector<AuditHead> heads) {
  std::stable_sort(heads.begin(), heads.end(), [](const AuditHead& a, const AuditHead& b) {
    return a.position() < b.position();
  });
  return heads;
}

absl::Status NoLineOfExport(int64_t number) {
  return MakeError(
      absl::StatusCode::kInvalidArgument, Reason::MALFORMED,
      absl::StrCat("第 ", number, " 行不是 zhipingctl audit export 写出的记录。"),
      absl::StrCat("Line ", number, " is no entry as zhipingctl audit export writes them."),
      {{"line", absl::StrCat(number)}});
}

absl::Status ShownOtherwise(int64_t number, int64_t position) {
  return MakeError(
      absl::StatusCode::kDataLoss, Reason::LOG_BROKEN,
      absl::StrCat("导出文件第 ", number, " 行（位置 ", position,
                   "）供人阅读的 auditEntry 与记录本身（entryBytes）不符：文件被改动过。"),
      absl::StrCat("In line ", number, " of the export (position ", position,
                   ") auditEntry, which people read, is not what the entry says (entryBytes): the "
                   "file was changed."),
      {{"log", kLog}, {"position", absl::StrCat(position)}, {"line", absl::StrCat(number)}});
}

// What ParseStrictJson gives; Json is what we write.
using StrictJson = nlohmann::json;

bool ReadMessage(const StrictJson& json, google::protobuf::Message& message) {
  const std::string text = json.dump(-1, ' ', false, StrictJson::error_handler_t::replace);
  return google::protobuf::util::JsonStringToMessage(text, &message).ok();
}

// Whether people read what the record's bytes say. Compared as messages, so that an empty field
// that came after the export makes no difference.
bool ShowsItsBytes(const StrictJson& shown, const AuditRecord& record) {
  AuditEntry entry, read;
  if (!entry.ParseFromString(record.entry_bytes())) return shown.is_null();
  // Not in JSON either.
  entry.DiscardUnknownFields();
  return shown.is_object() && ReadMessage(shown, read) &&
         google::protobuf::util::MessageDifferencer::Equals(entry, read);
}

}  // namespace

std::string ToLine(const ExportedLine& line) {
  if (!line.own_head.empty()) return DumpLine(Json{{"auditHead", line.own_head}});
  if (!line.cut_head.empty()) return DumpLine(Json{{"cutHead", line.cut_head}});
  Json json = AsJson(line.record);
  AuditEntry entry;
  if (entry.ParseFromString(line.record.entry_bytes())) json["auditEntry"] = AsJson(entry);
  return DumpLine(json);
}

absl::StatusOr<ExportedLine> ParseLine(absl::string_view line, int64_t number) {
  auto json = ParseStrictJson(line);
  if (!json.ok() || !json->is_object()) return NoLineOfExport(number);
  ExportedLine parsed;
  for (const auto& [member, head] :
       {std::pair("auditHead", &parsed.own_head), std::pair("cutHead", &parsed.cut_head)}) {
    if (json->size() != 1 || !json->contains(member) || !json->at(member).is_string()) continue;
    *head = json->at(member).get<std::string>();
    if (head->empty()) return NoLineOfExport(number);
    return parsed;
  }
  const StrictJson shown = json->value("auditEntry", StrictJson());
  json->erase("auditEntry");
  if (!ReadMessage(*json, parsed.record)) return NoLineOfExport(number);
  if (!ShowsItsBytes(shown, parsed.record)) return ShownOtherwise(number, parsed.record.position());
  return parsed;
}

AuditVerifier::AuditVerifier(std::shared_ptr<const envelope::Trust> trust,
                             std::vector<AuditHead> kept, absl::Time now)
    : trust_(std::move(trust)),
      kept_(ByPosition(std::move(kept))),
      last_given_(kept_.empty() ? 0 : kept_.back().position()),
      kept_since_(now - audit::kLeastRetention) {}

bool AuditVerifier::MustBeKept(const AuditHead& head) const {
  return head.position() > 0 && FromTimestamp(head.signed_at()) > kept_since_;
}

absl::Status AuditVerifier::SetOwnHead(absl::string_view envelope) {
  if (trust_ == nullptr) return absl::OkStatus();
  ASSIGN_OR_RETURN(own_, audit::OpenHead(envelope, *trust_));
  for (const AuditHead& head : kept_) {
    if (head.service() != own_->service() || head.log() != own_->log()) {
      return OfAnotherLog(head, *own_);
    }
  }
  // What it was signed of is there too.
  kept_.push_back(*own_);
  kept_ = ByPosition(std::move(kept_));
  return absl::OkStatus();
}

absl::Status AuditVerifier::CheckNamed() const {
  return kept_.empty() || own_.has_value() ? absl::OkStatus() : NotNamed();
}

absl::Status AuditVerifier::SetCutHead(absl::string_view envelope) {
  if (trust_ == nullptr) {
    return WrongUsage("日志开头按保留期限删除过记录，须用 --trust-file 验证截断处的签名。",
                      "Entries at the beginning were removed by retention: --trust-file is needed "
                      "to verify the signature at the cut.");
  }
  RETURN_IF_ERROR(CheckNamed());
  const bool misplaced = first_ != 0 || cut_.position() != 0;
  ASSIGN_OR_RETURN(cut_, audit::OpenHead(envelope, *trust_));
  if (misplaced || cut_.position() < 2) return CutMisplaced(cut_.position());
  return MustBeKept(cut_) ? RemovedTooEarly(cut_, cut_.position() - 1) : absl::OkStatus();
}

absl::Status AuditVerifier::Begin(const AuditRecord& record) {
  hash_ = sql::FirstHash();
  if (record.position() <= 1 && cut_.position() == 0) return absl::OkStatus();
  if (record.position() != cut_.position() || record.hash() != cut_.hash()) {
    return record.position() <= 1 ? CutMisplaced(cut_.position())
                                  : BeginningMissing(record.position());
  }
  // The signature stands for all that came before its head.
  last_ = record.position() - 1;
  hash_ = record.previous_hash();
  return absl::OkStatus();
}

absl::Status AuditVerifier::Add(const AuditRecord& record) {
  const sql::LogEntry entry = {record.position(), record.previous_hash(), record.hash(),
                               record.instant_micros(), record.entry_bytes()};
  if (first_ == 0) {
    RETURN_IF_ERROR(CheckNamed());
    RETURN_IF_ERROR(Begin(record));
  }
  RETURN_IF_ERROR(sql::CheckEntry(kLog, last_, hash_, entry));
  if (first_ == 0) first_ = record.position();
  last_ = record.position();
  hash_ = record.hash();
  bool agrees = false;
  for (; next_kept_ < kept_.size() && kept_[next_kept_].position() <= last_; ++next_kept_) {
    const AuditHead& head = kept_[next_kept_];
    if (head.position() < last_) {
      if (MustBeKept(head)) return RemovedTooEarly(head, first_ - 1);
      continue;
    }
    if (head.hash() != hash_) return WrittenAnew(head, agreed_, *own_);
    agrees = true;
  }
  if (agrees) agreed_ = last_;
  return absl::OkStatus();
}

absl::Status AuditVerifier::Finish() const {
  if (first_ == 0 && cut_.position() != 0) return CutMisplaced(cut_.position());
  if (kept_.empty()) return absl::OkStatus();
  RETURN_IF_ERROR(CheckNamed());
  if (kept_.back().position() > last_) return EndMissing(last_, kept_.back(), *own_);
  if (last_given_ == 0 || last_given_ >= first_) return absl::OkStatus();
  return MakeError(absl::StatusCode::kFailedPrecondition, Reason::INVALID_FIELD,
                   absl::StrCat("--head：日志头在位置 ", last_given_, "，早于现存的第一条（位置 ",
                                first_, "），无从核对；请用较新的日志头。"),
                   absl::StrCat("--head: the head is at position ", last_given_,
                                ", before the first entry that is kept (", first_,
                                "): it cannot be compared. Use a later one."),
                   {{"field", "--head"}});
}

}  // namespace zhiping::ctl
