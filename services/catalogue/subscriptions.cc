#include "services/catalogue/subscriptions.h"

#include <utility>

#include "absl/strings/str_cat.h"
#include "common/status/error.h"
#include "services/catalogue/subscribe_stream.h"

namespace zhiping::catalogue {
namespace {

absl::Status Closed() {
  return MakeError(absl::StatusCode::kUnavailable, Reason::SERVICE_UNREACHABLE,
                   "标准目录服务正在停止，请连接其他实例。",
                   "The catalogue is stopping: connect to another instance.");
}

absl::Status Full() {
  return MakeError(absl::StatusCode::kResourceExhausted, Reason::OVERLOADED,
                   "标准目录服务的订阅数已满；请定期查询，稍后再订阅。",
                   "The catalogue serves as many streams as it can: poll, and subscribe later.");
}

absl::Status TooManyUnknown(int most) {
  return MakeError(absl::StatusCode::kResourceExhausted, Reason::OVERLOADED,
                   absl::StrCat("从未导入过年版的评测体系，最多可以订阅 ", most,
                                " 个，现已满。请先导入年版，或定期查询。"),
                   absl::StrCat("At most ", most,
                                " programmes that nothing was imported for can be followed, "
                                "and as many are: import an edition first, or poll."),
                   {{"most", absl::StrCat(most)}});
}

}  // namespace

Subscriptions::~Subscriptions() {
  absl::MutexLock lock(&mutex_);
  mutex_.Await(absl::Condition(this, &Subscriptions::NoStreams));
}

SubscribeReactor* Subscriptions::Open(grpc::CallbackServerContext& context,
                                      const rpc::Method& method) {
  auto stream = std::make_shared<SubscribeStream>(*this, context, method);
  SubscribeStream& opened = *stream;
  absl::Status closed;
  {
    absl::MutexLock lock(&mutex_);
    if (streams_.size() >= static_cast<size_t>(limits_.streams)) closed = Full();
    streams_.insert(stream);
    if (closed_) closed = Closed();
  }
  opened.Start(std::move(stream), closed);
  return &opened;
}

void Subscriptions::Remove(const std::shared_ptr<SubscribeStream>& stream) {
  const std::vector<std::string> programmes = stream->Programmes();
  absl::MutexLock lock(&mutex_);
  for (const std::string& programme : programmes) {
    const auto followed = followed_.find(programme);
    if (--followed->second == 0) followed_.erase(followed);
  }
  streams_.erase(stream);
}

bool Subscriptions::IsUnknown(const std::string& programme) const {
  const auto latest = latest_.find(programme);
  return latest == latest_.end() || !latest->second->history->known;
}

absl::Status Subscriptions::Admit(const std::vector<std::string>& programmes) {
  absl::MutexLock lock(&mutex_);
  std::set<std::string> unknown;
  for (const std::string& programme : programmes) {
    if (IsUnknown(programme)) unknown.insert(programme);
  }
  if (!unknown.empty()) {
    for (const auto& [programme, streams] : followed_) {
      if (IsUnknown(programme)) unknown.insert(programme);
    }
    if (unknown.size() > static_cast<size_t>(limits_.unknown_programmes)) {
      return TooManyUnknown(limits_.unknown_programmes);
    }
  }
  for (const std::string& programme : programmes) ++followed_[programme];
  return absl::OkStatus();
}

bool Subscriptions::Follow(SubscribeStream& stream, const std::vector<std::string>& programmes) {
  std::vector<ConfirmedPtr> known;
  {
    absl::MutexLock lock(&mutex_);
    for (const std::string& programme : programmes) {
      const auto latest = latest_.find(programme);
      if (latest != latest_.end()) known.push_back(latest->second);
    }
  }
  for (const ConfirmedPtr& confirmed : known) stream.Offer(confirmed);
  return known.size() < programmes.size();
}

void Subscriptions::Spread(const ConfirmedPtr& confirmed) {
  Streams streams;
  {
    absl::MutexLock lock(&mutex_);
    ConfirmedPtr& latest = latest_[confirmed->state.programme()];
    if (latest != nullptr && !AtLeastAsNew(*confirmed, *latest)) return;
    latest = confirmed;
    streams = streams_;
  }
  for (const auto& stream : streams) stream->Offer(confirmed);
}

void Subscriptions::SetLogHead(v1::LogHead head) {
  absl::MutexLock lock(&mutex_);
  log_head_ = std::move(head);
}

void Subscriptions::SetAuditHead(std::string envelope) {
  absl::MutexLock lock(&mutex_);
  audit_head_ = std::move(envelope);
}

void Subscriptions::AddHeads(v1::SubscribeResponse& response) const {
  absl::MutexLock lock(&mutex_);
  if (log_head_.has_value()) *response.mutable_log_head() = *log_head_;
  response.set_audit_head(audit_head_);
}

void Subscriptions::Forget(const std::string& programme) {
  absl::MutexLock lock(&mutex_);
  latest_.erase(programme);
}

std::set<std::string> Subscriptions::Followed() const {
  absl::MutexLock lock(&mutex_);
  std::set<std::string> programmes;
  for (const auto& [programme, streams] : followed_) programmes.insert(programme);
  return programmes;
}

void Subscriptions::Close() {
  Streams streams;
  {
    absl::MutexLock lock(&mutex_);
    closed_ = true;
    streams = streams_;
  }
  for (const auto& stream : streams) stream->End(Closed());
}

}  // namespace zhiping::catalogue
