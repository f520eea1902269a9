// An audit log outside of its service: the lines that `audit export` writes, and whether they are
// what the service kept. Reading is one entry after another: a log may be larger than the memory.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "common/envelope/trust.h"
#include "zhiping/common/v1/audit.pb.h"

namespace zhiping::ctl {

// A line of an export, one of the three; heads are envelopes, and empty in other lines.
struct ExportedLine {
  // What the service signed before the export: which log it is, and how far it went. First; absent
  // if the service has no key.
  std::string own_head = {};
  // What stands for the entries that retention removed before the first one.
  std::string cut_head = {};
  common::v1::AuditRecord record = {};

  bool is_entry() const { return own_head.empty() && cut_head.empty(); }
};

// JSON in one line, ended by a new line: {"auditHead": envelope}; {"cutHead": envelope}; the
// AuditRecord, with what its bytes say as `auditEntry` for people.
std::string ToLine(const ExportedLine& line);
// `number`: of the line, from 1. Errors: MALFORMED; LOG_BROKEN if `auditEntry` is not what the
// record's bytes say.
absl::StatusOr<ExportedLine> ParseLine(absl::string_view line, int64_t number);

// Verifies a log, entry by entry, and that it has the heads that were kept elsewhere.
class AuditVerifier {
 public:
  // `trust`: of the cut head; null if there is none. `kept`: heads whose signatures count. What was
  // signed within kLeastRetention before `now` must be there.
  AuditVerifier(std::shared_ptr<const envelope::Trust> trust,
                std::vector<common::v1::AuditHead> kept, absl::Time now);

  // Before all else; says nothing where nothing is trusted. Errors: those of OpenHead;
  // INVALID_FIELD if a head that was kept is of another log.
  absl::Status SetOwnHead(absl::string_view envelope);
  // Before the first entry. Errors: those of OpenHead; LOG_BROKEN if nothing may be cut there yet.
  absl::Status SetCutHead(absl::string_view envelope);
  // Errors: LOG_BROKEN with the position; INVALID_FIELD if heads were kept and it was not said
  // which log this is.
  absl::Status Add(const common::v1::AuditRecord& record);
  // After the last. Errors: those of Add; LOG_BROKEN if heads that were kept are beyond it;
  // INVALID_FIELD if all are before the first, so that nothing was compared.
  absl::Status Finish() const;

  // 0: there is none.
  int64_t first() const { return first_; }
  int64_t last() const { return last_; }
  // Where retention removed what was before; position 0: nothing was.
  const common::v1::AuditHead& cut() const { return cut_; }

 private:
  // That it is known whether the heads that were kept are of this log.
  absl::Status CheckNamed() const;
  // Whether the entries up to the head must still be kept.
  bool MustBeKept(const common::v1::AuditHead& head) const;
  // That the first entry is the first of all, or where retention cut.
  absl::Status Begin(const common::v1::AuditRecord& record);

  const std::shared_ptr<const envelope::Trust> trust_;
  // By position.
  std::vector<common::v1::AuditHead> kept_;
  // Which log it is.
  std::optional<common::v1::AuditHead> own_;
  // Of the last of those that were kept; 0: there is none.
  const int64_t last_given_;
  // Entries before it may be gone.
  const absl::Time kept_since_;
  // Of kept_: the first that is not at an entry before.
  size_t next_kept_ = 0;
  // Of the last head that the log has.
  int64_t agreed_ = 0;
  common::v1::AuditHead cut_;
  int64_t first_ = 0, last_ = 0;
  std::string hash_;
};

}  // namespace zhiping::ctl
