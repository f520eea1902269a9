// B2 and B3: the scoring service on one core, its callers on another, both in this machine.
//
// B2: unary Score with every scenario answered by id, against an echo of the same messages on the
// same server (parsed request, reply made beforehand, same handling of calls), and with a token,
// where callers are identified, against without. B3: ScoreBatch, packed in and out, against the
// kernel alone. Each prints one JSON object.
#include <sched.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <csignal>
#include <cstdio>
#include <ctime>
#include <filesystem>
#include <memory>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/synchronization/mutex.h"
#include "absl/time/clock.h"
#include "common/criteria/result.h"
#include "common/criteria/score.h"
#include "common/files/file.h"
#include "common/identity/token_signer.h"
#include "common/rpc/channel.h"
#include "common/rpc/server.h"
#include "nlohmann/json.hpp"
#include "services/scoring/scoring_service.h"
#include "tests/edition_folder.h"
#include "tests/oracle/random_criteria.h"
#include "zhiping/bench/v1/echo_service.grpc.pb.h"

namespace zhiping::scoring {
namespace {

constexpr int kConcurrentCalls = 32;
constexpr int kRounds = 7;
constexpr absl::Duration kRound = absl::Seconds(1);

void PinTo(int core) {
  cpu_set_t cores;
  CPU_ZERO(&cores);
  CPU_SET(core, &cores);
  if (sched_setaffinity(0, sizeof(cores), &cores) != 0) std::perror("sched_setaffinity");
}

// Requests are parsed into messages that are used again; the reply is there already.
class EchoMessages final : public grpc::MessageHolder<v1::ScoreRequest, v1::ScoreResponse> {
 public:
  explicit EchoMessages(const v1::ScoreResponse& reply) : reply_(reply) {
    set_request(&request_);
    set_response(&reply_);
  }
  void Release() override;
  class Allocator* allocator = nullptr;

 private:
  friend class Allocator;
  v1::ScoreRequest request_;
  v1::ScoreResponse reply_;
};

class Allocator final : public grpc::MessageAllocator<v1::ScoreRequest, v1::ScoreResponse> {
 public:
  explicit Allocator(v1::ScoreResponse reply) : reply_(std::move(reply)) {}
  EchoMessages* AllocateMessages() override {
    {
      absl::MutexLock lock(&mutex_);
      if (!free_.empty()) {
        auto* messages = free_.back().release();
        free_.pop_back();
        return messages;
      }
    }
    auto* messages = new EchoMessages(reply_);
    messages->allocator = this;
    return messages;
  }
  void TakeBack(EchoMessages* messages) {
    messages->request()->Clear();
    absl::MutexLock lock(&mutex_);
    free_.emplace_back(messages);
  }

 private:
  const v1::ScoreResponse reply_;
  absl::Mutex mutex_;
  std::vector<std::unique_ptr<EchoMessages>> free_ ABSL_GUARDED_BY(mutex_);
};

void EchoMessages::Release() { allocator->TakeBack(this); }

class EchoService final : public bench::v1::EchoService::CallbackService {
 public:
  EchoService(v1::ScoreResponse reply, const rpc::CallEnvironment& environment)
      : allocator_(std::move(reply)),
        score_(environment, bench::v1::EchoService::service_full_name(), "Score") {
    SetMessageAllocatorFor_Score(&allocator_);
  }
  grpc::ServerUnaryReactor* Score(grpc::CallbackServerContext* context,
                                  const v1::ScoreRequest* request, v1::ScoreResponse*) override {
    return score_.Handle(*context, *request, [] { return absl::OkStatus(); });
  }

 private:
  Allocator allocator_;
  const rpc::Method score_;
};

v1::ScoreRequest FullRequest(const criteria::Criteria& criteria, oracle::Random& random) {
  v1::ScoreRequest request;
  for (int i = 0; i < criteria.scenario_count(); ++i) {
    auto* answer = request.add_answers();
    answer->set_scenario(criteria.edition().scenarios(i).id());
    int rank = 1 + random.Below(criteria.level_count());
    while (!criteria.LevelExists(i, rank)) rank = 1 + random.Below(criteria.level_count());
    answer->set_level(criteria.edition().levels(rank - 1).id());
  }
  for (const auto& fact : criteria.rulebook().facts()) {
    auto* value = request.add_facts();
    value->set_fact(fact.name());
    value->set_value(criteria::FormatDecimal(fact.max(), fact.scale()));
  }
  return request;
}

v1::ScoreResponse ReplyTo(const criteria::Criteria& criteria, const v1::ScoreRequest& request) {
  const auto input = criteria::ReadInput(criteria, request.answers(), request.facts());
  auto tally = criteria.NewTally();
  criteria::Score(criteria, input->answers, input->facts, tally);
  v1::ScoreResponse response;
  *response.mutable_result() = criteria::MakeResult(criteria, tally, false);
  response.mutable_result()->set_freshness(common::v1::Freshness::OFFLINE);
  return response;
}

// An issuer of tokens and one of them, in a folder.
struct TokenFiles {
  std::string identity_file;
  std::string token;
};

TokenFiles MakeToken(const std::string& folder) {
  const auto signer = *identity::TokenSigner::Generate(common::v1::TokenAlgorithm::ES256);
  const nlohmann::json keys = {{"keys", {signer.PublicJwk()}}};
  TokenFiles files = {folder + "/identity.txtpb", ""};
  const char* const identity = R"(issuers {
    issuer: "bench" audiences: "zhiping" algorithms: ES256 jwks_file: "jwks.json" may_grant: ENTERPRISE
  })";
  if (!WriteFile(folder + "/jwks.json", keys.dump(), Overwrite::kNever).ok() ||
      !WriteFile(files.identity_file, identity, Overwrite::kNever).ok()) {
    std::exit(1);
  }
  files.token = *signer.Sign({{"iss", "bench"},
                              {"aud", "zhiping"},
                              {"sub", "7001"},
                              {"exp", absl::ToUnixSeconds(absl::Now() + absl::Hours(1))},
                              {"name", "张三"},
                              {"roles", {"enterprise"}},
                              {"uscc", "91110000600037341L"}});
  return files;
}

// Where callers are asked who they are, or not.
struct Ports {
  int open = 0;
  int identified = 0;
};

// The process of the server: writes its ports to `port_pipe` and serves until it is killed.
[[noreturn]] void Serve(int core, int port_pipe, const std::string& identity_file) {
  prctl(PR_SET_PDEATHSIG, SIGKILL);
  PinTo(core);
  const std::shared_ptr<const criteria::Criteria> criteria = *criteria::CompileEdition2026();
  oracle::Random random(1);
  rpc::Metrics metrics;
  const rpc::Log log(rpc::Severity::kError);
  rpc::AccessOptions identified;
  identified.identity_file = identity_file;
  identified.limits.calls_per_second = 0;
  const auto nobody = *rpc::AccessControl::Open({}, SystemClock(), log);
  const auto callers = *rpc::AccessControl::Open(identified, SystemClock(), log);
  rpc::BoundedPool pool(1, 64);
  releases::FixedReleases releases(std::make_shared<const releases::Snapshot>(
      releases::Snapshot::Available{{criteria->digest(), criteria}},
      releases::Snapshot::InForce{{criteria->edition().programme(), {criteria, 0, {}}}}));
  const auto key = envelope::Key::Generate(envelope::KeyAlgorithm::ED25519);
  const auto trust = *envelope::Trust::Parse(
      envelope::TrustEntry(*key, {envelope::Purpose::RECEIPT}, {"*"}, "nobody"));
  ScoringService service(releases, SystemClock(), pool, *trust, {metrics, log, *nobody});
  ScoringService asking(releases, SystemClock(), pool, *trust, {metrics, log, *callers});
  EchoService echo(ReplyTo(*criteria, FullRequest(*criteria, random)), {metrics, log, *nobody});
  rpc::ServerOptions options;
  options.listen = "127.0.0.1:0";
  const auto server =
      *rpc::Server::Start(options, {{v1::ScoringService::service_full_name(), &service},
                                    {bench::v1::EchoService::service_full_name(), &echo}});
  const auto asking_server =
      *rpc::Server::Start(options, {{v1::ScoringService::service_full_name(), &asking}});
  server->SetReady(true);
  asking_server->SetReady(true);
  const Ports ports = {server->port(), asking_server->port()};
  if (write(port_pipe, &ports, sizeof(ports)) != sizeof(ports)) _exit(1);
  while (true) pause();
}

// Calls of one kind by one method, in rounds.
template <typename Stub>
class Callers {
 public:
  // `authorization` goes with each; empty: none.
  Callers(Stub& stub, const v1::ScoreRequest& request, std::string authorization = "")
      : stub_(stub), request_(request), authorization_(std::move(authorization)) {}

  // Calls a second while kConcurrentCalls are under way, the next as soon as one is answered.
  double Saturate() {
    const absl::Time start = absl::Now();
    const absl::Time end = start + kRound;
    again_until_ = end;
    for (int i = 0; i < kConcurrentCalls; ++i) Start(absl::Now());
    AwaitAll();
    return static_cast<double>(TakeLatencies().size()) / absl::ToDoubleSeconds(absl::Now() - start);
  }

  // Starts so many calls a second, whatever is under way, and gives the latencies in microseconds,
  // least first, each from when its call was due: a server that falls behind is not spared.
  std::vector<double> Pace(double per_second) {
    again_until_ = absl::InfinitePast();
    const absl::Time start = absl::Now();
    const auto calls = static_cast<int64_t>(per_second * absl::ToDoubleSeconds(kRound));
    for (int64_t i = 0; i < calls;) {
      const absl::Duration passed = absl::Now() - start;
      const auto due =
          std::min(calls, static_cast<int64_t>(absl::ToDoubleSeconds(passed) * per_second));
      for (; i < due; ++i) Start(start + absl::Seconds(static_cast<double>(i) / per_second));
      absl::SleepFor(absl::Microseconds(20));
    }
    AwaitAll();
    auto latencies = TakeLatencies();
    std::sort(latencies.begin(), latencies.end());
    return latencies;
  }

 private:
  struct Pending {
    grpc::ClientContext context;
    v1::ScoreResponse response;
    absl::Time begin;
  };

  void Start(absl::Time begin) {
    {
      absl::MutexLock lock(&mutex_);
      ++under_way_;
    }
    auto* const call = new Pending;
    call->begin = begin;
    if (!authorization_.empty()) call->context.AddMetadata("authorization", authorization_);
    stub_.async()->Score(&call->context, &request_, &call->response,
                         [this, call](const grpc::Status& status) { Done(*call, status); });
  }

  void Done(Pending& call, const grpc::Status& status) {
    const std::unique_ptr<Pending> owned(&call);
    const absl::Time now = absl::Now();
    if (!status.ok()) {
      std::fprintf(stderr, "a call failed: %s\n", status.error_message().c_str());
      std::exit(1);
    }
    if (now < again_until_) Start(now);
    absl::MutexLock lock(&mutex_);
    latencies_.push_back(absl::ToDoubleMicroseconds(now - call.begin));
    --under_way_;
  }

  void AwaitAll() {
    absl::MutexLock lock(&mutex_);
    mutex_.Await(absl::Condition(
        +[](int* under_way) { return *under_way == 0; }, &under_way_));
  }

  std::vector<double> TakeLatencies() {
    absl::MutexLock lock(&mutex_);
    return std::exchange(latencies_, {});
  }

  Stub& stub_;
  const v1::ScoreRequest& request_;
  const std::string authorization_;
  absl::Time again_until_;
  absl::Mutex mutex_;
  int under_way_ ABSL_GUARDED_BY(mutex_) = 0;
  std::vector<double> latencies_ ABSL_GUARDED_BY(mutex_);
};

absl::Duration ProcessorTime(clockid_t of) {
  timespec time{};
  clock_gettime(of, &time);
  return absl::DurationFromTimespec(time);
}

double Median(std::vector<double> values) {
  std::sort(values.begin(), values.end());
  return values[values.size() / 2];
}

std::shared_ptr<grpc::Channel> ChannelTo(int port) {
  return rpc::NewChannel(absl::StrCat("127.0.0.1:", port), {});
}

// Assessments a second through one stream that always has the next message under way.
double BatchPerSecond(v1::ScoringService::Stub& stub, const v1::ScoreBatchRequest& request,
                      int rows) {
  const auto context = rpc::NewContext(absl::Minutes(1));
  const auto stream = stub.ScoreBatch(context.get());
  const absl::Time start = absl::Now();
  // Apart from the reader: a caller that only writes while answers wait would stand still.
  std::thread writer([&] {
    while (absl::Now() - start < kRound) stream->Write(request);
    stream->WritesDone();
  });
  v1::ScoreBatchResponse response;
  int64_t scored = 0;
  while (stream->Read(&response)) scored += response.points_size();
  const double seconds = absl::ToDoubleSeconds(absl::Now() - start);
  writer.join();
  const grpc::Status status = stream->Finish();
  if (!status.ok() || scored % rows != 0) {
    std::fprintf(stderr, "ScoreBatch failed: %s\n", status.error_message().c_str());
    std::exit(1);
  }
  return static_cast<double>(scored) / seconds;
}

double KernelPerSecond(const criteria::Criteria& criteria, const std::string& answers, int rows,
                       const std::vector<int32_t>& facts) {
  auto tally = criteria.NewTally();
  const auto* bytes = reinterpret_cast<const uint8_t*>(answers.data());
  const size_t width = criteria.scenario_count();
  int64_t points = 0, scored = 0;
  const absl::Time start = absl::Now();
  while (absl::Now() - start < kRound / 4) {
    for (int row = 0; row < rows; ++row) {
      criteria::Score(criteria, {bytes + row * width, width}, facts, tally);
      points += tally.points;
    }
    scored += rows;
  }
  if (points == 0) std::exit(1);
  return static_cast<double>(scored) / absl::ToDoubleSeconds(absl::Now() - start);
}

// What one kind of call took, over the rounds.
struct Measured {
  std::vector<double> per_second, p50, p99, processor;
};

// The server is saturated, then gets `rate` calls a second. Latencies are taken from the latter: of
// a saturated core they tell the scheduler's slices (README.md).
template <typename Stub>
void MeasureRound(Stub& stub, const v1::ScoreRequest& request, double rate,
                  clockid_t processor_of_server, Measured& measured,
                  const std::string& authorization = "") {
  Callers callers(stub, request, authorization);
  measured.per_second.push_back(callers.Saturate());
  const absl::Duration before = ProcessorTime(processor_of_server);
  const auto latencies = callers.Pace(rate);
  const absl::Duration used = ProcessorTime(processor_of_server) - before;
  measured.p50.push_back(latencies[latencies.size() / 2]);
  measured.p99.push_back(latencies[latencies.size() * 99 / 100]);
  measured.processor.push_back(absl::ToDoubleMicroseconds(used) /
                               static_cast<double>(latencies.size()));
}

nlohmann::json Summary(const Measured& measured) {
  return {{"per_second", Median(measured.per_second)},
          {"p50", Median(measured.p50)},
          {"p99", Median(measured.p99)},
          {"processor", Median(measured.processor)}};
}

// One round of each; the medians over kRounds.
void MeasureUnary(const Ports& ports, const std::string& token, const criteria::Criteria& criteria,
                  pid_t server) {
  const auto channel = ChannelTo(ports.open);
  const auto scoring = v1::ScoringService::NewStub(channel);
  const auto echo = bench::v1::EchoService::NewStub(channel);
  const auto asking = v1::ScoringService::NewStub(ChannelTo(ports.identified));
  const std::string authorization = absl::StrCat("Bearer ", token);
  clockid_t processor_of_server;
  if (clock_getcpuclockid(server, &processor_of_server) != 0) std::exit(1);
  oracle::Random random(1);
  const v1::ScoreRequest request = FullRequest(criteria, random);
  // Warms up, and tells what the machine can.
  Callers(*scoring, request).Saturate();
  Callers(*asking, request, authorization).Saturate();
  const double rate = Callers(*echo, request).Saturate() / 4;
  Measured ours, theirs, identified;
  for (int round = 0; round < kRounds; ++round) {
    MeasureRound(*scoring, request, rate, processor_of_server, ours);
    MeasureRound(*echo, request, rate, processor_of_server, theirs);
    MeasureRound(*asking, request, rate, processor_of_server, identified, authorization);
  }
  std::puts(nlohmann::json{{"rate", rate},
                           {"score", Summary(ours)},
                           {"echo", Summary(theirs)},
                           {"token", Summary(identified)}}
                .dump()
                .c_str());
}

void MeasureBatch(v1::ScoringService::Stub& scoring, const criteria::Criteria& criteria) {
  oracle::Random random(1);
  v1::ScoreBatchRequest batch;
  const int rows = (1 << 20) / criteria.scenario_count();
  std::vector<int32_t> facts(criteria.fact_count());
  for (int f = 0; f < criteria.fact_count(); ++f) {
    facts[f] = criteria.rulebook().facts(f).max();
    batch.add_facts()->set_fact(criteria.rulebook().facts(f).name());
    batch.mutable_facts(f)->mutable_values()->Resize(rows, facts[f]);
  }
  for (int row = 0; row < rows; ++row) {
    const auto answers = oracle::RandomAnswers(criteria, random);
    batch.mutable_answers()->append(answers.begin(), answers.end());
  }
  std::vector<double> batch_rate, kernel_rate;
  for (int round = -1; round < kRounds; ++round) {
    const double batches = BatchPerSecond(scoring, batch, rows);
    const double kernel = KernelPerSecond(criteria, batch.answers(), rows, facts);
    if (round < 0) continue;
    batch_rate.push_back(batches);
    kernel_rate.push_back(kernel);
  }
  absl::PrintF("{\"batch\": %.0f, \"kernel\": %.0f}\n", Median(batch_rate), Median(kernel_rate));
}

// what: `unary` (B2) or `batch` (B3).
int Main(absl::string_view what) {
  if (what != "unary" && what != "batch") {
    std::fprintf(stderr, "usage: rpc_bench unary|batch\n");
    return 2;
  }
  if (sysconf(_SC_NPROCESSORS_ONLN) < 2) {
    std::fprintf(stderr, "needs two cores\n");
    return 1;
  }
  std::string folder = (std::filesystem::temp_directory_path() / "zhiping-bench-XXXXXX").string();
  if (mkdtemp(folder.data()) == nullptr) return 1;
  const TokenFiles files = MakeToken(folder);
  int ends[2];
  if (pipe(ends) != 0) return 1;
  // Before gRPC starts any thread.
  const pid_t server = fork();
  if (server == 0) Serve(0, ends[1], files.identity_file);
  close(ends[1]);
  Ports ports;
  if (read(ends[0], &ports, sizeof(ports)) != sizeof(ports)) return 1;
  PinTo(1);
  const auto criteria = *criteria::CompileEdition2026();
  if (what == "unary") {
    MeasureUnary(ports, files.token, *criteria, server);
  } else {
    MeasureBatch(*v1::ScoringService::NewStub(ChannelTo(ports.open)), *criteria);
  }
  kill(server, SIGKILL);
  waitpid(server, nullptr, 0);
  std::filesystem::remove_all(folder);
  return 0;
}

}  // namespace
}  // namespace zhiping::scoring

int main(int argc, char** argv) { return zhiping::scoring::Main(argc > 1 ? argv[1] : ""); }
