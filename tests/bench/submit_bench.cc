// B7: Submit over gRPC, scored by the scoring service and signed, with every service a process of
// its own, beside the rows that it writes, each submission's in one transaction and one round trip,
// with nothing else; on a database of the same server, or the same disk, every commit synced.
//
// `submit_bench sqlite|postgres` prints a JSON object: for 1 and for 16 callers the calls a second
// and the median and p99 of a call in milliseconds, a list of rounds each, which are interleaved.
#include <algorithm>
#include <cstdio>
#include <functional>
#include <thread>
#include <vector>

#include "absl/strings/str_format.h"
#include "absl/strings/str_join.h"
#include "absl/strings/string_view.h"
#include "absl/time/clock.h"
#include "common/rpc/channel.h"
#include "common/rpc/status.h"
#include "tests/bench/assessments.h"
#include "tests/processes/postgres.h"
#include "zhiping/assessment/v1/assessment_service.grpc.pb.h"

namespace zhiping::assessment {
namespace {

constexpr int kRounds = 5;
constexpr int kManyCallers = 16;
// Of one caller in a round.
constexpr int kCallsOfOne = 200;

struct Side {
  std::vector<double> per_second, median, p99;
};

// Each caller calls `once` with numbers that no other had.
class Calls {
 public:
  explicit Calls(std::function<void(int caller, int number)> once) : once_(std::move(once)) {}

  void Run(int callers, int calls_of_each, Side& side) {
    std::vector<std::vector<absl::Duration>> took(callers);
    std::vector<std::thread> threads;
    const absl::Time begin = absl::Now();
    for (int caller = 0; caller < callers; ++caller) {
      const int first = next_ + caller * calls_of_each;
      threads.emplace_back([this, &took, caller, first, calls_of_each] {
        for (int i = 0; i < calls_of_each; ++i) {
          const absl::Time called = absl::Now();
          once_(caller, first + i);
          took[caller].push_back(absl::Now() - called);
        }
      });
    }
    for (std::thread& thread : threads) thread.join();
    const double seconds = absl::ToDoubleSeconds(absl::Now() - begin);
    next_ += callers * calls_of_each;
    std::vector<absl::Duration> all;
    for (const auto& each : took) all.insert(all.end(), each.begin(), each.end());
    std::sort(all.begin(), all.end());
    side.per_second.push_back(static_cast<double>(all.size()) / seconds);
    side.median.push_back(absl::ToDoubleMilliseconds(all[all.size() / 2]));
    side.p99.push_back(absl::ToDoubleMilliseconds(all[all.size() * 99 / 100]));
  }

 private:
  const std::function<void(int caller, int number)> once_;
  int next_ = 0;
};

std::string Json(const std::vector<double>& numbers) {
  return absl::StrCat("[",
                      absl::StrJoin(numbers, ", ",
                                    [](std::string* out, double number) {
                                      absl::StrAppendFormat(out, "%.3f", number);
                                    }),
                      "]");
}

std::string Json(const Side& side) {
  return absl::StrCat("{\"per_second\": ", Json(side.per_second),
                      ", \"median\": ", Json(side.median), ", \"p99\": ", Json(side.p99), "}");
}

// `new_setting` gives new, empty databases.
void Measure(const std::function<std::string()>& new_setting, int calls_of_many) {
  AssessmentSuite suite;
  const Stored stored = suite.SubmitOne(new_setting());
  const int drafts = kRounds * (kCallsOfOne + kManyCallers * calls_of_many);
  const OpenStore raw = OpenOrDie(new_setting(), kManyCallers);
  FillDrafts(*raw.store, stored, drafts);
  const std::string setting = new_setting();
  FillDrafts(*OpenOrDie(setting).store, stored, drafts);
  // As many as the rows alone are written through.
  const auto service =
      suite.Start(setting, {{"--database-connections", absl::StrCat(kManyCallers)}});
  const auto stub = v1::AssessmentService::NewStub(service->channel());

  // Made before they are timed.
  std::vector<std::vector<sql::Statement>> rows;
  rows.reserve(drafts);
  for (int number = 0; number < drafts; ++number) rows.push_back(RowsOf(stored, number, true));
  Calls writes([&](int, int number) {
    OrDie(raw.database->Apply(absl::Now() + absl::Seconds(20), rows[number]).status());
  });
  Calls submits([&](int, int number) {
    const auto context = rpc::NewContext(absl::Seconds(20));
    v1::SubmitResponse response;
    OrDie(rpc::FromGrpcStatus(
        stub->Submit(context.get(), SubmitRequestOf(stored, number), &response)));
  });
  std::vector<std::string> printed;
  for (const int callers : {1, kManyCallers}) {
    Side by_raw, by_us;
    for (int round = 0; round < kRounds; ++round) {
      const int calls = callers == 1 ? kCallsOfOne : calls_of_many;
      writes.Run(callers, calls, by_raw);
      submits.Run(callers, calls, by_us);
    }
    printed.push_back(
        absl::StrFormat("\"%d\": {\"raw\": %s, \"ours\": %s}", callers, Json(by_raw), Json(by_us)));
  }
  std::printf("{%s}\n", absl::StrJoin(printed, ", ").c_str());
}

int Main(absl::string_view database) {
  if (database == "sqlite") {
    Measure([] { return absl::StrCat("sqlite:", processes::NewFolder(), "/assessment.db"); }, 20);
  } else if (database == "postgres") {
    processes::Postgres server;
    Measure([&] { return server.Url(server.NewDatabase()); }, 100);
  } else {
    std::fprintf(stderr, "usage: submit_bench sqlite|postgres\n");
    return 2;
  }
  return 0;
}

}  // namespace
}  // namespace zhiping::assessment

int main(int argc, char** argv) { return zhiping::assessment::Main(argc > 1 ? argv[1] : ""); }
