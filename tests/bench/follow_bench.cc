// B5 and B6: how soon criteria reach scoring, with every service a process of its own.
//
// publish: how far apart instances apply a scheduled switch, and how long it takes from the instant
// at which a publication is in force until callers get the first answer under it, on each of three
// instances, while 16 callers score without a pause; by the stream, and by polls alone. start: from
// the start of a scoring process until it answers under the release in force, which it gets from
// Redis, from the catalogue, or from its own folder. Each prints one JSON object, in milliseconds.
#include <arpa/inet.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <cstdio>
#include <list>
#include <thread>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/str_join.h"
#include "absl/strings/string_view.h"
#include "absl/time/clock.h"
#include "common/time/timestamp.h"
#include "tests/faults/catalogue_proxy.h"
#include "tests/faults/observed_answers.h"
#include "tests/faults/suite.h"
#include "tests/processes/redis_server.h"

namespace zhiping::faults {
namespace {

constexpr int kInstances = 3;
constexpr int kCallers = 16;
constexpr int kByStream = 60;
constexpr int kByPolls = 12;
constexpr int kScheduled = 20;
constexpr char kPollInterval[] = "1s";
constexpr int kStarts = 11;

[[noreturn]] void Die(absl::string_view what) {
  std::fprintf(stderr, "%.*s\n", static_cast<int>(what.size()), what.data());
  std::exit(1);
}

// Callers, each asking one instance after the other, from when they are made until Stop.
class Callers {
 public:
  explicit Callers(const std::list<ScoringProcess>& instances) : answers_(kCallers) {
    for (int caller = 0; caller < kCallers; ++caller) {
      threads_.emplace_back([this, &instances, caller] {
        for (int turn = caller; !ending_; ++turn) {
          const int number = turn % kInstances;
          const auto& instance = *std::next(instances.begin(), number);
          const absl::Time begin = absl::Now();
          const auto score = instance.Score();
          if (!score.ok()) Die(score.status().ToString());
          answers_[caller].push_back({number, begin, absl::Now(), score->result().revision(),
                                      score->result().release_digest()});
        }
      });
    }
  }

  std::vector<ObservedAnswer> Stop() {
    ending_ = true;
    for (auto& thread : threads_) thread.join();
    std::vector<ObservedAnswer> all;
    for (const auto& answers : answers_) all.insert(all.end(), answers.begin(), answers.end());
    return all;
  }

 private:
  std::atomic<bool> ending_ = false;
  std::vector<std::vector<ObservedAnswer>> answers_;
  std::vector<std::thread> threads_;
};

struct Propagation {
  absl::Duration median, p99;
  double answers_per_second = 0;
};

// Instances that follow whoever listens at `address`; `publications` one after the other.
Propagation MeasurePropagation(const Suite& suite, CatalogueProcess& catalogue,
                               const std::string& address, int publications,
                               absl::Duration between) {
  std::list<ScoringProcess> instances;
  for (int i = 0; i < kInstances; ++i) {
    instances.emplace_back(suite,
                           Flags{{"--catalogue", address}, {"--poll-interval", kPollInterval}});
    instances.back().StartAndAwait();
  }
  std::vector<std::string> imported;
  const size_t before = catalogue.Activations().size();
  Callers callers(instances);
  const absl::Time begin = absl::Now();
  for (int i = 0; i < publications; ++i) {
    const int32_t revision = catalogue.PublishNew().revision();
    for (const auto& instance : instances) {
      if (!instance.Reaches(revision)) Die("a publication is not in force");
    }
    absl::SleepFor(between);
  }
  const double seconds = absl::ToDoubleSeconds(absl::Now() - begin);
  const auto answers = callers.Stop();
  auto activations = catalogue.Activations();
  activations.erase(activations.begin(), activations.begin() + static_cast<int64_t>(before));
  const auto delays = DelaysUntilAnswered(activations, answers, kInstances);
  return {Percentile(delays, 0.5), Percentile(delays, 0.99),
          static_cast<double>(answers.size()) / seconds};
}

// How far apart the instances switch, of those scheduled switches that lie furthest apart; under
// the same callers.
absl::Duration MeasureSwitches(const Suite& suite, CatalogueProcess& catalogue) {
  std::list<ScoringProcess> instances;
  for (int i = 0; i < kInstances; ++i) {
    instances.emplace_back(suite, Flags{{"--catalogue", catalogue.address()}});
    instances.back().StartAndAwait();
  }
  Callers callers(instances);
  std::vector<int32_t> revisions;
  for (int i = 0; i < kScheduled; ++i) {
    catalogue::v1::PublishReleaseRequest request;
    request.set_digest(catalogue.ImportNew());
    *request.mutable_in_force_from() = ToTimestamp(absl::Now() + absl::Milliseconds(1500));
    const auto published = catalogue.Publish(std::move(request));
    if (!published.ok()) Die(published.status().ToString());
    revisions.push_back(published->activation().revision());
    for (const auto& instance : instances) {
      if (!instance.Reaches(revisions.back())) Die("a scheduled release is not in force");
    }
  }
  callers.Stop();
  return SwitchesApart(instances, revisions).back();
}

void MeasurePublish() {
  const Suite suite;
  CatalogueProcess catalogue(suite);
  catalogue.StartAndAwait();
  catalogue.PublishNew();
  const auto stream =
      MeasurePropagation(suite, catalogue, catalogue.address(), kByStream, absl::Milliseconds(100));
  CatalogueProxy proxy(catalogue.address());
  proxy.Set(CatalogueProxy::Streams::kRefused);
  // Not in step with the polls.
  const auto polls =
      MeasurePropagation(suite, catalogue, proxy.address(), kByPolls, absl::Milliseconds(370));
  const absl::Duration apart = MeasureSwitches(suite, catalogue);
  absl::Duration interval;
  absl::ParseDuration(kPollInterval, &interval);
  std::printf(
      "{\"stream_median\": %.1f, \"stream_p99\": %.1f, \"stream_answers\": %.0f, "
      "\"polls_median\": %.1f, \"polls_p99\": %.1f, \"poll_interval\": %.0f, "
      "\"switches_apart\": %.1f}\n",
      absl::ToDoubleMilliseconds(stream.median), absl::ToDoubleMilliseconds(stream.p99),
      stream.answers_per_second, absl::ToDoubleMilliseconds(polls.median),
      absl::ToDoubleMilliseconds(polls.p99), absl::ToDoubleMilliseconds(interval),
      absl::ToDoubleMilliseconds(apart));
}

bool Listens(int port) {
  const int socket = ::socket(AF_INET, SOCK_STREAM, 0);
  sockaddr_in address = {};
  address.sin_family = AF_INET;
  address.sin_port = htons(static_cast<uint16_t>(port));
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  const bool connected =
      connect(socket, reinterpret_cast<const sockaddr*>(&address), sizeof(address)) == 0;
  close(socket);
  return connected;
}

// What starts of an instance with these flags take until it answers under that release: a JSON
// list.
std::string MeasureStarts(const Suite& suite, const Flags& flags, const std::string& digest) {
  std::vector<std::string> took;
  for (int i = 0; i < kStarts; ++i) {
    ScoringProcess scoring(suite, flags);
    const absl::Time begin = absl::Now();
    scoring.Start();
    // A channel that has failed once waits before it tries again: the first call comes when it can.
    while (!Listens(scoring.port())) absl::SleepFor(absl::Milliseconds(1));
    for (;;) {
      const auto score = scoring.Score();
      if (score.ok() && score->result().release_digest() == digest) break;
      if (absl::Now() - begin > absl::Seconds(20)) Die(score.status().ToString());
      absl::SleepFor(absl::Milliseconds(1));
    }
    took.push_back(absl::StrFormat("%.1f", absl::ToDoubleMilliseconds(absl::Now() - begin)));
  }
  return absl::StrCat("[", absl::StrJoin(took, ", "), "]");
}

void MeasureStart() {
  const Suite suite;
  const processes::RedisServer redis;
  CatalogueProcess catalogue(suite, {{"--redis", redis.address()}});
  catalogue.StartAndAwait();
  const std::string digest = catalogue.PublishNew().digest();
  const std::string folder = processes::NewFolder();
  const Flags flags = {{"--catalogue", catalogue.address()}};
  const std::string from_catalogue = MeasureStarts(suite, flags, digest);
  {
    ScoringProcess scoring(suite, With(flags, {{"--cache-dir", folder}}));
    scoring.StartAndAwait();
    if (!processes::Eventually([&] { return scoring.Score().ok(); })) Die("no answer");
    scoring.Terminate();
  }
  // Redis holds what the catalogue has put there by now; both sources are asked without it.
  absl::SleepFor(absl::Seconds(2));
  catalogue.Kill();
  const std::string from_redis =
      MeasureStarts(suite, With(flags, {{"--redis", redis.address()}}), digest);
  const std::string from_disk =
      MeasureStarts(suite, With(flags, {{"--cache-dir", folder}}), digest);
  std::printf("{\"redis\": %s, \"catalogue\": %s, \"disk\": %s}\n", from_redis.c_str(),
              from_catalogue.c_str(), from_disk.c_str());
}

// what: `publish` (B5) or `start` (B6).
int Main(absl::string_view what) {
  if (what == "publish") {
    MeasurePublish();
  } else if (what == "start") {
    MeasureStart();
  } else {
    std::fprintf(stderr, "usage: follow_bench publish|start\n");
    return 2;
  }
  return 0;
}

}  // namespace
}  // namespace zhiping::faults

int main(int argc, char** argv) { return zhiping::faults::Main(argc > 1 ? argv[1] : ""); }
