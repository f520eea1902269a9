// Enterprises that submit again and again, several at a time for the same assessments, some of
// which are edited meanwhile, and write down what they were answered; and what is there afterwards.
//
//   SubmissionWriters writers(assessment.channel(), scoring.channel(), seed);
//   ASSERT_OK(writers.Prepare());
//   writers.WriteWhile([&] { … kill something … });
//   const auto verdict = writers.Judge();
#pragma once

#include <atomic>
#include <cstdint>
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <nlohmann/json.hpp>
#include <random>
#include <string>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/synchronization/mutex.h"
#include "grpcpp/channel.h"
#include "tests/oracle/history.h"
#include "zhiping/assessment/v1/assessment_service.grpc.pb.h"

namespace zhiping::faults {

// REQUIRES: used in one thread, but for acknowledged().
class SubmissionWriters {
 public:
  // What the writers choose follows from the seed. `scoring`: verifies receipts.
  SubmissionWriters(const std::shared_ptr<grpc::Channel>& channel,
                    const std::shared_ptr<grpc::Channel>& scoring, uint32_t seed);

  // A campaign, and filled drafts.
  absl::Status Prepare();
  // Writers write while `disturb` does what it does.
  void WriteWhile(const std::function<void()>& disturb);
  // How many requests were acknowledged so far.
  int acknowledged() const { return acknowledged_; }
  // Reads the log, repeats every request, reads the log again, asks for the highest numbers and has
  // every receipt verified; then the verdict of judge_submissions.py over everything up to now.
  // REQUIRES: the service serves.
  absl::StatusOr<nlohmann::json> Judge();

 private:
  struct Asked {
    assessment::v1::SubmitRequest request;
    // False: it lacks what every submission needs, and is refused.
    bool right = true;
    // Its draft is edited: it may be too late.
    bool edited = false;
  };
  enum class Outcome { kAcknowledged, kUnknown, kRefused };

  // One call, written down.
  Outcome Submit(assessment::v1::AssessmentService::Stub& stub, int writer, const Asked& asked,
                 absl::Duration timeout);
  // A new request for one of the drafts that are submitted at present.
  const Asked& Next(std::mt19937& random);
  void Write(int writer, const std::atomic<bool>& stop);
  // Changes an answer of the drafts that are edited, again and again.
  void Edit(const std::atomic<bool>& stop);
  absl::Status ReadLog();
  void RepeatAll();
  absl::Status ReadHighest();
  absl::Status VerifyReceipts();

  const std::shared_ptr<grpc::Channel> channel_;
  const std::shared_ptr<grpc::Channel> scoring_;
  const uint32_t seed_;
  History history_;
  std::atomic<int> acknowledged_ = 0;
  int readings_ = 0;
  // How often it was written.
  uint32_t written_ = 0;
  // Those that are edited last; their etags are of before.
  std::vector<assessment::v1::SubmitRequest> drafts_;
  absl::Mutex mutex_;
  // Of the drafts, as far as it is known.
  std::vector<std::string> etags_ ABSL_GUARDED_BY(mutex_);
  // By number.
  std::map<std::string, std::string> receipts_ ABSL_GUARDED_BY(mutex_);
  // How many requests there were for each draft.
  std::vector<int> asked_of_ ABSL_GUARDED_BY(mutex_);
  // The draft from which on there may be more.
  size_t first_ ABSL_GUARDED_BY(mutex_) = 0;
  std::deque<Asked> asked_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace zhiping::faults
