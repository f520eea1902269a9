// What operators learn from the log of a scoring service that starts.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "common/rpc/channel.h"
#include "common/rpc/status.h"
#include "common/status/error.h"
#include "tests/faults/suite.h"
#include "zhiping/common/v1/operations_service.grpc.pb.h"

namespace zhiping::faults {
namespace {

using testing::HasSubstr;

// The only line of the event.
nlohmann::json Line(const ScoringProcess& scoring, const std::string& event) {
  std::vector<nlohmann::json> lines;
  for (const auto text : absl::StrSplit(scoring.Output(), '\n', absl::SkipEmpty())) {
    auto line = nlohmann::json::parse(std::string(text), nullptr, /*allow_exceptions=*/false);
    if (line.value("event", "") == event) lines.push_back(std::move(line));
  }
  EXPECT_EQ(lines.size(), 1) << event;
  return lines.empty() ? nlohmann::json::object() : lines.front();
}

// The names that the catalogue has for those that follow it.
std::vector<std::string> Instances(CatalogueProcess& catalogue) {
  std::vector<std::string> ids;
  const auto convergence = catalogue.Convergence();
  if (!convergence.ok()) return ids;
  for (const auto& instance : convergence->instances()) {
    ids.push_back(instance.instance().id());
  }
  return ids;
}

TEST(ScoringLogTest, SaysWhatTheCatalogueCallsTheInstanceAndWhatItRuns) {
  const Suite suite;
  CatalogueProcess catalogue(suite);
  catalogue.StartAndAwait();
  const auto published = catalogue.PublishNew();
  ScoringProcess scoring(
      suite, {{"--catalogue", catalogue.address()}, {"--instance-name", "scoring_1.a"}});
  scoring.StartAndAwait();
  const std::string id = Line(scoring, "serving").value("instance", "");
  EXPECT_THAT(id, testing::MatchesRegex("scoring_1.a-[0-9a-f]{8}"));
  EXPECT_TRUE(
      processes::Eventually([&] { return Instances(catalogue) == std::vector<std::string>{id}; }));
  const auto ready = Line(scoring, "ready");
  EXPECT_EQ(ready.value("instance", ""), id);
  const std::string label = scoring.Score()->result().release_label();
  EXPECT_EQ(ready.value("releases", ""),
            absl::StrCat(kProgramme, ": ", label, " ", published.digest()));
}

// What ListAuditEntries says to a caller on the same machine.
absl::Status ListAudit(const ScoringProcess& scoring) {
  const auto stub = common::v1::OperationsService::NewStub(scoring.channel());
  const auto context = rpc::NewContext(absl::Seconds(20));
  common::v1::ListAuditEntriesResponse response;
  return rpc::FromGrpcStatus(stub->ListAuditEntries(context.get(), {}, &response));
}

TEST(ScoringLogTest, SaysThatDeniedCallsAreOnlyLoggedUnlessThereIsAnAuditDatabase) {
  const Suite suite;
  CatalogueProcess catalogue(suite);
  catalogue.StartAndAwait();
  catalogue.PublishNew();
  ScoringProcess scoring(suite, {{"--catalogue", catalogue.address()}});
  scoring.StartAndAwait();
  EXPECT_THAT(Line(scoring, "no_audit_database").value("text", ""),
              HasSubstr("denied calls are only logged"));
  EXPECT_EQ(DetailOf(ListAudit(scoring)).reason(), Reason::AUDIT_NOT_KEPT);
  scoring.Terminate();
  scoring.SetFlag("--audit-database", absl::StrCat("sqlite:", processes::NewFolder(), "/audit.db"));
  scoring.StartAndAwait();
  EXPECT_THAT(scoring.Output(), testing::Not(HasSubstr("no_audit_database")));
  EXPECT_TRUE(ListAudit(scoring).ok());
}

TEST(ScoringFlagsTest, BeyondThisMachineItKeepsAnAuditLogThatIsSigned) {
  const Security security;
  const Suite suite(&security);
  ScoringProcess scoring(suite, {{"--catalogue", "127.0.0.1:1"}, {"--listen", "0.0.0.0:0"}});
  scoring.Start();
  EXPECT_EQ(scoring.AwaitEnd(), 1);
  for (const char* const missing :
       {"needs a database of the audit log, for which sqlite:PATH will do: --audit-database",
        "needs signed heads of the audit log: --audit-key"}) {
    EXPECT_THAT(scoring.Output(), HasSubstr(missing));
  }
}

TEST(ScoringFlagsTest, AnAuditKeyNeedsADatabase) {
  const Suite suite;
  ScoringProcess scoring(suite, {{"--catalogue", "127.0.0.1:1"}, {"--audit-key", "key.pem"}});
  scoring.Start();
  EXPECT_EQ(scoring.AwaitEnd(), 2);
  EXPECT_THAT(scoring.Output(), HasSubstr("--audit-key"));
  EXPECT_THAT(scoring.Output(), HasSubstr("--audit-database"));
}

TEST(ScoringLogTest, ANameThatTheCatalogueWouldNotTakeIsRefused) {
  const Suite suite;
  for (const std::string& name : {std::string("a b"), std::string("一号"), std::string(65, 'a')}) {
    ScoringProcess scoring(suite, {{"--catalogue", "127.0.0.1:1"}, {"--instance-name", name}});
    scoring.Start();
    EXPECT_EQ(scoring.AwaitEnd(), 1) << name;
    EXPECT_THAT(scoring.Output(), HasSubstr("--instance-name 只能含字母、数字"));
    EXPECT_THAT(scoring.Output(), HasSubstr("--instance-name has letters, digits"));
  }
}

TEST(ScoringFlagsTest, EachWrongFlagIsNamedOnceInEachLanguage) {
  const Suite suite;
  ScoringProcess scoring(suite, {{"--catalogue", "127.0.0.1:1"},
                                 {"--instance-name", "a b"},
                                 {"--stale-after", "5m"},
                                 {"--expired-after", "4m"}});
  scoring.Start();
  EXPECT_EQ(scoring.AwaitEnd(), 1);
  EXPECT_THAT(scoring.Output(), HasSubstr("\n- --instance-name 只能含"));
  EXPECT_THAT(scoring.Output(), HasSubstr("\n    --instance-name has letters"));
  EXPECT_THAT(scoring.Output(), HasSubstr("\n- --expired-after 应大于 --stale-after。\n"));
  EXPECT_THAT(scoring.Output(), HasSubstr("\n    --expired-after must be longer"));
}

TEST(ScoringFlagsTest, AnUrlIsNoAddressOfTheCatalogue) {
  const Suite suite;
  ScoringProcess scoring(suite, {{"--catalogue", "http://127.0.0.1:50052"}});
  scoring.Start();
  EXPECT_EQ(scoring.AwaitEnd(), 1);
  EXPECT_THAT(scoring.Output(), HasSubstr("--catalogue 应为标准目录服务的“主机:端口”"));
  EXPECT_THAT(scoring.Output(), HasSubstr("HOST:PORT of the catalogue"));
}

}  // namespace
}  // namespace zhiping::faults
