// Whether lists, queues and the log of changes take as long in a country as in a county: the same
// calls over gRPC, each with a token, of two assessment services as operated, one with a few and
// one with many enterprises, each with three submissions, in turns.
//
// `list_bench sqlite|postgres FEW MANY` prints a JSON object: for each list, of both services, how
// many items a call gives, and the median and p99 of a call in milliseconds.
#include <grpcpp/create_channel.h>
#include <libpq-fe.h>

#include <algorithm>
#include <cstdio>
#include <functional>
#include <map>
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
#include "common/rpc/acting_for.h"
#include "common/rpc/channel.h"
#include "common/rpc/status.h"
#include "services/assessment/change_feed.h"
#include "tests/bench/assessments.h"
#include "tests/bench/country.h"
#include "tests/faults/security.h"
#include "tests/processes/postgres.h"
#include "zhiping/assessment/v1/assessment_service.grpc.pb.h"
#include "zhiping/assessment/v1/campaign_service.grpc.pb.h"
#include "zhiping/assessment/v1/enterprise_service.grpc.pb.h"
#include "zhiping/assessment/v1/feed_service.grpc.pb.h"
#include "zhiping/assessment/v1/review_service.grpc.pb.h"

namespace zhiping::assessment {
namespace {

using v1::AssessmentService;
using v1::CampaignService;
using v1::EnterpriseService;
using v1::FeedService;
using v1::ReviewService;

constexpr int kCalls = 300;
constexpr int kFirstCalls = 20;
constexpr int kPageSize = 50;

// What a token says.
struct Caller {
  std::string subject;
  std::vector<std::string> roles;
  std::string unit = {};
  std::string uscc = {};
  std::vector<std::string> programmes = {"*"};
};

const Caller kOfficer = {"officer", {"campaign-officer"}};
const Caller kPlatformOfAll = {kPlatform, {"platform"}};
Caller ReviewerOf(const std::string& unit) { return {"reviewer-of-" + unit, {"reviewer"}, unit}; }
Caller EnterpriseOf(const std::string& uscc) { return {"of-" + uscc, {"enterprise"}, "", uscc}; }

// A service on a database that was filled.
class World {
 public:
  World(const faults::Security& security, std::unique_ptr<faults::AssessmentProcess> process,
        int count, std::vector<v1::ChangeCursor> in_log)
      : enterprises(count),
        cursors(std::move(in_log)),
        security_(security),
        process_(std::move(process)),
        channel_(grpc::CreateChannel(
            process_->address(), rpc::ChannelCredentialsOf({"", "", security.authorities()}))) {}

  const int enterprises;
  // Anywhere in the log; the last is its end.
  const std::vector<v1::ChangeCursor> cursors;

  // A call that is ready to be made, and timed.
  template <typename Service, typename Request, typename Response>
  std::function<Response()> Ready(grpc::Status (Service::Stub::*method)(grpc::ClientContext*,
                                                                        const Request&, Response*),
                                  const Caller& caller, const Request& request) {
    std::shared_ptr<grpc::ClientContext> context = rpc::NewContext(absl::Seconds(30));
    context->AddMetadata("authorization", absl::StrCat("Bearer ", TokenOf(caller)));
    if (caller.roles.front() == "platform") {
      context->AddMetadata(rpc::kActingFor, rpc::WriteActingFor("张三"));
    }
    std::shared_ptr<typename Service::Stub> stub = Service::NewStub(channel_);
    return [stub, method, context, request] {
      Response response;
      OrDie(rpc::FromGrpcStatus((*stub.*method)(context.get(), request, &response)));
      return response;
    };
  }

 private:
  std::string TokenOf(const Caller& caller) {
    std::string& token = tokens_[caller.subject];
    if (!token.empty()) return token;
    nlohmann::json claims = rpc::TestIssuer::Claims(caller.roles);
    claims["sub"] = caller.subject;
    claims["programmes"] = caller.programmes;
    if (!caller.unit.empty()) claims["review_unit"] = caller.unit;
    if (!caller.uscc.empty()) claims["uscc"] = caller.uscc;
    return token = OrDie(security_.issuer().signer().Sign(claims));
  }

  const faults::Security& security_;
  const std::unique_ptr<faults::AssessmentProcess> process_;
  const std::shared_ptr<grpc::Channel> channel_;
  std::map<std::string, std::string> tokens_;
};

// Of a call: of a world, with parameters at random.
struct Asked {
  World& world;
  std::mt19937& random;
  int page_size;
  int skip;

  int Any(int below) const { return static_cast<int>(random() % below); }
  std::string City() const { return CityOf(Any(kCities)); }
  std::string County() const { return CountyOf(Any(kCities), Any(kMostCounties)); }
  std::string Enterprise() const { return TestUscc(Any(world.enterprises)); }
};

// A call, made when it is called; gives how many items came.
using Call = std::function<int()>;

struct List {
  std::string name;
  std::function<Call(const Asked&)> ready;
  // Before the page.
  int skip = 0;
  int most = kPageSize;
};

// Lists of one method: each sets its request, and says who calls. `items` of a response.
template <typename Service, typename Request, typename Response, typename Items>
void Add(
    const std::string& kind,
    grpc::Status (Service::Stub::*method)(grpc::ClientContext*, const Request&, Response*),
    const Items& items,
    const std::vector<std::pair<std::string, std::function<Caller(const Asked&, Request&)>>>& asks,
    std::vector<List>& lists) {
  for (const auto& [name, ask] : asks) {
    lists.push_back(
        {absl::StrCat(kind, " ", name), [method, items, ask = ask](const Asked& asked) -> Call {
           Request request;
           const Caller caller = ask(asked, request);
           if constexpr (requires { request.set_page_size(0); }) {
             request.set_page_size(asked.page_size);
           }
           if constexpr (requires { request.set_skip(0); }) request.set_skip(asked.skip);
           return [call = asked.world.Ready<Service>(method, caller, request), items] {
             return items(call());
           };
         }});
  }
}

constexpr auto kUnderReview = v1::SubmissionState::UNDER_REVIEW;

void AddSubmissions(std::vector<List>& lists) {
  using Request = v1::ListSubmissionsRequest;
  const auto officer = [](const Asked&, Request&) { return kOfficer; };
  Add<AssessmentService, Request, v1::ListSubmissionsResponse>(
      "submissions", &AssessmentService::Stub::ListSubmissions,
      [](const v1::ListSubmissionsResponse& response) { return response.submissions_size(); },
      {{"all", officer},
       {"all, 1,000 after 1,000", officer},
       {"in a state",
        [](const Asked& asked, Request& request) {
          request.set_state(asked.Any(2) == 0 ? kUnderReview : v1::SubmissionState::CONFIRMED);
          return kOfficer;
        }},
       {"of a campaign",
        [](const Asked&, Request& request) {
          request.set_campaign("c2026");
          return kOfficer;
        }},
       {"of a campaign, in a state",
        [](const Asked&, Request& request) {
          request.set_campaign("c2026");
          request.set_state(kUnderReview);
          return kOfficer;
        }},
       {"effective",
        [](const Asked&, Request& request) {
          request.set_effective_only(true);
          return kOfficer;
        }},
       {"of a county", [](const Asked& asked, Request&) { return ReviewerOf(asked.County()); }},
       {"of a county, in a state",
        [](const Asked& asked, Request& request) {
          request.set_state(kUnderReview);
          return ReviewerOf(asked.County());
        }},
       {"of a city", [](const Asked& asked, Request&) { return ReviewerOf(asked.City()); }},
       {"of a city and campaign",
        [](const Asked& asked, Request& request) {
          request.set_campaign("c2026");
          return ReviewerOf(asked.City());
        }},
       {"of a city or a programme",
        [](const Asked& asked, Request&) {
          const std::string city = asked.City();
          return Caller{"both-of-" + city, {"reviewer", "campaign-officer"}, city, "", {"minor"}};
        }},
       {"of a programme",
        [](const Asked&, Request&) {
          return Caller{"officer-of-one", {"campaign-officer"}, "", "", {"major"}};
        }},
       {"of a platform", [](const Asked&, Request&) { return kPlatformOfAll; }},
       {"of a platform, in a state",
        [](const Asked&, Request& request) {
          request.set_state(kUnderReview);
          return kPlatformOfAll;
        }},
       {"of an enterprise",
        [](const Asked& asked, Request&) { return EnterpriseOf(asked.Enterprise()); }},
       {"by receipt number",
        [](const Asked& asked, Request& request) {
          request.set_receipt_no(
              ReceiptNumberOf(asked.Any(asked.world.enterprises * kSubmissionsOfEach)));
          return kOfficer;
        }}},
      lists);
  lists[1].skip = 1000;
  lists[1].most = 1000;
}

void AddQueues(std::vector<List>& lists) {
  using Request = v1::ListQueueRequest;
  const auto province = [](const std::function<void(Request&)>& set) {
    return [set](const Asked&, Request& request) {
      request.set_unit("jiangsu");
      set(request);
      return ReviewerOf("jiangsu");
    };
  };
  Add<ReviewService, Request, v1::ListQueueResponse>(
      "queue", &ReviewService::Stub::ListQueue,
      [](const v1::ListQueueResponse& response) { return response.submissions_size(); },
      {{"of a county", [](const Asked& asked, Request&) { return ReviewerOf(asked.County()); }},
       {"of a city",
        [](const Asked& asked, Request& request) {
          request.set_unit(asked.City());
          return ReviewerOf(request.unit());
        }},
       {"of a city and all below it",
        [](const Asked& asked, Request&) { return ReviewerOf(asked.City()); }},
       {"of a province", province([](Request&) {})},
       {"of a province, free", province([](Request& request) { request.set_free_only(true); })},
       {"of a province and campaign",
        province([](Request& request) { request.set_campaign("c2026"); })},
       {"of a province, at a stage",
        province([](Request& request) { request.set_stage(v1::Stage::PROVINCE); })},
       {"in hand",
        [](const Asked& asked, Request& request) {
          request.set_mine_only(true);
          return Caller{TakerOf(asked.Any(kTakers)), {"reviewer"}, "jiangsu"};
        }},
       {"of objections", province([](Request& request) { request.set_objections(true); })}},
      lists);
}

void AddEnterprises(std::vector<List>& lists) {
  using Request = v1::ListEnterprisesRequest;
  Add<EnterpriseService, Request, v1::ListEnterprisesResponse>(
      "enterprises", &EnterpriseService::Stub::ListEnterprises,
      [](const v1::ListEnterprisesResponse& response) { return response.enterprises_size(); },
      {{"all", [](const Asked&, Request&) { return kOfficer; }},
       {"of a county", [](const Asked& asked, Request&) { return ReviewerOf(asked.County()); }},
       {"of a city", [](const Asked& asked, Request&) { return ReviewerOf(asked.City()); }},
       {"in a region",
        [](const Asked& asked, Request& request) {
          request.set_region(RegionOf(asked.Any(kCities)));
          return kOfficer;
        }},
       {"of a platform", [](const Asked&, Request&) { return kPlatformOfAll; }},
       {"by the beginning of a USCC",
        [](const Asked& asked, Request& request) {
          request.set_query(asked.Enterprise().substr(0, 17));
          return kOfficer;
        }}},
      lists);
}

void AddOthers(std::vector<List>& lists) {
  using ChangeRequests = v1::ListChangeRequestsRequest;
  Add<EnterpriseService, ChangeRequests, v1::ListChangeRequestsResponse>(
      "change requests", &EnterpriseService::Stub::ListChangeRequests,
      [](const v1::ListChangeRequestsResponse& response) {
        return response.change_requests_size();
      },
      {{"of a city", [](const Asked& asked, ChangeRequests&) { return ReviewerOf(asked.City()); }},
       {"that are open",
        [](const Asked&, ChangeRequests& request) {
          request.set_open_only(true);
          return ReviewerOf("jiangsu");
        }}},
      lists);
  using Targets = v1::ListTargetsRequest;
  Add<CampaignService, Targets, v1::ListTargetsResponse>(
      "targets", &CampaignService::Stub::ListTargets,
      [](const v1::ListTargetsResponse& response) { return response.targets_size(); },
      {{"of a campaign",
        [](const Asked&, Targets& request) {
          request.set_campaign("c2026");
          return kOfficer;
        }}},
      lists);
  using Assessments = v1::ListAssessmentsRequest;
  Add<AssessmentService, Assessments, v1::ListAssessmentsResponse>(
      "assessments", &AssessmentService::Stub::ListAssessments,
      [](const v1::ListAssessmentsResponse& response) { return response.assessments_size(); },
      {{"of an enterprise",
        [](const Asked& asked, Assessments& request) {
          request.set_enterprise(asked.Enterprise());
          return EnterpriseOf(request.enterprise());
        }}},
      lists);
  using Matches = v1::ListEvidenceMatchesRequest;
  Add<ReviewService, Matches, v1::ListEvidenceMatchesResponse>(
      "matches", &ReviewService::Stub::ListEvidenceMatches,
      [](const v1::ListEvidenceMatchesResponse& response) { return response.matches_size(); },
      {{"of a file that all have handed in",
        [](const Asked& asked, Matches& request) {
          v1::SubmissionKey& key = *request.mutable_submission();
          key.set_enterprise(asked.Enterprise());
          key.set_campaign("c2026");
          key.set_number(2);
          return ReviewerOf("jiangsu");
        }}},
      lists);
  using Changes = v1::ListSubmissionChangesRequest;
  Add<FeedService, Changes, v1::ListSubmissionChangesResponse>(
      "the log", &FeedService::Stub::ListSubmissionChanges,
      [](const v1::ListSubmissionChangesResponse& response) { return response.entries_size(); },
      {{"from its beginning", [](const Asked&, Changes&) { return kPlatformOfAll; }},
       {"from anywhere",
        [](const Asked& asked, Changes& request) {
          const auto& cursors = asked.world.cursors;
          *request.mutable_after() = cursors[asked.Any(static_cast<int>(cursors.size()))];
          return kPlatformOfAll;
        }},
       {"at its end",
        [](const Asked& asked, Changes& request) {
          *request.mutable_after() = asked.world.cursors.back();
          return kPlatformOfAll;
        }}},
      lists);
}

struct Calls {
  int64_t items = 0;
  std::vector<double> took;

  void Add(const Call& call) {
    const absl::Time begin = absl::Now();
    items += call();
    took.push_back(absl::ToDoubleMilliseconds(absl::Now() - begin));
  }

  std::string Json() {
    std::sort(took.begin(), took.end());
    return absl::StrFormat("{\"items\": %.1f, \"median\": %.3f, \"p99\": %.3f}",
                           static_cast<double>(items) / static_cast<double>(took.size()),
                           took[took.size() / 2], took[took.size() * 99 / 100]);
  }
};

// As autovacuum does after so many changes; it cannot be done in a transaction.
void Vacuum(const std::string& url) {
  const std::unique_ptr<PGconn, void (*)(PGconn*)> connection(PQconnectdb(url.c_str()), PQfinish);
  PGresult* const done = PQexec(connection.get(), "VACUUM (ANALYZE)");
  if (PQresultStatus(done) != PGRES_COMMAND_OK) Die(PQerrorMessage(connection.get()));
  PQclear(done);
}

// Fills the database; cursors of its log.
std::vector<v1::ChangeCursor> Fill(const std::string& setting, const Stored& stored,
                                   int enterprises) {
  const OpenStore open = OpenOrDie(setting, 2);
  FillCountry(open, stored, enterprises);
  const sql::SequencedLog& log = open.store->changes();
  const absl::Time later = absl::Now() + absl::Minutes(10);
  std::mt19937 random(20261126);
  std::vector<v1::ChangeCursor> cursors;
  for (int i = 0; i < 100; ++i) {
    cursors.push_back(
        ToMessage(OrDie(log.Before(later, 2 + static_cast<int>(random() % enterprises)))));
  }
  cursors.push_back(ToMessage(OrDie(log.Head(later))));
  return cursors;
}

// `prepare`: what the database does by itself after so many changes.
void Measure(const std::function<std::string()>& new_setting, int few, int many,
             const std::function<void(const std::string&)>& prepare) {
  const Stored stored = AssessmentSuite().SubmitOne(new_setting());
  const faults::Security security;
  AssessmentSuite suite(&security);
  std::vector<std::unique_ptr<World>> worlds;
  for (const int enterprises : {few, many}) {
    const std::string setting = new_setting();
    const absl::Time begin = absl::Now();
    auto cursors = Fill(setting, stored, enterprises);
    prepare(setting);
    std::fprintf(stderr, "%d enterprises filled in %.0f s\n", enterprises,
                 absl::ToDoubleSeconds(absl::Now() - begin));
    worlds.push_back(std::make_unique<World>(
        security, suite.Start(setting, {{"--caller-rate", "0"}, {"--platform-rate", "0"}}),
        enterprises, std::move(cursors)));
  }
  std::mt19937 random(20261126);
  std::vector<List> lists;
  AddSubmissions(lists);
  AddQueues(lists);
  AddEnterprises(lists);
  AddOthers(lists);
  std::vector<std::string> printed;
  for (const List& list : lists) {
    int page_size = list.most;
    const auto ready = [&](World& world) {
      return list.ready({world, random, page_size, list.skip});
    };
    // The first calls prepare statements and fill caches. Pages are as long as few enterprises
    // fill.
    int items = 0;
    for (int i = 0; i < kFirstCalls; ++i) items += ready(*worlds[0])();
    page_size = std::max(1, items / kFirstCalls);
    for (int i = 0; i < kFirstCalls; ++i) ready (*worlds[1])();
    Calls calls[2];
    for (int i = 0; i < kCalls; ++i) {
      for (size_t of = 0; of < worlds.size(); ++of) calls[of].Add(ready(*worlds[of]));
    }
    printed.push_back(absl::StrFormat("\"%s\": {\"few\": %s, \"many\": %s}", list.name,
                                      calls[0].Json(), calls[1].Json()));
    std::fprintf(stderr, "%s\n", printed.back().c_str());
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
    processes::Postgres server;
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
