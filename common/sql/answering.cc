#include "common/sql/answering.h"

#include <chrono>

namespace zhiping::sql {
namespace {

// With less than this somebody may have had too little time.
constexpr std::chrono::milliseconds kLongSilence(250);
// Between one probe's end and the next one.
constexpr std::chrono::milliseconds kProbeInterval(250);

Deadline::Time Now() { return std::chrono::steady_clock::now(); }

}  // namespace

int64_t Answering::Begin() {
  absl::MutexLock lock(&mutex_);
  if (waiting_++ == 0) silent_since_ = Now();
  return answers_;
}

void Answering::End(int64_t begun, const absl::Status& status) {
  const SqlError error = status.ok() ? SqlError::kOther : SqlErrorOf(status);
  absl::MutexLock lock(&mutex_);
  const bool silent_for_long = SilentForLong();
  --waiting_;
  switch (error) {
    case SqlError::kConnectionLost:
      break;
    case SqlError::kStatementTimeout:
    case SqlError::kCommitUnknown:
      if (!silent_for_long) return;
      break;
    default:
      ++answers_;
      silent_since_ = Now();
      away_ = false;
      return;
  }
  if (answers_ != begun || away_) return;
  away_ = true;
  kind_ = error == SqlError::kConnectionLost ? error : SqlError::kStatementTimeout;
  next_probe_ = Now();
}

bool Answering::Silent() const {
  absl::MutexLock lock(&mutex_);
  return away_ || SilentForLong();
}

bool Answering::SilentForLong() const {
  return waiting_ > 0 && Now() - silent_since_ >= kLongSilence;
}

Answering::Admission Answering::Admit() {
  absl::MutexLock lock(&mutex_);
  if (!away_) return Admission::kCall;
  if (probing_ || Now() < next_probe_) return Admission::kRefuse;
  probing_ = true;
  return Admission::kProbe;
}

void Answering::Probed(const absl::Status& status) {
  absl::MutexLock lock(&mutex_);
  probing_ = false;
  next_probe_ = Now() + kProbeInterval;
  if (status.ok()) away_ = false;
}

absl::Status Answering::Refusal() const {
  absl::MutexLock lock(&mutex_);
  return MakeSqlError(kind_, "the database does not answer");
}

}  // namespace zhiping::sql
