// P1 and P2: an acknowledged submission is never lost, and never counted twice, whatever is killed
// while enterprises submit. P7: with its database away or frozen the service says so within the
// deadline, and recovers without a restart.
#include <atomic>
#include <iostream>
#include <map>
#include <mutex>
#include <random>
#include <set>
#include <thread>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/time/clock.h"
#include "common/rpc/channel.h"
#include "common/rpc/status.h"
#include "tests/faults/drafts.h"
#include "tests/faults/power_cut.h"
#include "tests/faults/suite.h"
#include "tests/integration/catalogue/catalogue_under_test.h"
#include "tests/processes/postgres.h"
#include "tests/processes/tcp_gate.h"
#include "tests/unit/status_matchers.h"
#include "zhiping/assessment/v1/assessment_service.grpc.pb.h"
#include "zhiping/assessment/v1/feed_service.grpc.pb.h"

namespace zhiping::faults {
namespace {

namespace v1 = assessment::v1;
using catalogue::Call;
using processes::Eventually;
using AssessmentStub = v1::AssessmentService::Stub;

constexpr char kCampaign[] = "always";
constexpr int kWriters = 8;
constexpr int kDraftsOfEach = 12;
constexpr size_t kAttemptsOfADraft = 100;
constexpr absl::Duration kPatience = absl::Seconds(10);

std::string UuidOf(int64_t number) {
  return absl::StrFormat("00000000-0000-4000-8000-%012d", number);
}

// What became of a request to submit.
struct Attempt {
  v1::SubmitRequest request;
  // The acknowledgement; empty: unknown, it may have been done or not.
  std::string response;
};

class LostSubmissionsTest : public testing::Test {
 protected:
  LostSubmissionsTest() {
    std::random_device device;
    const char* const given = std::getenv("ZHIPING_SEED");
    seed_ = given == nullptr ? device() : static_cast<uint32_t>(std::stoul(given));
    std::cout << "ZHIPING_SEED=" << seed_ << "\n";
    random_.seed(seed_);
  }

  void Start(const Flags& flags, const std::vector<std::string>& starter = {}) {
    catalogue_.StartAndAwait();
    catalogue_.PublishNew();
    scoring_.StartAndAwait();
    ASSERT_TRUE(scoring_.Reaches(1));
    assessment_ = std::make_unique<AssessmentProcess>(suite_, catalogue_, scoring_, flags, starter);
    assessment_->StartAndAwait();
    Prepare();
  }

  // Filled drafts for each writer: an assessment is not submitted without end.
  void Prepare() {
    Drafts drafts(assessment_->channel());
    ASSERT_OK(drafts.OpenCampaign(kCampaign));
    for (int draft = 0; draft < kWriters * kDraftsOfEach; ++draft) {
      ASSERT_OK(drafts.Register(draft));
      const auto submission = drafts.Fill(draft, kCampaign);
      ASSERT_OK(submission);
      submissions_.push_back(*submission);
    }
  }

  static grpc::Status Submit(AssessmentStub& stub, const v1::SubmitRequest& request,
                             v1::SubmitResponse& response, absl::Duration timeout) {
    const auto context = rpc::NewContext(timeout);
    return stub.Submit(context.get(), request, &response);
  }

  // Submits again and again until it is told to stop. Each request is repeated with its id until it
  // is acknowledged, or given up on as unknown.
  void Write(int writer, const std::atomic<bool>& stop, std::vector<Attempt>& history) {
    const auto stub = v1::AssessmentService::NewStub(assessment_->channel());
    while (!stop) {
      Attempt attempt;
      const size_t draft = history.size() / kAttemptsOfADraft % kDraftsOfEach;
      attempt.request = submissions_[writer * kDraftsOfEach + draft];
      attempt.request.set_request_id(UuidOf(next_submission_++));
      for (int tried = 0; tried < 3 && attempt.response.empty() && !stop; ++tried) {
        v1::SubmitResponse response;
        const grpc::Status status =
            Submit(*stub, attempt.request, response, absl::Milliseconds(700));
        if (status.ok()) {
          attempt.response = response.SerializeAsString();
        } else if (status.error_code() == grpc::StatusCode::UNAVAILABLE ||
                   status.error_code() == grpc::StatusCode::RESOURCE_EXHAUSTED) {
          // As callers do, who do not ask a service that is away, or busy, without a pause.
          absl::SleepFor(absl::Milliseconds(30));
        } else if (status.error_code() != grpc::StatusCode::DEADLINE_EXCEEDED &&
                   status.error_code() != grpc::StatusCode::ABORTED) {
          ADD_FAILURE() << "a submission failed: " << rpc::FromGrpcStatus(status);
          return;
        }
      }
      history.push_back(std::move(attempt));
    }
  }

  // Writers write while `disturb` does what it does.
  std::vector<std::vector<Attempt>> WriteWhile(const std::function<void()>& disturb) {
    std::atomic<bool> stop = false;
    std::vector<std::vector<Attempt>> histories(kWriters);
    std::vector<std::thread> writers;
    for (int writer = 0; writer < kWriters; ++writer) {
      writers.emplace_back([&, writer] { Write(writer, stop, histories[writer]); });
    }
    disturb();
    stop = true;
    for (std::thread& writer : writers) writer.join();
    return histories;
  }

  // Every entry of the log of changes.
  std::vector<v1::ChangeEntry> ReadLog() {
    const auto feed = v1::FeedService::NewStub(assessment_->channel());
    std::vector<v1::ChangeEntry> entries;
    v1::ListSubmissionChangesRequest request;
    request.set_page_size(500);
    request.set_wait_seconds(1);
    while (true) {
      const auto page = Call<v1::ListSubmissionChangesResponse>(
          *feed, &v1::FeedService::Stub::ListSubmissionChanges, request);
      EXPECT_OK(page);
      if (!page.ok() || page->entries().empty()) return entries;
      entries.insert(entries.end(), page->entries().begin(), page->entries().end());
      *request.mutable_after() = page->next();
    }
  }

  struct Verdict {
    int acknowledged = 0;
    int unknown = 0;
    // Acknowledged, and not answered with the same bytes any more, or not in the log.
    int lost = 0;
    // Made more often than they were asked for.
    int twice = 0;
  };

  // What the store has of what the histories say.
  Verdict Judge(const std::vector<std::vector<Attempt>>& histories) {
    Verdict verdict;
    // How often the log says that each submission was made, by its receipt.
    std::map<std::string, int> made;
    std::map<std::string, std::set<int>> numbers;
    for (const v1::ChangeEntry& entry : ReadLog()) {
      if (!entry.event().has_submission() || !entry.event().submission().has_content()) continue;
      const v1::SubmissionChanged& change = entry.event().submission();
      ++made[change.receipt_no()];
      if (!numbers[change.key().enterprise()].insert(change.key().number()).second) {
        ++verdict.twice;
      }
    }
    size_t asked = 0;
    const auto stub = v1::AssessmentService::NewStub(assessment_->channel());
    for (const auto& history : histories) {
      asked += history.size();
      for (const Attempt& attempt : history) {
        if (attempt.response.empty()) {
          ++verdict.unknown;
          continue;
        }
        ++verdict.acknowledged;
        v1::SubmitResponse first, again;
        EXPECT_TRUE(first.ParseFromString(attempt.response));
        const grpc::Status status = Submit(*stub, attempt.request, again, kPatience);
        const bool same = status.ok() && again.SerializeAsString() == attempt.response;
        const int count = made[first.submission().receipt_no()];
        if (!same || count == 0) ++verdict.lost;
        if (count > 1) ++verdict.twice;
      }
    }
    int total = 0;
    for (const auto& [uscc, of] : numbers) {
      total += static_cast<int>(of.size());
      // From 1, without gaps.
      EXPECT_EQ(*of.rbegin(), static_cast<int>(of.size())) << uscc;
    }
    EXPECT_LE(total, static_cast<int>(asked));
    EXPECT_GE(total, verdict.acknowledged - verdict.lost);
    std::cout << "acknowledged " << verdict.acknowledged << ", unknown " << verdict.unknown
              << ", lost " << verdict.lost << ", twice " << verdict.twice << "\n";
    return verdict;
  }

  void Pause(int least, int most) {
    absl::SleepFor(absl::Milliseconds(std::uniform_int_distribution<int>(least, most)(random_)));
  }
  bool Serves() {
    return Eventually([this] { return assessment_->Serving(); }, absl::Seconds(30));
  }

  uint32_t seed_ = 0;
  std::mt19937 random_;
  Suite suite_;
  CatalogueProcess catalogue_{suite_};
  ScoringProcess scoring_{suite_, {{"--catalogue", catalogue_.address()}}};
  std::unique_ptr<AssessmentProcess> assessment_;
  // What each writer submits, again and again.
  std::vector<v1::SubmitRequest> submissions_;
  std::atomic<int64_t> next_submission_ = 1'000'000;
};

TEST_F(LostSubmissionsTest, OnSqliteNothingIsLostThatWasAcknowledgedWhenTheServiceIsKilled) {
  Start({});
  const auto histories = WriteWhile([&] {
    for (int round = 0; round < 8; ++round) {
      Pause(200, 900);
      assessment_->Kill();
      Pause(0, 200);
      assessment_->Start();
      EXPECT_TRUE(Serves());
    }
    Pause(300, 500);
  });
  const Verdict verdict = Judge(histories);
  EXPECT_GT(verdict.acknowledged, 100);
  EXPECT_EQ(verdict.lost, 0);
  EXPECT_EQ(verdict.twice, 0);
}

class PowerCutTest : public LostSubmissionsTest {
 protected:
  void StartOnSqlite() {
    Start({{"--database", absl::StrCat("sqlite:", folder_, "/assessment.db")}}, power_.starter());
  }
  // How many writes were taken back is `taken_back_`.
  std::vector<std::vector<Attempt>> WriteWhileThePowerIsCut(int rounds) {
    return WriteWhile([&] {
      for (int round = 0; round < rounds; ++round) {
        Pause(200, 900);
        assessment_->Kill();
        taken_back_ += power_.Cut(folder_);
        assessment_->Start();
        EXPECT_TRUE(Serves());
      }
      Pause(300, 500);
    });
  }

  const std::string folder_ = processes::NewFolder();
  const PowerCut power_;
  int taken_back_ = 0;
};

TEST_F(PowerCutTest, OnSqliteNothingIsLostThatWasAcknowledged) {
  StartOnSqlite();
  const Verdict verdict = Judge(WriteWhileThePowerIsCut(8));
  EXPECT_GT(verdict.acknowledged, 100);
  EXPECT_EQ(verdict.lost, 0);
  EXPECT_EQ(verdict.twice, 0);
  // The power was cut while something was under way.
  EXPECT_GT(taken_back_, 0);
}

// The control: without what P1 rests on, acknowledged submissions are lost, and this test sees it.
TEST_F(PowerCutTest, OnSqliteWithoutSyncsAcknowledgedOnesAreLost) {
  StartOnSqlite();
  power_.IgnoreSyncs();
  EXPECT_GT(Judge(WriteWhileThePowerIsCut(1)).lost, 0);
}

class PostgresLostSubmissionsTest : public LostSubmissionsTest {
 protected:
  // Kills all of PostgreSQL's processes, and the service, at random moments.
  std::vector<std::vector<Attempt>> WriteWhileKilled(processes::Postgres& postgres, int rounds) {
    return WriteWhile([&] {
      for (int round = 0; round < rounds; ++round) {
        Pause(200, 900);
        postgres.Kill();
        if (round % 2 == 1) assessment_->Kill();
        Pause(0, 200);
        postgres.Start();
        if (round % 2 == 1) assessment_->Start();
        EXPECT_TRUE(Serves());
      }
      Pause(300, 500);
    });
  }
  Flags On(processes::Postgres& postgres, int port = 0) {
    return {{"--database", postgres.Url(postgres.NewDatabase(), port)}};
  }
};

TEST_F(PostgresLostSubmissionsTest, NothingIsLostThatWasAcknowledgedWhenEverythingIsKilled) {
  processes::Postgres postgres;
  Start(On(postgres));
  const Verdict verdict = Judge(WriteWhileKilled(postgres, 6));
  EXPECT_GT(verdict.acknowledged, 100);
  EXPECT_EQ(verdict.lost, 0);
  EXPECT_EQ(verdict.twice, 0);
}

// The control: without what P1 rests on, acknowledged submissions are lost, and this test sees it.
TEST_F(PostgresLostSubmissionsTest, WithoutSynchronousCommitAcknowledgedOnesAreLost) {
  processes::Postgres postgres(
      {.fsync = true,
       .more = {"synchronous_commit=off", "wal_writer_delay=10s", "wal_writer_flush_after=0"},
       .primary = nullptr});
  Start(On(postgres));
  int lost = 0;
  for (int tried = 0; tried < 5 && lost == 0; ++tried) {
    lost = Judge(WriteWhileKilled(postgres, 2)).lost;
  }
  EXPECT_GT(lost, 0);
}

TEST_F(PostgresLostSubmissionsTest, ADatabaseThatIsFrozenOrAwayIsSaidInTimeAndComesBack) {
  processes::Postgres postgres;
  processes::TcpGate gate(postgres.port());
  Start(On(postgres, gate.port()));
  const auto stub = v1::AssessmentService::NewStub(assessment_->channel());
  const auto ask = [&](absl::Duration timeout) {
    v1::GetAssessmentRequest request;
    *request.mutable_key() = submissions_[0].key();
    v1::GetAssessmentResponse response;
    const auto context = rpc::NewContext(timeout);
    return rpc::FromGrpcStatus(stub->GetAssessment(context.get(), request, &response));
  };
  ASSERT_OK(ask(kPatience));
  for (const bool frozen : {true, false}) {
    if (frozen) {
      postgres.Freeze();
    } else {
      gate.Cut();
    }
    const absl::Time begun = absl::Now();
    const absl::Status refused = ask(absl::Seconds(2));
    EXPECT_TRUE(absl::IsUnavailable(refused)) << refused;
    EXPECT_LT(absl::Now() - begun, absl::Seconds(3));
    // Readiness follows.
    EXPECT_TRUE(Eventually([&] { return !assessment_->Serving(); }, absl::Seconds(10)));
    if (frozen) {
      postgres.Thaw();
    } else {
      gate.Open();
    }
    EXPECT_TRUE(Serves());
    EXPECT_OK(ask(kPatience));
  }
}

}  // namespace
}  // namespace zhiping::faults
