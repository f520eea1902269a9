#include "common/identity/issuer_keys.h"

#include <utility>

#include "common/status/status_macros.h"

namespace zhiping::identity {
namespace {

constexpr absl::Duration kLeastPause = absl::Seconds(1);

}  // namespace

IssuerKeys::IssuerKeys(std::string issuer, std::unique_ptr<KeySource> source,
                       absl::Duration refresh, const Clock& clock, KeysObserver observer)
    : issuer_(std::move(issuer)),
      source_(std::move(source)),
      clock_(clock),
      observer_(std::move(observer)),
      refreshing_(std::make_unique<Periodic>(refresh, [this] { Refresh(); })) {}

IssuerKeys::~IssuerKeys() {
  source_->Cancel();
  refreshing_.reset();
}

const absl::Status& IssuerKeys::FirstRead() const {
  read_once_.WaitForNotification();
  return first_read_;
}

IssuerKeys::Current IssuerKeys::Get() const {
  absl::MutexLock lock(&mutex_);
  return current_;
}

void IssuerKeys::ReadSoon() {
  absl::MutexLock lock(&mutex_);
  const absl::Duration now = clock_.Steady();
  if (now - last_wake_ < kLeastPause) return;
  last_wake_ = now;
  refreshing_->Wake();
}

void IssuerKeys::Refresh() {
  const absl::StatusOr<bool> read = Read();
  const absl::Status& status = read.status();
  observer_(issuer_, {status, last_ != status || (read.ok() && *read)});
  last_ = status;
  if (read_once_.HasBeenNotified()) return;
  first_read_ = status;
  read_once_.Notify();
}

absl::StatusOr<bool> IssuerKeys::Read() {
  ASSIGN_OR_RETURN(std::string bytes, source_->Read());
  if (bytes == bytes_) return false;
  ASSIGN_OR_RETURN(KeySet keys, KeySet::Parse(bytes));
  bytes_ = std::move(bytes);
  absl::MutexLock lock(&mutex_);
  current_ = {std::make_shared<const KeySet>(std::move(keys)), current_.generation + 1};
  return true;
}

}  // namespace zhiping::identity
