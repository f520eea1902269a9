#include "services/assessment/feed_service.h"

#include <algorithm>
#include <utility>

#include "absl/time/clock.h"
#include "common/rpc/call_deadline.h"
#include "common/rpc/page_token.h"
#include "common/status/error.h"
#include "common/status/status_macros.h"

namespace zhiping::assessment {
namespace {

constexpr int kMostWaitSeconds = 30;

absl::Status ShuttingDown() {
  return MakeError(absl::StatusCode::kUnavailable, Reason::SHUTTING_DOWN,
                   "服务正在停止，请连接其他实例。",
                   "The service is stopping: try another instance.");
}

using Poll = FeedService::Poll;

absl::StatusOr<Poll> ReadPoll(const v1::ListSubmissionChangesRequest& request) {
  Poll poll;
  ASSIGN_OR_RETURN(poll.after, ReadCursor(request.after()));
  ASSIGN_OR_RETURN(const rpc::Page page, rpc::ReadPage(request, request.page_size(), 0, "", 0));
  poll.size = page.size;
  if (request.wait_seconds() < 0 || request.wait_seconds() > kMostWaitSeconds) {
    Violations violations;
    violations.Add("waitSeconds", Reason::INVALID_FIELD, "waitSeconds 应在 0 到 30 之间。",
                   "waitSeconds should be 0 to 30.");
    return violations.ToStatus();
  }
  poll.wait = absl::Seconds(request.wait_seconds());
  return poll;
}

absl::Status Answer(const ChangeFeed& feed, const Poll& poll, absl::Time deadline, rpc::Call& call,
                    v1::ListSubmissionChangesResponse& response) {
  ASSIGN_OR_RETURN(ChangePage page, feed.Read(deadline, poll.after, poll.size, call.Files()));
  call.Reads(page.files);
  for (v1::ChangeEntry& entry : page.entries) *response.add_entries() = std::move(entry);
  *response.mutable_next() = ToMessage(page.next);
  response.set_at_end(page.at_end);
  return absl::OkStatus();
}

}  // namespace

FeedService::FeedService(ChangeFeed& feed, rpc::BoundedPool& pool,
                         const rpc::CallEnvironment& environment)
    : feed_(feed),
      pool_(pool),
      watch_submissions_(environment, v1::FeedService::service_full_name(), "WatchSubmissions"),
      list_submission_changes_(environment, v1::FeedService::service_full_name(),
                               "ListSubmissionChanges") {}

WatchReactor* FeedService::WatchSubmissions(grpc::CallbackServerContext* context,
                                            const v1::WatchSubmissionsRequest* request) {
  const auto stream = std::make_shared<WatchStream>(*context, watch_submissions_, feed_, pool_);
  {
    absl::MutexLock lock(&mutex_);
    streams_.remove_if([](const auto& open) { return open.expired(); });
    streams_.push_back(stream);
  }
  // It may be finished, and gone, when Start returns.
  WatchReactor* const reactor = stream.get();
  stream->Start(*request);
  return reactor;
}

grpc::ServerUnaryReactor* FeedService::ListSubmissionChanges(
    grpc::CallbackServerContext* context, const v1::ListSubmissionChangesRequest* request,
    v1::ListSubmissionChangesResponse* response) {
  return list_submission_changes_.HandleLater(
      *context, *request, [this, context, request, response](const auto& pending) {
        absl::StatusOr<Poll> poll = ReadPoll(*request);
        if (!poll.ok()) return pending->Finish(poll.status());
        poll->until = std::min(absl::Now() + poll->wait,
                               rpc::WaitUntil(absl::FromChrono(context->deadline()), poll->wait));
        AnswerSoon(pending, *context, *poll, *response);
      });
}

void FeedService::AnswerSoon(const std::shared_ptr<rpc::PendingCall>& pending,
                             grpc::CallbackServerContext& context, const Poll& poll,
                             v1::ListSubmissionChangesResponse& response) {
  const absl::Status submitted = pool_.Submit([this, pending, &context, poll, &response] {
    response.Clear();
    const absl::Status answered =
        Answer(feed_, poll, rpc::DeadlineOf(context), pending->call(), response);
    const bool over = absl::Now() >= poll.until;
    if (!answered.ok() || !response.entries().empty() || over) {
      return pending->Finish(answered);
    }
    feed_.Await(poll.after.position, poll.until, [this, pending, &context, poll, &response] {
      // Whatever came meanwhile is the answer.
      Poll last = poll;
      last.until = absl::InfinitePast();
      AnswerSoon(pending, context, last, response);
    });
  });
  if (!submitted.ok()) pending->Finish(submitted);
}

void FeedService::EndStreams() {
  std::list<std::weak_ptr<WatchStream>> streams;
  {
    absl::MutexLock lock(&mutex_);
    streams.swap(streams_);
  }
  for (const auto& weak : streams) {
    if (const auto stream = weak.lock()) stream->End(ShuttingDown());
  }
}

}  // namespace zhiping::assessment
