// Whether lists, queues and the log of changes take as long in a country as in a county: the same
// calls of the assessment store on databases of a few and of many enterprises, each with three
// submissions, in turns.
//
// `list_bench sqlite|postgres FEW MANY` prints a JSON object: for each list, of both databases, how
// many items a call gives, and the median and p99 of a call in milliseconds: the processor time
// that it takes, of this thread and of PostgreSQL's backend, and how long it takes in all.
#include <libpq-fe.h>
#include <time.h>

#include <algorithm>
#include <cstdio>
#include <fstream>
#include <functional>
#include <memory>
#include <random>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/str_join.h"
#include "absl/strings/string_view.h"
#include "absl/time/clock.h"
#include "common/status/status_macros.h"
#include "tests/bench/assessments.h"
#include "tests/bench/country.h"
#include "tests/processes/postgres.h"

namespace zhiping::assessment {
namespace {

constexpr int kCalls = 200;
constexpr int kFirstCalls = 20;
constexpr int kPageSize = 50;

absl::Time Later() { return absl::Now() + absl::Minutes(10); }

struct World {
  OpenStore open;
  int enterprises;
  // PostgreSQL's process behind the one connection that is used; 0: SQLite.
  int64_t backend = 0;

  // Milliseconds of processor time so far, of this thread and the backend.
  double ProcessorTime() const {
    timespec own = {};
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &own);
    double nanoseconds = 0;
    if (backend > 0) std::ifstream(absl::StrCat("/proc/", backend, "/schedstat")) >> nanoseconds;
    return static_cast<double>(own.tv_sec) * 1e3 +
           (static_cast<double>(own.tv_nsec) + nanoseconds) / 1e6;
  }
};

int64_t BackendOf(sql::Database& database) {
  if (database.engine() == sql::Engine::kSqlite) return 0;
  const auto rows = OrDie(database.Query<int64_t>(Later(), "SELECT pg_backend_pid()"));
  return std::get<0>(rows.front());
}

// One call: of a world, with parameters at random.
struct Asked {
  World& world;
  std::mt19937& random;
  rpc::Page page;

  int Any(int below) const { return static_cast<int>(random() % below); }
  std::string County() const { return CountyOf(Any(kCities), Any(kCountiesOfACity)); }
  std::string City() const { return absl::StrCat("city", Any(kCities)); }
  std::vector<std::string> UnitsOfACity() const { return UnitsOf(Any(kCities)); }
  std::string Enterprise() const { return TestUscc(Any(world.enterprises)); }
};

// Gives how many items came.
using Call = std::function<absl::StatusOr<int>(const Asked&)>;

struct List {
  std::string name;
  Call call;
  // Before the page.
  int skip = 0;
  int most = kPageSize;
};

// Lists of one kind: `read` asks the store, and each sets its query.
template <typename Query, typename Read>
void Add(const std::string& kind, const Read& read,
         const std::vector<std::pair<std::string, std::function<void(const Asked&, Query&)>>>& asks,
         std::vector<List>& lists) {
  for (const auto& [name, ask] : asks) {
    lists.push_back({absl::StrCat(kind, " ", name),
                     [read, ask = ask](const Asked& asked) -> absl::StatusOr<int> {
                       Query query;
                       ask(asked, query);
                       const auto list = read(*asked.world.open.store, query, asked.page);
                       RETURN_IF_ERROR(list.status());
                       return static_cast<int>(list->items.size());
                     }});
  }
}

using Asking = const Asked&;
constexpr auto kUnderReview = v1::SubmissionState::UNDER_REVIEW;
const identity::Person kPlatform = {"issuer", "platform"};

void AddSubmissions(std::vector<List>& lists) {
  using Query = SubmissionQuery;
  const auto all = [](Asking, Query& query) { query.reach.all = true; };
  const auto read = [](Store& store, const Query& query, const rpc::Page& page) {
    return store.ListSubmissions(Later(), query, page);
  };
  Add<Query>(
      "submissions", read,
      {{"all", all},
       {"all, 1,000 after 1,000", all},
       {"in a state",
        [](Asking asked, Query& query) {
          query.reach.all = true;
          query.state = asked.Any(2) == 0 ? kUnderReview : v1::SubmissionState::CONFIRMED;
        }},
       {"of a campaign",
        [](Asking, Query& query) {
          query.reach.all = true;
          query.campaign = "c2026";
        }},
       {"of a campaign, in a state",
        [](Asking, Query& query) {
          query.reach.all = true;
          query.campaign = "c2026";
          query.state = kUnderReview;
        }},
       {"effective",
        [](Asking, Query& query) {
          query.reach.all = true;
          query.effective_only = true;
        }},
       {"of a county", [](Asking asked, Query& query) { query.reach.units = {asked.County()}; }},
       {"of a county, in a state",
        [](Asking asked, Query& query) {
          query.reach.units = {asked.County()};
          query.state = kUnderReview;
        }},
       {"of a city", [](Asking asked, Query& query) { query.reach.units = asked.UnitsOfACity(); }},
       {"of a city and campaign",
        [](Asking asked, Query& query) {
          query.reach.units = asked.UnitsOfACity();
          query.campaign = "c2026";
        }},
       {"of a city or a programme",
        [](Asking asked, Query& query) {
          query.reach.units = asked.UnitsOfACity();
          query.reach.programmes = {"minor"};
        }},
       {"of a programme", [](Asking, Query& query) { query.reach.programmes = {"major"}; }},
       {"of a platform", [](Asking, Query& query) { query.reach.platform = kPlatform; }},
       {"of a platform, in a state",
        [](Asking, Query& query) {
          query.reach.platform = kPlatform;
          query.state = kUnderReview;
        }},
       {"of an enterprise",
        [](Asking asked, Query& query) { query.reach.enterprise = asked.Enterprise(); }},
       {"by receipt number",
        [](Asking asked, Query& query) {
          query.reach.all = true;
          query.receipt_no =
              absl::StrFormat("%011d", asked.Any(asked.world.enterprises * kSubmissionsOfEach));
        }}},
      lists);
  lists[1].skip = 1000;
  lists[1].most = 1000;
}

void AddQueues(std::vector<List>& lists) {
  using Query = QueueQuery;
  const auto read = [](Store& store, Query query, const rpc::Page& page) {
    query.now = kNowOfCountry;
    if (query.units.empty()) query.units = {"jiangsu"};
    return store.ListQueue(Later(), query, page);
  };
  Add<Query>(
      "queue", read,
      {{"of a county", [](Asking asked, Query& query) { query.units = {asked.County()}; }},
       {"of a city", [](Asking asked, Query& query) { query.units = {asked.City()}; }},
       {"of a province", [](Asking, Query&) {}},
       {"of a province, free", [](Asking, Query& query) { query.free_only = true; }},
       {"of a province and campaign", [](Asking, Query& query) { query.campaign = "c2026"; }},
       {"of a province, at a stage",
        [](Asking, Query& query) { query.stage = v1::Stage::PROVINCE; }},
       {"in hand",
        [](Asking asked, Query& query) {
          query.taken_by = {"issuer", absl::StrCat("reviewer", asked.Any(100))};
        }},
       {"of objections", [](Asking, Query& query) { query.objections = true; }}},
      lists);
}

void AddEnterprises(std::vector<List>& lists) {
  using Query = EnterpriseQuery;
  const auto read = [](Store& store, const Query& query, const rpc::Page& page) {
    return store.ListEnterprises(Later(), query, page);
  };
  Add<Query>(
      "enterprises", read,
      {{"all", [](Asking, Query& query) { query.reach.all = true; }},
       {"of a county", [](Asking asked, Query& query) { query.reach.units = {asked.County()}; }},
       {"of a city", [](Asking asked, Query& query) { query.reach.units = asked.UnitsOfACity(); }},
       {"in a region",
        [](Asking asked, Query& query) {
          query.reach.all = true;
          query.regions = {absl::StrFormat("3201%02d", asked.Any(kCities))};
        }},
       {"of a platform", [](Asking, Query& query) { query.reach.platform = kPlatform; }},
       {"by the beginning of a USCC",
        [](Asking asked, Query& query) {
          query.reach.all = true;
          query.uscc_prefix = asked.Enterprise().substr(0, 17);
        }}},
      lists);
}

void AddOthers(std::vector<List>& lists) {
  const auto requests = [](Store& store, const ChangeRequestQuery& query, const rpc::Page& page) {
    return store.ListChangeRequests(Later(), query, page);
  };
  using Requests = ChangeRequestQuery;
  Add<Requests>("change requests", requests,
                {{"of a city",
                  [](Asking asked, Requests& query) { query.reach.units = asked.UnitsOfACity(); }},
                 {"that are open",
                  [](Asking, Requests& query) {
                    query.reach.all = true;
                    query.open_only = true;
                  }}},
                lists);
  const auto add = [&lists](const std::string& name, Call call) {
    lists.push_back({name, std::move(call)});
  };
  add("targets", [](Asking asked) -> absl::StatusOr<int> {
    ASSIGN_OR_RETURN(const auto list,
                     asked.world.open.store->ListTargets(Later(), "c2026", asked.page));
    return static_cast<int>(list.items.size());
  });
  add("assessments of an enterprise", [](Asking asked) -> absl::StatusOr<int> {
    ASSIGN_OR_RETURN(const auto list, asked.world.open.store->ListAssessments(
                                          Later(), asked.Enterprise(), "", asked.page));
    return static_cast<int>(list.items.size());
  });
  add("a file that all have handed in", [](Asking asked) -> absl::StatusOr<int> {
    v1::SubmissionRecord record;
    record.mutable_submission()->mutable_key()->set_enterprise(asked.Enterprise());
    record.mutable_submission()->mutable_content()->add_evidence()->set_sha256(kCommonFile);
    ASSIGN_OR_RETURN(const auto matches,
                     asked.world.open.store->MatchEvidence(Later(), record, asked.UnitsOfACity()));
    return static_cast<int>(matches.size());
  });
  add("the log, from anywhere", [](Asking asked) -> absl::StatusOr<int> {
    const sql::SequencedLog& log = asked.world.open.store->changes();
    ASSIGN_OR_RETURN(const sql::LogCursor cursor,
                     log.Before(Later(), asked.Any(asked.world.enterprises)));
    ASSIGN_OR_RETURN(const sql::LogPage page, log.Read(Later(), cursor, asked.page.size));
    return static_cast<int>(page.entries.size());
  });
  add("the log, at its end", [](Asking asked) -> absl::StatusOr<int> {
    const sql::SequencedLog& log = asked.world.open.store->changes();
    ASSIGN_OR_RETURN(const sql::LogCursor head, log.Head(Later()));
    ASSIGN_OR_RETURN(const sql::LogPage page, log.Read(Later(), head, asked.page.size));
    return static_cast<int>(page.entries.size());
  });
}

struct Calls {
  int64_t items = 0;
  std::vector<double> processor, took;

  void Add(const World& world, const std::function<int()>& call) {
    const double processor_before = world.ProcessorTime();
    const absl::Time begin = absl::Now();
    items += call();
    took.push_back(absl::ToDoubleMilliseconds(absl::Now() - begin));
    processor.push_back(world.ProcessorTime() - processor_before);
  }

  std::string Json() {
    const auto percentiles = [](std::vector<double>& all) {
      std::sort(all.begin(), all.end());
      return absl::StrFormat("%.3f, %.3f", all[all.size() / 2], all[all.size() * 99 / 100]);
    };
    const double calls = static_cast<double>(took.size());
    return absl::StrFormat("{\"items\": %.0f, \"processor\": [%s], \"took\": [%s]}",
                           static_cast<double>(items) / calls, percentiles(processor),
                           percentiles(took));
  }
};

// As autovacuum does after so many changes; it cannot be done in a transaction.
void Vacuum(const std::string& url) {
  const std::unique_ptr<PGconn, void (*)(PGconn*)> connection(PQconnectdb(url.c_str()), PQfinish);
  PGresult* const done = PQexec(connection.get(), "VACUUM (ANALYZE)");
  if (PQresultStatus(done) != PGRES_COMMAND_OK) Die(PQerrorMessage(connection.get()));
  PQclear(done);
}

// `prepare`: what the database does by itself after so many changes.
void Measure(const std::function<std::string()>& new_setting, int few, int many,
             const std::function<void(const std::string&)>& prepare) {
  const Stored stored = AssessmentSuite().SubmitOne(new_setting());
  std::vector<World> worlds;
  for (const int enterprises : {few, many}) {
    const std::string setting = new_setting();
    World& world = worlds.emplace_back(World{OpenOrDie(setting, 2), enterprises});
    const absl::Time begin = absl::Now();
    FillCountry(world.open, stored, enterprises);
    prepare(setting);
    world.backend = BackendOf(*world.open.database);
    std::fprintf(stderr, "%d enterprises filled in %.0f s\n", enterprises,
                 absl::ToDoubleSeconds(absl::Now() - begin));
  }
  std::mt19937 random(20261126);
  std::vector<List> lists;
  AddSubmissions(lists);
  AddQueues(lists);
  AddEnterprises(lists);
  AddOthers(lists);
  std::vector<std::string> printed;
  for (const List& list : lists) {
    rpc::Page page;
    page.size = list.most;
    page.skip = list.skip;
    const auto call = [&](World& world) { return OrDie(list.call({world, random, page})); };
    // The first calls prepare statements and fill caches. Pages are as long as few enterprises
    // fill.
    int items = 0;
    for (int i = 0; i < kFirstCalls; ++i) items += call(worlds[0]);
    page.size = std::max(1, items / kFirstCalls);
    for (int i = 0; i < kFirstCalls; ++i) call(worlds[1]);
    Calls calls[2];
    for (int i = 0; i < kCalls; ++i) {
      for (size_t of = 0; of < worlds.size(); ++of) {
        calls[of].Add(worlds[of], [&] { return call(worlds[of]); });
      }
    }
    printed.push_back(absl::StrFormat("\"%s\": {\"few\": %s, \"many\": %s}", list.name,
                                      calls[0].Json(), calls[1].Json()));
    std::fprintf(stderr, "%s\n", printed.back().c_str());
  }
  for (const World& world : worlds) {
    if (world.backend != BackendOf(*world.open.database)) Die("another connection was used");
  }
  std::printf("{%s}\n", absl::StrJoin(printed, ",\n").c_str());
}

int Main(int argc, char** argv) {
  int few = 0, many = 0;
  const std::string database = argc > 1 ? argv[1] : "";
  const bool numbers = argc == 4 && absl::SimpleAtoi(argv[2], &few) &&
                       absl::SimpleAtoi(argv[3], &many) && few > 0 && many > 0;
  if (numbers && database == "sqlite") {
    Measure([] { return absl::StrCat("sqlite:", processes::NewFolder(), "/assessment.db"); }, few,
            many, [](const std::string&) {});
    return 0;
  }
  if (numbers && database == "postgres") {
    // One process of the server answers, whose processor time can be read.
    processes::Postgres server(
        {.fsync = true, .more = {"max_parallel_workers_per_gather=0"}, .primary = nullptr});
    Measure([&] { return server.Url(server.NewDatabase()); }, few, many,
            [&](const std::string& setting) { Vacuum(setting); });
    return 0;
  }
  std::fprintf(stderr, "usage: list_bench sqlite|postgres FEW MANY\n");
  return 2;
}

}  // namespace
}  // namespace zhiping::assessment

int main(int argc, char** argv) { return zhiping::assessment::Main(argc, argv); }
