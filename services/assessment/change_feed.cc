#include "services/assessment/change_feed.h"

#include <algorithm>
#include <utility>

#include "absl/strings/escaping.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "common/status/error.h"
#include "common/status/status_macros.h"
#include "services/assessment/shown_changes.h"

namespace zhiping::assessment {
namespace {

constexpr absl::Duration kWriteTimeout = absl::Seconds(5);
// A page ends with the entry that reaches them: callers take messages of 4 MiB.
constexpr size_t kEnoughBytes = size_t{2} << 20;

v1::ChangeEntry ToMessage(sql::LogEntry entry) {
  v1::ChangeEntry message;
  message.set_position(absl::StrCat(entry.position));
  message.set_previous_hash(std::move(entry.prev_hash));
  message.set_hash(std::move(entry.hash));
  // Whole microseconds, which are hashed.
  const int64_t seconds = absl::ToUnixSeconds(absl::FromUnixMicros(entry.instant_micros));
  message.mutable_instant()->set_seconds(seconds);
  message.mutable_instant()->set_nanos(
      static_cast<int32_t>(entry.instant_micros - seconds * 1'000'000) * 1000);
  // Damaged bytes are given all the same: whoever verifies them finds out.
  if (!message.mutable_event()->ParseFromString(entry.bytes)) message.clear_event();
  message.set_event_bytes(std::move(entry.bytes));
  return message;
}

}  // namespace

absl::StatusOr<sql::LogCursor> ReadCursor(const v1::ChangeCursor& cursor) {
  sql::LogCursor read;
  if (cursor.position().empty() && cursor.incarnation().empty()) return read;
  read.incarnation = absl::HexStringToBytes(cursor.incarnation());
  read.hash = cursor.hash();
  const bool well = absl::SimpleAtoi(cursor.position(), &read.position) && read.position >= 0 &&
                    absl::BytesToHexString(read.incarnation) == cursor.incarnation() &&
                    read.incarnation.size() == 16 && read.hash.size() == 32;
  if (well) return read;
  Violations violations;
  violations.Add(
      "after", Reason::INVALID_FIELD, "after 应为之前应答中的 next，原样交回；不填则从头读。",
      "after should be the `next` of an earlier answer, as it came; without one, reading "
      "begins at the beginning.");
  return violations.ToStatus();
}

v1::ChangeCursor ToMessage(const sql::LogCursor& cursor) {
  v1::ChangeCursor message;
  message.set_incarnation(absl::BytesToHexString(cursor.incarnation));
  message.set_position(absl::StrCat(cursor.position));
  message.set_hash(cursor.hash);
  return message;
}

ChangeFeed::ChangeFeed(Store& store, const rpc::Log& log, absl::Duration interval)
    : store_(store),
      sequenced_(log, rpc::Severity::kError, "changes_not_sequenced", "changes_sequenced"),
      sequencing_(std::make_unique<Periodic>(interval, [this] { Sequence(); })) {}

ChangeFeed::~ChangeFeed() {
  sequencing_.reset();
  std::list<Waiting> all;
  {
    absl::MutexLock lock(&mutex_);
    closed_ = true;
    all.swap(waiting_);
  }
  for (const Waiting& waiting : all) waiting.woken();
}

absl::StatusOr<ChangePage> ChangeFeed::Read(absl::Time deadline, const sql::LogCursor& after,
                                            int limit, const identity::FilesInReach& reach) const {
  ASSIGN_OR_RETURN(sql::LogPage page, store_.changes().Read(deadline, after, limit));
  ChangePage changes;
  size_t bytes = 0;
  for (sql::LogEntry& entry : page.entries) {
    changes.entries.push_back(ToMessage(std::move(entry)));
    bytes += changes.entries.back().ByteSizeLong();
    if (bytes >= kEnoughBytes) break;
  }
  const size_t read = changes.entries.size();
  changes.at_end = read == page.entries.size() && read < static_cast<size_t>(limit);
  changes.next = page.next;
  if (read < page.entries.size()) {
    changes.next.position = page.entries[read - 1].position;
    changes.next.hash = changes.entries.back().hash();
  }
  // Services read for all, and their reading shows nobody a file; without authentication nobody is
  // anybody. Neither is recorded.
  if (reach.all) return changes;
  const auto named = EnterprisesIn(changes.entries);
  ASSIGN_OR_RETURN(const auto enrolled,
                   store_.EnrolledAmong(deadline, reach.platform, {named.begin(), named.end()}));
  for (v1::ChangeEntry& entry : changes.entries) WithholdOthers(enrolled, entry);
  changes.files = FilesIn(changes.entries);
  return changes;
}

void ChangeFeed::Await(int64_t position, absl::Time until, std::function<void()> woken) {
  {
    absl::MutexLock lock(&mutex_);
    if (head_ <= position && !closed_) {
      waiting_.push_back({position, until, std::move(woken)});
      return;
    }
  }
  woken();
}

std::list<ChangeFeed::Waiting> ChangeFeed::TakeDue(absl::Time now) {
  std::list<Waiting> due;
  for (auto waiting = waiting_.begin(); waiting != waiting_.end();) {
    const auto next = std::next(waiting);
    if (waiting->position < head_ || waiting->until <= now) {
      due.splice(due.end(), waiting_, waiting);
    }
    waiting = next;
  }
  return due;
}

void ChangeFeed::Sequence() {
  const absl::Time deadline = absl::Now() + kWriteTimeout;
  absl::Status moved = store_.SequenceChanges(deadline);
  // Asked each time: other instances move entries too.
  const auto head = store_.changes().Head(deadline);
  moved.Update(head.status());
  sequenced_.Note(moved);
  std::list<Waiting> due;
  {
    absl::MutexLock lock(&mutex_);
    if (head.ok()) head_ = head->position;
    due = TakeDue(absl::Now());
  }
  for (const Waiting& waiting : due) waiting.woken();
}

}  // namespace zhiping::assessment
