#include "services/assessment/watch_stream.h"

#include <utility>

#include "absl/time/clock.h"
#include "common/status/status_macros.h"

namespace zhiping::assessment {
namespace {

// A page with full submissions stays below the 4 MiB that clients take.
constexpr int kEntriesOfAPage = 100;
constexpr absl::Duration kReadTimeout = absl::Seconds(10);
// While nothing changes, the caller hears that after so long: how far the log goes, and that the
// stream lives.
constexpr absl::Duration kQuiet = absl::Seconds(5);

}  // namespace

void WatchStream::Start(std::shared_ptr<WatchStream> self,
                        const v1::WatchSubmissionsRequest& request) {
  self_ = std::move(self);
  const std::weak_ptr<WatchStream> weak = self_;
  absl::Status admitted = call_.AdmitStream([weak](const absl::Status& refused) {
    if (const auto stream = weak.lock()) stream->End(refused);
  });
  if (admitted.ok()) {
    auto after = ReadCursor(request.after());
    admitted = after.status();
    if (after.ok()) after_ = *std::move(after);
  }
  if (!admitted.ok()) return FinishOnce(admitted);
  StartSendInitialMetadata();
  ReadSoon();
}

void WatchStream::End(const absl::Status& why) {
  bool writing = false;
  {
    absl::MutexLock lock(&mutex_);
    if (refused_.ok()) refused_ = why;
    writing = writing_;
  }
  // A caller that does not read would hold it open; the write that ends finishes it.
  if (writing) return context_.TryCancel();
  FinishOnce(why);
}

void WatchStream::FinishOnce(const absl::Status& status) {
  {
    absl::MutexLock lock(&mutex_);
    if (std::exchange(finished_, true)) return;
  }
  Finish(call_.Finish(status));
}

void WatchStream::OnWriteDone(bool ok) {
  {
    absl::MutexLock lock(&mutex_);
    writing_ = false;
  }
  if (!ok) return FinishOnce(Check());
  if (!response_.at_end()) return ReadSoon();
  feed_.Await(after_.position, absl::Now() + kQuiet, [self = self_] { self->ReadSoon(); });
}

void WatchStream::OnDone() { const auto self = std::move(self_); }

void WatchStream::ReadSoon() {
  const absl::Status submitted = pool_.Submit([self = self_] { self->ReadPage(); });
  if (!submitted.ok()) FinishOnce(submitted);
}

absl::Status WatchStream::Check() const {
  {
    absl::MutexLock lock(&mutex_);
    RETURN_IF_ERROR(refused_);
  }
  return call_.CheckWaiting();
}

void WatchStream::ReadPage() {
  absl::Status status = Check();
  absl::StatusOr<ChangePage> page =
      status.ok() ? feed_.Read(absl::Now() + kReadTimeout, after_, kEntriesOfAPage)
                  : absl::StatusOr<ChangePage>(status);
  if (!page.ok()) return FinishOnce(page.status());
  after_ = page->next;
  response_.Clear();
  for (v1::ChangeEntry& entry : page->entries) *response_.add_entries() = std::move(entry);
  *response_.mutable_next() = ToMessage(page->next);
  response_.set_at_end(page->at_end);
  {
    absl::MutexLock lock(&mutex_);
    if (finished_) return;
    writing_ = true;
  }
  StartWrite(&response_);
}

}  // namespace zhiping::assessment
