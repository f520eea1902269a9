// B12: events a second through WatchSubmissions of an assessment service, from when 8 writers begin
// until the follower has the last of theirs, beside the same writers without the log: the same rows
// but for the one that the sequencer takes, in a database that no service looks at; on one
// PostgreSQL, every commit synced. The writers write nothing but rows (submit_bench's), so that
// they are as fast as writers can be.
//
// Prints a JSON object: of both, the rounds, which are interleaved.
#include <atomic>
#include <cstdio>
#include <thread>
#include <vector>

#include "absl/strings/str_format.h"
#include "absl/strings/str_join.h"
#include "absl/time/clock.h"
#include "common/rpc/channel.h"
#include "tests/bench/assessments.h"
#include "tests/processes/postgres.h"
#include "zhiping/assessment/v1/feed_service.grpc.pb.h"

namespace zhiping::assessment {
namespace {

constexpr int kRounds = 5;
constexpr int kWriters = 8;
constexpr int kEach = 600;
constexpr int kOfARound = kWriters * kEach;

class Writers {
 public:
  Writers(sql::Database& database, const Stored& stored, bool log) : database_(database) {
    rows_.reserve(kRounds * kOfARound);
    for (int i = 0; i < kRounds * kOfARound; ++i) rows_.push_back(RowsOf(stored, i, log));
  }

  // Returns when all of a round are committed.
  void Write() {
    std::vector<std::thread> threads;
    for (int writer = 0; writer < kWriters; ++writer) {
      threads.emplace_back([this, first = next_ + writer * kEach] {
        for (int i = first; i < first + kEach; ++i) {
          OrDie(database_.Apply(absl::Now() + absl::Seconds(20), rows_[i]).status());
        }
      });
    }
    for (std::thread& thread : threads) thread.join();
    next_ += kOfARound;
  }

 private:
  sql::Database& database_;
  std::vector<std::vector<sql::Statement>> rows_;
  int next_ = 0;
};

// Follows the log from its beginning.
class Follower {
 public:
  explicit Follower(faults::AssessmentProcess& service)
      : stub_(v1::FeedService::NewStub(service.channel())),
        context_(rpc::NewContext(absl::Minutes(10))),
        reader_(stub_->WatchSubmissions(context_.get(), {})) {}
  ~Follower() {
    context_->TryCancel();
    reader_->Finish();
  }

  // Until so many submissions were seen altogether.
  void AwaitSubmissions(int64_t count) {
    v1::WatchSubmissionsResponse page;
    while (seen_ < count) {
      if (!reader_->Read(&page)) Die("the stream ended");
      for (const v1::ChangeEntry& entry : page.entries()) seen_ += entry.event().has_submission();
    }
    if (seen_ != count) Die("more submissions than were made");
  }

 private:
  const std::unique_ptr<v1::FeedService::Stub> stub_;
  const std::unique_ptr<grpc::ClientContext> context_;
  const std::unique_ptr<grpc::ClientReader<v1::WatchSubmissionsResponse>> reader_;
  int64_t seen_ = 0;
};

std::string Json(const std::vector<double>& numbers) {
  return absl::StrCat("[",
                      absl::StrJoin(numbers, ", ",
                                    [](std::string* out, double number) {
                                      absl::StrAppendFormat(out, "%.1f", number);
                                    }),
                      "]");
}

void Run() {
  processes::Postgres server;
  const auto new_setting = [&] { return server.Url(server.NewDatabase()); };
  AssessmentSuite suite;
  const Stored stored = suite.SubmitOne(new_setting());
  const auto filled = [&](const std::string& setting) {
    OpenStore open = OpenOrDie(setting, kWriters);
    FillDrafts(*open.store, stored, kRounds * kOfARound);
    return open;
  };
  const std::string followed = new_setting();
  const OpenStore with = filled(followed), without = filled(new_setting());
  const auto service = suite.Start(followed);
  Follower follower(*service);
  Writers logged(*with.database, stored, true), bare(*without.database, stored, false);
  std::vector<double> events, written, bare_written;
  for (int round = 0; round < kRounds; ++round) {
    const auto rate = [begin = absl::Now()] {
      return kOfARound / absl::ToDoubleSeconds(absl::Now() - begin);
    };
    double committed = 0;
    std::thread writing([&] {
      logged.Write();
      committed = rate();
    });
    follower.AwaitSubmissions(int64_t{kOfARound} * (round + 1));
    events.push_back(rate());
    writing.join();
    written.push_back(committed);
    const absl::Time begin = absl::Now();
    bare.Write();
    bare_written.push_back(kOfARound / absl::ToDoubleSeconds(absl::Now() - begin));
  }
  std::printf("{\"events\": %s, \"written\": %s, \"without\": %s}\n", Json(events).c_str(),
              Json(written).c_str(), Json(bare_written).c_str());
}

}  // namespace
}  // namespace zhiping::assessment

int main() {
  zhiping::assessment::Run();
  return 0;
}
