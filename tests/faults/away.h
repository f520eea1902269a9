// The suite of P7: an assessment service whose database is taken away, and what callers and probes
// get meanwhile.
#pragma once

#include <gtest/gtest.h>

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/time/time.h"
#include "tests/faults/suite.h"
#include "zhiping/assessment/v1/assessment_service.grpc.pb.h"
#include "zhiping/assessment/v1/feed_service.grpc.pb.h"

namespace zhiping::faults {

// More than the service has threads for its database.
inline constexpr int kCallers = 48;

class AwayTest : public testing::Test {
 protected:
  // Everything, the assessment service with these flags, and one filled draft.
  void Start(const Flags& flags, const std::vector<std::string>& starter = {});

  // A new submission of the draft; the draft; the log.
  absl::Status Submit(absl::Duration timeout);
  absl::Status Read(absl::Duration timeout);
  absl::Status ListLog(absl::Duration timeout);

  // All of them succeed, and it is ready and alive.
  void ExpectWell();
  // UNAVAILABLE of the service's own, with a reason that is about databases, before the deadline.
  void ExpectUnavailable(const std::function<absl::Status(absl::Duration)>& call);

  // What Kubernetes' probes ask, on the port that speaks no TLS.
  bool Becomes(bool ready);
  bool Lives();

  struct Usage {
    int threads = 0;
    int64_t resident_kilobytes = 0;
  };
  Usage UsageNow() const;
  enum class Calls { kSucceed, kAreRefused, kAreReadOnly };
  // So many callers submit and read again and again; the most that the service used. kAreReadOnly:
  // the log is read, and nothing is submitted.
  Usage CallAtOnce(int callers, absl::Duration duration, Calls calls);
  static void ExpectNoMore(const Usage& before, const Usage& during);

  AssessmentProcess& assessment() { return *assessment_; }

 private:
  absl::Status Submit(const assessment::v1::SubmitRequest& request, absl::Duration timeout);

  const int health_port_ = processes::FreePort();
  Suite suite_;
  CatalogueProcess catalogue_{suite_};
  ScoringProcess scoring_{suite_, {{"--catalogue", catalogue_.address()}}};
  std::unique_ptr<AssessmentProcess> assessment_;
  std::shared_ptr<grpc::Channel> probes_;
  // What submits the draft.
  assessment::v1::SubmitRequest submission_;
  std::unique_ptr<assessment::v1::AssessmentService::Stub> stub_;
  std::unique_ptr<assessment::v1::FeedService::Stub> feed_;
};

}  // namespace zhiping::faults
