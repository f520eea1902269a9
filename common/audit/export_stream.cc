#include "common/audit/export_stream.h"

#include <utility>

#include "absl/time/clock.h"
#include "common/audit/operations_service.h"
#include "common/status/status_macros.h"

namespace zhiping::audit {
namespace {

// Less than the 4 MiB that clients take, with the longest entries.
constexpr int kEntriesOfAPage = 500;
constexpr absl::Duration kReadTimeout = absl::Seconds(10);

}  // namespace

void ExportStream::Start(std::shared_ptr<ExportStream> self,
                         const common::v1::ExportAuditRequest& request) {
  self_ = std::move(self);
  from_position_ = request.from_position();
  const std::weak_ptr<ExportStream> weak = self_;
  absl::Status admitted = call_.AdmitStream([weak](const absl::Status& refused) {
    const auto stream = weak.lock();
    if (stream == nullptr) return;
    absl::MutexLock lock(&stream->mutex_);
    stream->refused_ = refused;
  });
  if (admitted.ok() && audit_ == nullptr) admitted = NotKept();
  if (!admitted.ok()) return Finish(call_.Finish(admitted));
  ReadSoon();
}

void ExportStream::OnWriteDone(bool ok) {
  if (ok) return ReadSoon();
  // The client is gone, or does not read and may no longer call.
  Finish(call_.Finish(Check()));
}

void ExportStream::OnDone() { const auto self = std::move(self_); }

void ExportStream::ReadSoon() {
  const absl::Status submitted = pool_.Submit([self = self_] { self->ReadPage(); });
  if (!submitted.ok()) Finish(call_.Finish(submitted));
}

absl::Status ExportStream::Check() const {
  {
    absl::MutexLock lock(&mutex_);
    RETURN_IF_ERROR(refused_);
  }
  return call_.CheckWaiting();
}

absl::StatusOr<sql::LogPage> ExportStream::NextPage() {
  RETURN_IF_ERROR(Check());
  const absl::Time deadline = absl::Now() + kReadTimeout;
  if (!begun_) {
    // A database that only reads gives what was moved until then.
    audit_->Sequence(deadline).IgnoreError();
    ASSIGN_OR_RETURN(after_, audit_->entries().Before(deadline, from_position_));
    begun_ = true;
  }
  return audit_->entries().Read(deadline, after_, kEntriesOfAPage);
}

absl::StatusOr<std::string> ExportStream::CutHead(const sql::LogEntry& first) const {
  const bool cut = after_.position == 0 && first.position > 1;
  if (!cut || audit_->heads() == nullptr) return std::string();
  return audit_->heads()->At(absl::Now() + kReadTimeout, first);
}

void ExportStream::ReadPage() {
  absl::StatusOr<sql::LogPage> page = NextPage();
  if (!page.ok() || page->entries.empty()) return Finish(call_.Finish(page.status()));
  response_.Clear();
  if (const auto cut = CutHead(page->entries.front()); cut.ok()) {
    response_.set_cut_head(*cut);
  } else {
    return Finish(call_.Finish(cut.status()));
  }
  after_ = page->next;
  for (sql::LogEntry& entry : page->entries) {
    *response_.add_records() = ToRecord(std::move(entry));
  }
  StartWrite(&response_);
}

}  // namespace zhiping::audit
