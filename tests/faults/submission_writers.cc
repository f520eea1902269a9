#include "tests/faults/submission_writers.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <thread>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/time/clock.h"
#include "absl/time/time.h"
#include "common/criteria/release.h"
#include "common/rpc/channel.h"
#include "common/rpc/status.h"
#include "common/status/error.h"
#include "common/status/status_macros.h"
#include "tests/faults/drafts.h"
#include "tests/faults/suite.h"
#include "tests/integration/catalogue/catalogue_under_test.h"
#include "zhiping/assessment/v1/feed_service.grpc.pb.h"
#include "zhiping/scoring/v1/scoring_service.grpc.pb.h"

namespace zhiping::faults {
namespace {

namespace v1 = assessment::v1;
using catalogue::Call;
using AssessmentStub = v1::AssessmentService::Stub;
using FeedStub = v1::FeedService::Stub;

constexpr char kCampaign[] = "always";
constexpr absl::Duration kRecovery = absl::Seconds(10);
constexpr int kWriters = 8;
constexpr int kDrafts = 72;
// Beside them; one request in so many is for one of these.
constexpr int kEditedDrafts = 4;
constexpr int kOneInEdited = 8;
// An assessment takes 200 submissions, and takes longer the more it has.
constexpr int kRequestsOfADraft = 60;
// How many drafts are submitted at a time: few, so that writers meet.
constexpr size_t kDraftsAtOnce = 12;
// Who repeats in the end, beside the writers' numbers.
constexpr int kRepeater = 100;
constexpr absl::Duration kImpatience = absl::Milliseconds(700);
constexpr absl::Duration kPatience = absl::Seconds(10);

std::string NameOf(const std::string& enterprise, const std::string& plant,
                   const std::string& campaign) {
  return absl::StrCat(enterprise, "/", plant, "/", campaign);
}
template <typename Key>
std::string DraftOf(const Key& key) {
  return NameOf(key.enterprise(), key.plant(), key.campaign());
}

bool OneIn(int count, std::mt19937& random) {
  return std::uniform_int_distribution<int>(1, count)(random) == 1;
}

// As callers do: of a database that was cut off, each connection that is dead is found out by a
// call.
template <typename Response, typename Stub, typename Method, typename Request>
absl::StatusOr<Response> Read(Stub& stub, Method method, const Request& request) {
  const absl::Time end = absl::Now() + kRecovery;
  while (true) {
    auto response = Call<Response>(stub, method, request);
    if (!absl::IsUnavailable(response.status()) || absl::Now() > end) return response;
    absl::SleepFor(absl::Milliseconds(100));
  }
}

}  // namespace

SubmissionWriters::SubmissionWriters(const std::shared_ptr<grpc::Channel>& channel,
                                     const std::shared_ptr<grpc::Channel>& scoring, uint32_t seed)
    : channel_(channel), scoring_(scoring), seed_(seed), asked_of_(kDrafts + kEditedDrafts) {}

absl::Status SubmissionWriters::Prepare() {
  Drafts drafts(channel_);
  RETURN_IF_ERROR(drafts.OpenCampaign(kCampaign).status());
  absl::MutexLock lock(&mutex_);
  for (int draft = 0; draft < kDrafts + kEditedDrafts; ++draft) {
    RETURN_IF_ERROR(drafts.Register(draft));
    ASSIGN_OR_RETURN(drafts_.emplace_back(), drafts.Fill(draft, kCampaign));
    etags_.push_back(drafts_.back().etag());
  }
  return absl::OkStatus();
}

const SubmissionWriters::Asked& SubmissionWriters::Next(std::mt19937& random) {
  const size_t chosen = std::uniform_int_distribution<size_t>(0, kDraftsAtOnce - 1)(random);
  const size_t edited =
      kDrafts + std::uniform_int_distribution<size_t>(0, kEditedDrafts - 1)(random);
  const bool may_be_edited = OneIn(kOneInEdited, random);
  const bool right = !OneIn(50, random);
  absl::MutexLock lock(&mutex_);
  while (asked_of_[first_ % kDrafts] >= kRequestsOfADraft) ++first_;
  const bool is_edited = may_be_edited && asked_of_[edited] < kRequestsOfADraft;
  const size_t draft = is_edited ? edited : (first_ + chosen) % kDrafts;
  ++asked_of_[draft];
  Asked& asked = asked_.emplace_back();
  asked.request = drafts_[draft];
  asked.request.set_etag(etags_[draft]);
  asked.right = right;
  asked.edited = is_edited;
  asked.request.set_commitment_given(right);
  asked.request.set_request_id(absl::StrFormat("00000000-0000-4000-9000-%012d", asked_.size()));
  return asked;
}

SubmissionWriters::Outcome SubmissionWriters::Submit(AssessmentStub& stub, int writer,
                                                     const Asked& asked, absl::Duration timeout) {
  const auto context = rpc::NewContext(timeout);
  v1::SubmitResponse response;
  const int64_t invoked = Instant();
  const grpc::Status status = stub.Submit(context.get(), asked.request, &response);
  nlohmann::json line = {{"kind", "submit"},
                         {"writer", writer},
                         {"draft", DraftOf(asked.request.key())},
                         {"request", asked.request.request_id()},
                         {"right", asked.right},
                         {"edited", asked.edited},
                         {"invoked", invoked},
                         {"returned", Instant()},
                         {"status", absl::StatusCodeToString(rpc::FromGrpcStatus(status).code())}};
  Outcome outcome = Outcome::kRefused;
  // What was edited meanwhile is refused for good.
  const bool stale = DetailOf(rpc::FromGrpcStatus(status)).reason() == Reason::STALE_ETAG;
  switch (stale ? grpc::StatusCode::FAILED_PRECONDITION : status.error_code()) {
    case grpc::StatusCode::OK:
      outcome = Outcome::kAcknowledged;
      line["outcome"] = "acknowledged";
      line["response"] = criteria::DigestOf(response.SerializeAsString());
      line["number"] = response.submission().key().number();
      line["receipt"] = response.submission().receipt_no();
      {
        absl::MutexLock lock(&mutex_);
        receipts_.try_emplace(response.submission().receipt_no(), response.receipt());
      }
      break;
    case grpc::StatusCode::UNAVAILABLE:
    case grpc::StatusCode::DEADLINE_EXCEEDED:
    case grpc::StatusCode::RESOURCE_EXHAUSTED:
    case grpc::StatusCode::ABORTED:
    case grpc::StatusCode::CANCELLED:
      outcome = Outcome::kUnknown;
      line["outcome"] = "unknown";
      break;
    default:
      line["outcome"] = "refused";
  }
  history_.Add(line);
  return outcome;
}

// Each request is repeated with its id until it is answered, or given up; some are repeated all the
// same, as if their answer had been lost.
void SubmissionWriters::Write(int writer, const std::atomic<bool>& stop) {
  std::mt19937 random(seed_ + 1000 * written_ + writer);
  const auto stub = v1::AssessmentService::NewStub(channel_);
  while (!stop) {
    const Asked& asked = Next(random);
    Outcome outcome = Outcome::kUnknown;
    while (!stop) {
      outcome = Submit(*stub, writer, asked, kImpatience);
      if (outcome != Outcome::kUnknown || OneIn(12, random)) break;
      // As callers do, who do not ask a service that is away, or busy, without a pause.
      absl::SleepFor(absl::Milliseconds(std::uniform_int_distribution<int>(20, 100)(random)));
    }
    if (outcome == Outcome::kAcknowledged) {
      ++acknowledged_;
      if (OneIn(10, random)) Submit(*stub, writer, asked, kImpatience);
    }
  }
}

void SubmissionWriters::Edit(const std::atomic<bool>& stop) {
  const auto stub = v1::AssessmentService::NewStub(channel_);
  for (int edit = 0; !stop; ++edit) {
    const int draft = kDrafts + edit % kEditedDrafts;
    v1::GetAssessmentRequest get;
    *get.mutable_key() = drafts_[draft].key();
    const auto found = Call<v1::GetAssessmentResponse>(*stub, &AssessmentStub::GetAssessment, get);
    if (found.ok()) {
      const v1::DraftAnswer& present = found->assessment().answers(0);
      v1::UpdateAnswersRequest request;
      *request.mutable_key() = get.key();
      v1::AnswerUpdate& update = *request.add_updates();
      *update.mutable_answer() = present.answer();
      update.mutable_answer()->set_level(
          present.answer().level() == "none" ? SampleRequest().answers(0).level() : "none");
      update.set_base_etag(present.etag());
      const auto updated =
          Call<v1::UpdateAnswersResponse>(*stub, &AssessmentStub::UpdateAnswers, request);
      absl::MutexLock lock(&mutex_);
      etags_[draft] = updated.ok() ? updated->etag() : found->assessment().etag();
    }
    absl::SleepFor(absl::Milliseconds(5));
  }
}

void SubmissionWriters::WriteWhile(const std::function<void()>& disturb) {
  ++written_;
  std::atomic<bool> stop = false;
  std::vector<std::thread> writers;
  for (int writer = 0; writer < kWriters; ++writer) {
    writers.emplace_back([this, writer, &stop] { Write(writer, stop); });
  }
  std::thread editor([this, &stop] { Edit(stop); });
  disturb();
  stop = true;
  editor.join();
  for (std::thread& writer : writers) writer.join();
}

absl::Status SubmissionWriters::ReadLog() {
  const auto feed = v1::FeedService::NewStub(channel_);
  const int64_t invoked = Instant();
  ++readings_;
  v1::ListSubmissionChangesRequest request;
  request.set_page_size(500);
  request.set_wait_seconds(1);
  while (true) {
    ASSIGN_OR_RETURN(const auto page, Read<v1::ListSubmissionChangesResponse>(
                                          *feed, &FeedStub::ListSubmissionChanges, request));
    if (page.entries().empty()) break;
    for (const v1::ChangeEntry& entry : page.entries()) {
      nlohmann::json line = {
          {"kind", "entry"}, {"reading", readings_}, {"position", std::stoll(entry.position())}};
      if (entry.event().has_submission()) {
        const v1::SubmissionChanged& change = entry.event().submission();
        line["draft"] = DraftOf(change.key());
        line["number"] = change.key().number();
        line["receipt"] = change.receipt_no();
        line["made"] = change.has_content();
      }
      history_.Add(line);
    }
    *request.mutable_after() = page.next();
  }
  history_.Add(
      {{"kind", "reading"}, {"reading", readings_}, {"invoked", invoked}, {"returned", Instant()}});
  return absl::OkStatus();
}

void SubmissionWriters::RepeatAll() {
  std::vector<const Asked*> all;
  {
    absl::MutexLock lock(&mutex_);
    for (const Asked& asked : asked_) all.push_back(&asked);
  }
  std::atomic<size_t> next = 0;
  std::vector<std::thread> repeaters;
  for (int repeater = 0; repeater < kWriters; ++repeater) {
    repeaters.emplace_back([&, repeater] {
      const auto stub = v1::AssessmentService::NewStub(channel_);
      for (size_t i = next++; i < all.size(); i = next++) {
        for (int tried = 0; tried < 5; ++tried) {
          if (Submit(*stub, kRepeater + repeater, *all[i], kPatience) != Outcome::kUnknown) break;
        }
      }
    });
  }
  for (std::thread& repeater : repeaters) repeater.join();
}

absl::Status SubmissionWriters::ReadHighest() {
  const auto stub = v1::AssessmentService::NewStub(channel_);
  for (const v1::SubmitRequest& draft : drafts_) {
    v1::GetAssessmentRequest request;
    *request.mutable_key() = draft.key();
    ASSIGN_OR_RETURN(const auto found, Read<v1::GetAssessmentResponse>(
                                           *stub, &AssessmentStub::GetAssessment, request));
    history_.Add({{"kind", "highest"},
                  {"draft", DraftOf(draft.key())},
                  {"number", found.assessment().latest_submission()}});
  }
  return absl::OkStatus();
}

// By the scoring service, which scores the answers of each anew.
absl::Status SubmissionWriters::VerifyReceipts() {
  const auto stub = scoring::v1::ScoringService::NewStub(scoring_);
  absl::MutexLock lock(&mutex_);
  for (const auto& [number, receipt] : receipts_) {
    scoring::v1::VerifyReceiptRequest request;
    request.set_receipt(receipt);
    request.set_receipt_no(number);
    ASSIGN_OR_RETURN(const auto verified,
                     Read<scoring::v1::VerifyReceiptResponse>(
                         *stub, &scoring::v1::ScoringService::Stub::VerifyReceipt, request));
    history_.Add({{"kind", "receipt"}, {"receipt", number}, {"valid", verified.valid()}});
  }
  return absl::OkStatus();
}

absl::StatusOr<nlohmann::json> SubmissionWriters::Judge() {
  RETURN_IF_ERROR(ReadLog());
  RepeatAll();
  RETURN_IF_ERROR(ReadLog());
  RETURN_IF_ERROR(ReadHighest());
  RETURN_IF_ERROR(VerifyReceipts());
  return history_.Judge("judge_submissions.py");
}

}  // namespace zhiping::faults
