// An audit log whose end is cut off while its service is stopped: the other service, which keeps
// its signed heads, notices, and so does whoever verifies the log against them.
#include <grpcpp/create_channel.h>

#include <algorithm>
#include <functional>

#include "absl/strings/match.h"
#include "absl/time/clock.h"
#include "common/audit/signed_head.h"
#include "common/rpc/channel.h"
#include "common/rpc/status.h"
#include "tests/faults/stepped_clock.h"
#include "tests/faults/suite.h"
#include "tests/integration/ctl/run_ctl.h"
#include "tests/integration/rpc/test_service.h"
#include "tests/integration/sql/clock_under_test.h"
#include "tests/integration/sql/database_under_test.h"
#include "zhiping/common/v1/operations_service.grpc.pb.h"

namespace zhiping::faults {
namespace {

using audit::AuditHead;
using common::v1::KeepAuditHeadRequest;
using common::v1::KeepAuditHeadResponse;
using common::v1::KeptAuditHead;
using common::v1::OperationsService;
using ctl::Outcome;
using testing::HasSubstr;

class AuditHeadsTest : public testing::Test {
 protected:
  // A service that gives its heads to the catalogue, and keeps those of the catalogue.
  struct Follower {
    std::string name;
    ServiceProcess& service;
    SteppedClock& clock;
    // With its audit log.
    std::string file;
  };

  void SetUp() override {
    catalogue_.StartAndAwait();
    catalogue_.PublishNew();
    for (const Follower& follower : followers_) {
      follower.service.StartAndAwait();
      // Nobody but auditors may: an entry.
      EXPECT_THAT(Heads(follower.service, "viewer").status(), HasReason(Reason::ROLE_REQUIRED));
    }
    RestartAndAwait(2, 1);
  }

  // What is written at the end, or by now, is signed at the end and at the start. Until each keeps
  // heads of the other's log up to that position.
  void RestartAndAwait(int64_t of_catalogue, int64_t of_follower) {
    for (const Follower& follower : followers_) EXPECT_EQ(follower.service.Terminate(), 0);
    EXPECT_EQ(catalogue_.Terminate(), 0);
    catalogue_.StartAndAwait();
    for (const Follower& follower : followers_) {
      SCOPED_TRACE(follower.name);
      follower.service.StartAndAwait();
      ASSERT_TRUE(
          EventuallyHeard([&] { return KeptAt(follower.service, "catalogue") == of_catalogue; }));
      ASSERT_TRUE(
          EventuallyHeard([&] { return KeptAt(catalogue_, follower.name) == of_follower; }));
    }
  }

  static std::unique_ptr<OperationsService::Stub> StubOf(
      const std::shared_ptr<grpc::Channel>& channel) {
    return OperationsService::NewStub(channel);
  }

  // What a service keeps.
  absl::StatusOr<std::vector<KeptAuditHead>> Heads(const ServiceProcess& service,
                                                   const std::string& role = "auditor") const {
    const auto stub = StubOf(grpc::CreateChannel(service.address(), suite_.CredentialsOf(role)));
    const auto context = rpc::NewContext(absl::Seconds(20));
    common::v1::ListKeptAuditHeadsResponse response;
    const absl::Status status =
        rpc::FromGrpcStatus(stub->ListKeptAuditHeads(context.get(), {}, &response));
    if (!status.ok()) return status;
    return std::vector<KeptAuditHead>(response.heads().begin(), response.heads().end());
  }
  // Of them, another's.
  std::vector<KeptAuditHead> HeadsOf(const ServiceProcess& service, const std::string& of) const {
    std::vector<KeptAuditHead> heads = Heads(service).value_or(std::vector<KeptAuditHead>());
    heads.erase(std::remove_if(heads.begin(), heads.end(),
                               [&](const auto& kept) { return kept.head().service() != of; }),
                heads.end());
    return heads;
  }
  // A caller may ask a hundred times a second.
  static bool EventuallyHeard(const std::function<bool()>& condition) {
    return processes::Eventually([&] {
      absl::SleepFor(absl::Milliseconds(20));
      return condition();
    });
  }
  // How far the other's log is known that it keeps heads of; −1: not at all.
  int64_t KeptAt(const ServiceProcess& service, const std::string& of) const {
    const auto heads = HeadsOf(service, of);
    return heads.empty() ? -1 : heads.back().head().position();
  }

  // By the one that keeps the heads of the other.
  static bool ConflictIsLogged(const ServiceProcess& by, const std::string& of) {
    return processes::Eventually([&] {
      return absl::StrContains(by.Output(), R"("audit_head_conflict","service":")" + of + "\"");
    });
  }

  // Stops the service, removes the last entry of its audit log, and starts it. Its clock goes on by
  // half a minute, so that nobody has to wait for the next head.
  static void CutWhileStopped(ServiceProcess& service, SteppedClock& clock,
                              const std::string& file) {
    EXPECT_EQ(service.Terminate(), 0);
    {
      const auto database = sql::OpenOrDie("sqlite:" + file);
      ASSERT_OK(sql::TamperWithLogs(*database,
                                    "DELETE FROM log_entry WHERE log = 'audit' AND position = "
                                    "(SELECT max(position) FROM log_entry WHERE log = 'audit')"));
    }
    clock.SetOff(absl::Seconds(30));
    service.StartAndAwait();
  }

  Outcome Verify(std::vector<std::string> more, const std::string& language = "zh") const {
    more.insert(more.begin(), {"audit", "verify", "--tls-ca", security_.authorities(),
                               "--token-file", token_file_});
    return ctl::RunCtl(more, {{"ZHIPING_LANG", language}});
  }
  // The log of one, by what the other keeps.
  std::vector<std::string> CatalogueBy(const Follower& follower) const {
    return {"--catalogue",  catalogue_.address(), "--kept-by", follower.service.address(),
            "--trust-file", suite_.trust_file()};
  }
  std::vector<std::string> ByCatalogue(const Follower& follower) const {
    return {"--server",     follower.service.address(), "--kept-by", catalogue_.address(),
            "--trust-file", suite_.trust_file()};
  }

  const Security security_;
  const Suite suite_{&security_};
  const std::string token_file_ =
      ctl::Scratch("auditor.jwt", security_.issuer().Token({"auditor"}));
  SteppedClock catalogue_clock_, scoring_clock_, assessment_clock_;
  CatalogueProcess catalogue_{
      suite_, {{"--audit-key", suite_.key_file()}}, catalogue_clock_.starter()};
  const std::string audit_file_ = processes::NewFolder() + "/audit.db";
  ScoringProcess scoring_{suite_,
                          {{"--catalogue", catalogue_.address()},
                           {"--audit-database", "sqlite:" + audit_file_},
                           {"--audit-key", suite_.key_file()}},
                          scoring_clock_.starter()};
  const std::string assessment_file_ = processes::NewFolder() + "/assessment.db";
  AssessmentProcess assessment_{
      suite_,
      catalogue_,
      scoring_,
      {{"--database", "sqlite:" + assessment_file_}, {"--audit-key", suite_.key_file()}},
      assessment_clock_.starter()};
  const std::vector<Follower> followers_ = {
      {"scoring", scoring_, scoring_clock_, audit_file_},
      {"assessment", assessment_, assessment_clock_, assessment_file_}};
};

TEST_F(AuditHeadsTest, TheEndOfTheCataloguesLogIsMissedByItsFollowers) {
  for (const Follower& follower : followers_) {
    SCOPED_TRACE(follower.name);
    const Outcome whole = Verify(CatalogueBy(follower));
    EXPECT_EQ(whole.exit_code, 0) << whole.err;
    EXPECT_THAT(whole.out, HasSubstr("与 " + follower.service.address() + " 保存的 "));
    EXPECT_THAT(whole.out, HasSubstr("最后一个：catalogue，位置 2，签于 "));
  }

  CutWhileStopped(catalogue_, catalogue_clock_, catalogue_.sqlite_file());
  for (const Follower& follower : followers_) {
    SCOPED_TRACE(follower.name);
    EXPECT_TRUE(ConflictIsLogged(follower.service, "catalogue")) << follower.service.Output();
    const Outcome cut = Verify(CatalogueBy(follower));
    EXPECT_EQ(cut.exit_code, 1);
    EXPECT_THAT(cut.err, HasSubstr("日志止于位置 1，而另存的日志头到过位置 2"));
  }
  // The chain alone does not show it.
  EXPECT_EQ(Verify({"--catalogue", catalogue_.address()}).exit_code, 0);

  // Others in its place.
  EXPECT_OK(catalogue_.Import("改"));
  for (const Follower& follower : followers_) {
    SCOPED_TRACE(follower.name);
    const Outcome rewritten = Verify(CatalogueBy(follower), "en");
    EXPECT_EQ(rewritten.exit_code, 1);
    EXPECT_THAT(rewritten.err, HasSubstr("at position 2 were changed"));
  }
}

TEST_F(AuditHeadsTest, TheEndOfAFollowersLogIsMissedByTheCatalogue) {
  for (const Follower& follower : followers_) {
    SCOPED_TRACE(follower.name);
    const Outcome whole = Verify(ByCatalogue(follower), "en");
    EXPECT_EQ(whole.exit_code, 0) << whole.err;
    EXPECT_THAT(whole.out, HasSubstr("the last: " + follower.name + ", position 1, signed at "));

    CutWhileStopped(follower.service, follower.clock, follower.file);
    EXPECT_TRUE(ConflictIsLogged(catalogue_, follower.name)) << catalogue_.Output();
    const auto heads = HeadsOf(catalogue_, follower.name);
    ASSERT_EQ(heads.size(), 2u);
    EXPECT_EQ(heads.front().head().position(), 0);
    EXPECT_TRUE(heads.front().contradicts());
    EXPECT_EQ(Verify({"--server", follower.service.address()}).exit_code, 0);
    const Outcome cut = Verify(ByCatalogue(follower), "en");
    EXPECT_EQ(cut.exit_code, 1);
    EXPECT_THAT(cut.err, HasSubstr("it ends at position 0"));
    EXPECT_THAT(cut.err, HasSubstr("Missing: 1."));
  }

  // Whoever replaces the database has no log that anybody knows.
  EXPECT_EQ(scoring_.Terminate(), 0);
  scoring_.SetFlag("--audit-database", "sqlite:" + processes::NewFolder() + "/audit.db");
  scoring_.StartAndAwait();
  EXPECT_TRUE(EventuallyHeard([this] { return HeadsOf(catalogue_, "scoring").size() == 3; }));
  const Outcome replaced = Verify(ByCatalogue(followers_.front()));
  EXPECT_THAT(replaced.out, HasSubstr("该服务另外 1 份日志的日志头")) << replaced.err;
}

// gRPC answers such a call before any handler.
TEST_F(AuditHeadsTest, ADeniedCallIsAnEntryWhateverItsRequest) {
  std::vector<const ServiceProcess*> services = {&catalogue_};
  for (const Follower& follower : followers_) services.push_back(&follower.service);
  for (const ServiceProcess* service : services) {
    std::string response;
    EXPECT_THAT(
        rpc::FromGrpcStatus(rpc::CallRaw(
            grpc::CreateChannel(service->address(), suite_.CredentialsOf("viewer")),
            "/zhiping.common.v1.OperationsService/ListKeptAuditHeads", rpc::kNoMessage, response)),
        HasReason(Reason::ROLE_REQUIRED));
  }
  RestartAndAwait(3, 2);
}

TEST_F(AuditHeadsTest, AServiceGivesNoHeadsButItsOwn) {
  const processes::CertificateFiles files =
      security_.authority().Issue("client", processes::NamesOf("scoring"));
  const auto as_scoring = rpc::NewChannel(catalogue_.address(), {}, rpc::Instances::kAll,
                                          {files.certificate, files.key, security_.authorities()});
  const auto head_of = [this](const std::string& service) {
    AuditHead head;
    head.set_service(service);
    head.set_log(std::string(32, '0'));
    head.set_position(7);
    head.set_hash(std::string(32, 'h'));
    return suite_.Sign(envelope::Purpose::AUDIT, head.SerializeAsString());
  };
  const auto keep = [](const std::shared_ptr<grpc::Channel>& channel, const std::string& envelope) {
    KeepAuditHeadRequest request;
    request.set_envelope(envelope);
    KeepAuditHeadResponse response;
    const auto context = rpc::NewContext(absl::Seconds(20));
    return rpc::FromGrpcStatus(StubOf(channel)->KeepAuditHead(context.get(), request, &response));
  };
  EXPECT_OK(keep(as_scoring, head_of("scoring")));
  EXPECT_THAT(keep(as_scoring, head_of("assessment")), HasReason(Reason::SERVICE_REQUIRED));
  const Suite strangers;
  EXPECT_THAT(
      keep(as_scoring, strangers.Sign(envelope::Purpose::AUDIT, AuditHead().SerializeAsString())),
      HasReason(Reason::UNKNOWN_KEY));
  // No person, whatever they may otherwise.
  EXPECT_THAT(keep(grpc::CreateChannel(catalogue_.address(), suite_.CredentialsOf("auditor")),
                   head_of("scoring")),
              HasReason(Reason::SERVICE_REQUIRED));
}

// A start before the time of day was set. Certificates would end with the day.
TEST(AuditRetentionTest, AClockThatIsAheadForSecondsCutsNothing) {
  const Suite suite;
  SteppedClock clock;
  CatalogueProcess catalogue(suite,
                             {{"--audit-key", suite.key_file()}, {"--audit-retention-days", "184"}},
                             clock.starter());
  catalogue.StartAndAwait();
  catalogue.PublishNew();
  EXPECT_EQ(catalogue.Terminate(), 0);
  {
    const auto database = sql::OpenOrDie("sqlite:" + catalogue.sqlite_file());
    // It has been used for long.
    sql::ShowUntil(*database, absl::Now() - absl::Hours(24), absl::Now());
  }
  // Start and end sign the head at which it may be cut.
  catalogue.StartAndAwait();
  EXPECT_EQ(catalogue.Terminate(), 0);
  clock.SetOff(absl::Hours(24 * 365));
  catalogue.StartAndAwait();
  EXPECT_EQ(catalogue.Terminate(), 0);
  EXPECT_THAT(catalogue.Output(), testing::Not(HasSubstr("audit_cut")));
  clock.SetOff(absl::ZeroDuration());
  catalogue.StartAndAwait();
  const Outcome verified = ctl::RunCtl({"audit", "verify", "--catalogue", catalogue.address()});
  EXPECT_EQ(verified.exit_code, 0) << verified.err;
  EXPECT_THAT(verified.out, HasSubstr("位置 1–2"));
}

}  // namespace
}  // namespace zhiping::faults
