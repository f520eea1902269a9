#include "tests/faults/away.h"

#include <grpcpp/create_channel.h>

#include <algorithm>
#include <atomic>
#include <iostream>
#include <sstream>
#include <thread>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "common/rpc/channel.h"
#include "common/rpc/status.h"
#include "common/status/error.h"
#include "tests/faults/drafts.h"
#include "tests/integration/catalogue/catalogue_under_test.h"
#include "tests/unit/status_matchers.h"

namespace zhiping::faults {
namespace {

namespace v1 = assessment::v1;
using catalogue::NewRequestId;

constexpr char kCampaign[] = "always";
constexpr absl::Duration kPatience = absl::Seconds(10);
// Of callers who are told that the database is away.
constexpr absl::Duration kTimeout = absl::Seconds(2);

bool IsSaidOfADatabase(const absl::Status& status) {
  return absl::IsUnavailable(status) &&
         (absl::StartsWith(Reason::Value_Name(DetailOf(status).reason()), "DATABASE_") ||
          DetailOf(status).reason() == Reason::COMMIT_UNKNOWN ||
          DetailOf(status).reason() == Reason::AUDIT_UNAVAILABLE);
}

// The number after `name` in /proc/PID/status.
int64_t StatusOf(pid_t pid, const std::string& name) {
  std::istringstream lines(processes::Contents(absl::StrCat("/proc/", pid, "/status")));
  for (std::string word; lines >> word;) {
    int64_t value = 0;
    if (word == name + ":" && lines >> value) return value;
  }
  return 0;
}

}  // namespace

void AwayTest::Start(const Flags& flags, const std::vector<std::string>& starter) {
  catalogue_.StartAndAwait();
  catalogue_.PublishNew();
  scoring_.StartAndAwait();
  ASSERT_TRUE(scoring_.Reaches(1));
  const std::string probes = absl::StrCat("127.0.0.1:", health_port_);
  assessment_ = std::make_unique<AssessmentProcess>(
      suite_, catalogue_, scoring_, With(flags, {{"--health-listen", probes}}), starter);
  assessment_->StartAndAwait();
  probes_ = grpc::CreateChannel(probes, grpc::InsecureChannelCredentials());
  stub_ = v1::AssessmentService::NewStub(assessment_->channel());
  feed_ = v1::FeedService::NewStub(assessment_->channel());
  Drafts drafts(assessment_->channel());
  ASSERT_OK(drafts.OpenCampaign(kCampaign));
  ASSERT_OK(drafts.Register(0));
  const auto submission = drafts.Fill(0, kCampaign);
  ASSERT_OK(submission);
  submission_ = *submission;
  submission_.set_request_id(NewRequestId());
}

absl::Status AwayTest::Submit(absl::Duration timeout) {
  v1::SubmitRequest request = submission_;
  request.set_request_id(NewRequestId());
  return Submit(request, timeout);
}

absl::Status AwayTest::Submit(const v1::SubmitRequest& request, absl::Duration timeout) {
  v1::SubmitResponse response;
  const auto context = rpc::NewContext(timeout);
  return rpc::FromGrpcStatus(stub_->Submit(context.get(), request, &response));
}

absl::Status AwayTest::Read(absl::Duration timeout) {
  v1::GetAssessmentRequest request;
  *request.mutable_key() = submission_.key();
  v1::GetAssessmentResponse response;
  const auto context = rpc::NewContext(timeout);
  return rpc::FromGrpcStatus(stub_->GetAssessment(context.get(), request, &response));
}

absl::Status AwayTest::ListLog(absl::Duration timeout) {
  v1::ListSubmissionChangesResponse response;
  const auto context = rpc::NewContext(timeout);
  return rpc::FromGrpcStatus(
      feed_->ListSubmissionChanges(context.get(), v1::ListSubmissionChangesRequest(), &response));
}

void AwayTest::ExpectWell() {
  EXPECT_OK(Submit(kPatience));
  EXPECT_OK(Read(kPatience));
  EXPECT_OK(ListLog(kPatience));
  EXPECT_TRUE(Becomes(/*ready=*/true));
  EXPECT_TRUE(Lives());
}

void AwayTest::ExpectUnavailable(const std::function<absl::Status(absl::Duration)>& call) {
  const absl::Time begun = absl::Now();
  const absl::Status status = call(kTimeout);
  EXPECT_TRUE(IsSaidOfADatabase(status)) << status;
  EXPECT_LT(absl::Now() - begun, kTimeout);
}

bool AwayTest::Becomes(bool ready) {
  return processes::Eventually(
      [&] { return HealthSays(probes_, "") == ready && assessment_->Serving() == ready; });
}

bool AwayTest::Lives() { return HealthSays(probes_, "liveness"); }

AwayTest::Usage AwayTest::UsageNow() const {
  const pid_t pid = assessment_->pid();
  return {static_cast<int>(StatusOf(pid, "Threads")), StatusOf(pid, "VmRSS")};
}

AwayTest::Usage AwayTest::CallAtOnce(int callers, absl::Duration duration, Calls calls) {
  // Once, since an assessment takes so many submissions only: it is answered again and again.
  if (calls == Calls::kSucceed) {
    EXPECT_OK(Submit(submission_, kPatience));
  }
  const absl::Time end = absl::Now() + duration;
  std::atomic<int> as_expected = 0, others = 0, late = 0;
  std::vector<std::thread> threads;
  for (int caller = 0; caller < callers; ++caller) {
    threads.emplace_back([&, caller] {
      const bool reads = caller % 2 == 0;
      const bool succeeds = calls == Calls::kSucceed || (reads && calls == Calls::kAreReadOnly);
      while (absl::Now() < end) {
        const absl::Time begun = absl::Now();
        const absl::Status status = reads && succeeds ? ListLog(kTimeout)
                                    : reads           ? Read(kTimeout)
                                    : succeeds        ? Submit(submission_, kTimeout)
                                                      : Submit(kTimeout);
        const bool expected = succeeds ? status.ok() : IsSaidOfADatabase(status);
        if (!expected && others++ == 0) std::cout << status << "\n";
        if (expected) ++as_expected;
        if (absl::Now() - begun > kTimeout) ++late;
        // As callers do, who do not ask a service that is away without a pause.
        absl::SleepFor(absl::Milliseconds(20));
      }
    });
  }
  Usage most;
  while (absl::Now() < end) {
    const Usage now = UsageNow();
    most.threads = std::max(most.threads, now.threads);
    most.resident_kilobytes = std::max(most.resident_kilobytes, now.resident_kilobytes);
    absl::SleepFor(absl::Milliseconds(50));
  }
  for (std::thread& thread : threads) thread.join();
  std::cout << as_expected << " calls as expected, " << others << " others, " << late << " late; "
            << most.threads << " threads, " << most.resident_kilobytes << " kB\n";
  EXPECT_GT(as_expected, callers);
  EXPECT_EQ(others, 0);
  EXPECT_EQ(late, 0);
  return most;
}

void AwayTest::ExpectNoMore(const Usage& before, const Usage& during) {
  constexpr int kFewThreads = 4;
  constexpr int64_t kFewKilobytes = 16 << 10;
  EXPECT_LE(during.threads, before.threads + kFewThreads);
  EXPECT_LE(during.resident_kilobytes, before.resident_kilobytes + kFewKilobytes);
}

}  // namespace zhiping::faults
