#include "services/catalogue/subscribe_stream.h"

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"
#include "common/status/error.h"
#include "services/catalogue/domain/instance_bounds.h"
#include "services/catalogue/domain/requests.h"

namespace zhiping::catalogue {

void SubscribeStream::Start(std::shared_ptr<SubscribeStream> self, const absl::Status& closed) {
  self_ = std::move(self);
  absl::Status status =
      call_.AdmitStream([weak = std::weak_ptr(self_)](const absl::Status& refused) {
        if (const auto stream = weak.lock()) stream->End(refused);
      });
  if (status.ok()) status = closed;
  if (status.ok()) {
    StartRead(&request_);
  } else {
    End(status);
  }
}

void SubscribeStream::Offer(const ConfirmedPtr& confirmed) {
  const std::string& programme = confirmed->state.programme();
  {
    absl::MutexLock lock(&mutex_);
    const auto& followed = follower_.programmes();
    if (ending_ || confirmed->envelope.empty() ||
        std::find(followed.begin(), followed.end(), programme) == followed.end()) {
      return;
    }
    ConfirmedPtr& offered = offered_[programme];
    if (offered == confirmed || (offered != nullptr && !AtLeastAsNew(*confirmed, *offered))) return;
    offered = confirmed;
    waiting_[programme] = confirmed;
    if (writing_) return;
    writing_ = true;
    response_ = TakeWaiting();
  }
  StartWrite(&response_);
}

v1::SubscribeResponse SubscribeStream::TakeWaiting() {
  v1::SubscribeResponse response;
  for (const auto& [programme, confirmed] : waiting_) response.add_envelopes(confirmed->envelope);
  waiting_.clear();
  owner_.AddHeads(response);
  return response;
}

void SubscribeStream::End(const absl::Status& status) {
  {
    absl::MutexLock lock(&mutex_);
    if (std::exchange(ending_, true)) return;
    ending_status_ = status;
    if (writing_) return;
  }
  Finish(call_.Finish(status));
}

std::vector<std::string> SubscribeStream::Programmes() const {
  absl::MutexLock lock(&mutex_);
  return {follower_.programmes().begin(), follower_.programmes().end()};
}

void SubscribeStream::OnReadDone(bool ok) {
  if (!ok) {
    End(absl::OkStatus());
  } else if (Receive()) {
    StartRead(&request_);
  }
}

absl::Status SubscribeStream::CheckFirst(const v1::SubscribeRequest& first) const {
  Violations violations;
  CheckInstance(first.instance(), violations);
  const std::string& service = call_.caller().service;
  if (!service.empty() && first.instance().service() != service) {
    violations.Add(
        "instance.service", Reason::INVALID_FIELD,
        absl::StrCat("instance.service 应为证书中的服务名 ", service, "。"),
        absl::StrCat("instance.service must be the service of the certificate, ", service, "."));
  }
  if (first.programmes().empty() || first.programmes_size() > kMostProgrammes) {
    violations.Add("programmes", Reason::INVALID_FIELD,
                   absl::StrCat("应有 1 至 ", kMostProgrammes, " 个评测体系。"),
                   absl::StrCat("There must be 1 to ", kMostProgrammes, " programmes."));
  }
  for (int i = 0; i < std::min(first.programmes_size(), kMostProgrammes); ++i) {
    CheckSlug(first.programmes(i), absl::StrCat("programmes[", i, "]"), violations);
  }
  return violations.ToStatus();
}

void SubscribeStream::TakeReports() {
  follower_.clear_reports();
  for (const std::string& programme : follower_.programmes()) {
    for (const auto& report : request_.reports()) {
      if (report.programme() != programme) continue;
      *follower_.add_reports() = Bounded(report);
      break;
    }
  }
}

bool SubscribeStream::Receive() {
  absl::Status status = CheckSize(request_);
  std::vector<std::string> programmes;
  if (status.ok() && !introduced_) {
    status = CheckFirst(request_);
    programmes.assign(request_.programmes().begin(), request_.programmes().end());
    if (status.ok()) status = owner_.Admit(programmes);
  }
  if (!status.ok()) {
    End(status);
    return false;
  }
  const bool begins = !std::exchange(introduced_, true);
  v1::SubscribeRequest report;
  {
    absl::MutexLock lock(&mutex_);
    if (begins) {
      *follower_.mutable_instance() = Bounded(request_.instance());
      *follower_.mutable_programmes() = request_.programmes();
    }
    TakeReports();
    if (request_.has_log_head()) *follower_.mutable_log_head() = Bounded(request_.log_head());
    follower_.set_leaving(request_.leaving());
    report = follower_;
  }
  request_.Clear();
  owner_.listeners_.reported(report, begins);
  if (report.leaving()) {
    End(absl::OkStatus());
    return false;
  }
  if (!programmes.empty() && owner_.Follow(*this, programmes)) owner_.listeners_.wanted();
  return true;
}

void SubscribeStream::OnWriteDone(bool ok) {
  absl::Status status;
  bool ends = false;
  {
    absl::MutexLock lock(&mutex_);
    if (!ok && !ending_) {
      ending_ = true;
      ending_status_ = call_.CheckWaiting();
    }
    ends = ending_;
    status = ending_status_;
    writing_ = !ends && !waiting_.empty();
    if (writing_) response_ = TakeWaiting();
    if (!ends && !writing_) return;
  }
  if (ends) {
    Finish(call_.Finish(status));
  } else {
    StartWrite(&response_);
  }
}

void SubscribeStream::OnCancel() { End(call_.CheckWaiting()); }

void SubscribeStream::OnDone() {
  const std::shared_ptr<SubscribeStream> self = std::move(self_);
  owner_.Remove(self);
}

}  // namespace zhiping::catalogue
