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

void WatchStream::Start(const v1::WatchSubmissionsRequest& request) {
  self_ = shared_from_this();
  absl::Status admitted = Admit(request, [weak = weak_from_this()](const absl::Status& refused) {
    if (const auto stream = weak.lock()) stream->End(refused);
  });
  if (admitted.ok()) {
    auto after = ReadCursor(request.after());
    admitted = after.status();
    if (after.ok()) after_ = *std::move(after);
  }
  if (!admitted.ok()) return Finish(admitted);
  StartSendInitialMetadata();
  const absl::Status submitted = pool_.Submit([self = shared_from_this()] { self->ReadPage(); });
  if (!submitted.ok()) Finish(submitted);
}

void WatchStream::End(const absl::Status& why) {
  {
    absl::MutexLock lock(&mutex_);
    if (!refused_.ok()) return;
    refused_ = why;
    if (std::exchange(under_way_, true)) return;
  }
  Finish(why);
}

void WatchStream::OnDone() { const auto self = std::move(self_); }

void WatchStream::OnWriteDone(bool ok) {
  // It may be ended, and gone, as soon as it only waits.
  const auto self = shared_from_this();
  absl::Status status = Check();
  if (!ok || !status.ok()) return Finish(status);
  const bool at_end = response_.at_end();
  {
    absl::MutexLock lock(&mutex_);
    if (at_end && refused_.ok()) under_way_ = false;
    status = refused_;
  }
  if (!status.ok()) return Finish(status);
  const auto next = [self, at_end] { at_end ? self->ReadSoon() : self->ReadPage(); };
  if (at_end) return feed_.Await(after_.position, absl::Now() + kQuiet, next);
  const absl::Status submitted = pool_.Submit(next);
  if (!submitted.ok()) Finish(submitted);
}

void WatchStream::ReadSoon() {
  {
    absl::MutexLock lock(&mutex_);
    // Whoever ended it while it waited has finished it.
    if (std::exchange(under_way_, true)) return;
  }
  const absl::Status submitted = pool_.Submit([self = shared_from_this()] { self->ReadPage(); });
  if (!submitted.ok()) Finish(submitted);
}

absl::Status WatchStream::Check() const {
  {
    absl::MutexLock lock(&mutex_);
    RETURN_IF_ERROR(refused_);
  }
  return call().CheckWaiting();
}

void WatchStream::ReadPage() {
  const absl::Status status = Check();
  if (!status.ok()) return Finish(status);
  absl::StatusOr<ChangePage> page =
      feed_.Read(absl::Now() + kReadTimeout, after_, kEntriesOfAPage, call().Files());
  if (!page.ok()) return Finish(page.status());
  after_ = page->next;
  response_.Clear();
  for (v1::ChangeEntry& entry : page->entries) *response_.add_entries() = std::move(entry);
  *response_.mutable_next() = ToMessage(page->next);
  response_.set_at_end(page->at_end);
  Write(response_, page->files);
}

}  // namespace zhiping::assessment
